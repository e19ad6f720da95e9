package serve

import (
	"fmt"
	"strings"

	"mlsizer/hardware"
)

// sharedMemory says what was assumed of a memory that the model shares with
// the system: how much of it one process gets, who says so, and what changes it.
func sharedMemory(d *hardware.Device) bilingual {
	en := fmt.Sprintf("%s shares its memory with the system: %s of %s are taken as usable by one process, ", d.Name, d.Memory, d.MemoryLabel)
	zh := fmt.Sprintf("%s 与系统共用内存：%[3]s 中按单个进程可用 %[2]s 计，", d.Name, d.Memory, d.MemoryLabel)
	share := sharedPlatform(d)
	return bilingual{en + share.en + "; --memory sets another size", zh + share.zh + "；可用 --memory 另设"}
}

// sharedPlatform says who divides the memory of such a device.
// Sources: Apple Metal recommendedMaxWorkingSetSize and the sysctl
// iogpu.wired_limit_mb; Linux kernel documentation of amdgpu (gttsize) and ttm
// (pages_limit); Android's low-memory killer and iOS's jetsam publish no limit.
func sharedPlatform(d *hardware.Device) bilingual {
	switch {
	case d.Kind == hardware.Phone:
		return bilingual{"as the system and other apps keep 4 GB (assumed: neither Android nor iOS publishes a limit, and both end an app that takes too much)",
			"系统与其他应用留 4 GB（假定：Android 与 iOS 均未公布上限，超量的应用会被终止）"}
	case d.Vendor == "Apple":
		return bilingual{"what macOS lends the GPU by default (two thirds up to 32 GB, three quarters beyond); sudo sysctl iogpu.wired_limit_mb=N raises it",
			"即 macOS 默认借给 GPU 的份额（32 GB 及以下为三分之二，以上为四分之三）；sudo sysctl iogpu.wired_limit_mb=N 可提高"}
	case d.Kind == hardware.CPU && strings.HasPrefix(d.MemoryLabel, "host RAM"):
		return bilingual{"on a machine that does nothing else; how much is installed is an assumption", "机器不作他用；内存容量为假定"}
	case d.Vendor == "NVIDIA":
		return bilingual{"the rest is the system's; a desktop takes more of it", "其余归系统；桌面环境会占用更多"}
	case d.Vendor == "AMD" || d.Vendor == "Intel":
		return bilingual{"what the driver lends the GPU; a kernel option (ttm.pages_limit) or the firmware raises it", "即驱动借给 GPU 的份额；内核选项（ttm.pages_limit）或固件可提高"}
	}
	return bilingual{"the rest is the system's", "其余归系统"}
}
