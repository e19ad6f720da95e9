package serve

import (
	"strings"

	"mlsizer/hardware"
	"mlsizer/sizing/note"
)

// sharedNote says what is assumed of memory that the model shares with the
// system: how much one process gets, who documents it, and what changes it.
func sharedNote(d *hardware.Device) note.Note {
	return note.New("unified.shared", "", d.Name, d.Memory, d.MemoryLabel, sharedPlatform(d))
}

// sharedPlatform returns what divides the memory of such a device.
// Sources: Apple Metal recommendedMaxWorkingSetSize and the sysctl
// iogpu.wired_limit_mb; Linux kernel documentation of amdgpu (gttsize) and ttm
// (pages_limit); Android's low-memory killer and iOS's jetsam publish no limit.
func sharedPlatform(d *hardware.Device) note.Word {
	switch {
	case d.Kind == hardware.Phone:
		return note.Word("shared-phone")
	case d.Vendor == "Apple":
		return note.Word("shared-apple")
	case d.Kind == hardware.CPU && strings.HasPrefix(d.MemoryLabel, "host RAM"):
		return note.Word("shared-host")
	case d.Vendor == "NVIDIA":
		return note.Word("shared-desktop")
	case d.Vendor == "AMD" || d.Vendor == "Intel":
		return note.Word("shared-driver")
	}
	return note.Word("shared-rest")
}
