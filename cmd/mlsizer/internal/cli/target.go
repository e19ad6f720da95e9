package cli

import (
	"errors"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/note"
)

// Target is a device with a count, as typed.
type Target struct {
	Input  string
	Device *hardware.Device
	Count  int // 0: the fewest that fit the model
	// Options are the options of the cluster, such as the requested slices.
	Options []hardware.Option
	// instance and instances are those of a target that names one; else nil and 0.
	instance  *hardware.Instance
	instances int
	name      string
}

// Name is the device as typed, without its count.
func (t *Target) Name() string { return t.name }

// Notes say which devices the name of an instance stands for.
func (t *Target) Notes() []note.Note {
	switch in := t.instance; {
	case in == nil:
		return nil
	case t.instances == 1:
		return []note.Note{note.New("instance.one", in.Source, in.Name, in.Devices, t.Device.ID)}
	default:
		return []note.Note{note.New("instance.several", in.Source, in.Name, t.instances, in.Devices, t.Device.ID, t.Count)}
	}
}

// Targets finds the devices of --on.
func (a *App) Targets(on []string) ([]Target, error) {
	c, err := a.Hardware()
	if err != nil {
		return nil, err
	}
	list := make([]Target, 0, len(on))
	for _, s := range on {
		cluster, err := hardware.ParseCluster(c, s)
		if err != nil {
			return nil, a.DeviceError("--on ", s, err)
		}
		name, _ := c.SplitCount(s)
		t := Target{Input: s, Device: cluster.Device, Count: cluster.Count, instance: cluster.Instance, instances: cluster.Instances, name: name}
		if t.instance != nil && !cluster.Slice.IsZero() {
			t.Options = append(t.Options, hardware.WithSlice(cluster.Slice))
		}
		// A name alone leaves the number of devices open.
		if _, err := c.Find(strings.TrimSpace(s)); err == nil {
			t.Count = 0
			if a.launch != nil && t.instance == nil {
				t.Count = a.launch.Devices
			}
		}
		list = append(list, t)
	}
	return list, nil
}

// catalogueDevice returns a device's name if the catalogue has it.
func (a *App) catalogueDevice(name string) (string, error) {
	c, err := a.Hardware()
	if err == nil {
		_, err = c.Find(name)
	}
	return name, err
}

// DeviceError returns what is wrong with a device, with the nearest name.
func (a *App) DeviceError(flag, input string, err error) error {
	if text.BeginsQuoted(err) {
		err = text.SaidOf.Error(flag, err)
	} else {
		err = text.QuotedFails.Error(flag, input, err)
	}
	var nf *hardware.NotFoundError
	if !errors.As(err, &nf) {
		return UsageError(err, "")
	}
	if len(nf.Suggestions) == 0 {
		return UsageError(err, "mlsizer hardware")
	}
	return UsageError(err, a.CommandReplacing(input, a.nearestTarget(input, nf)))
}

// nearestTarget is what was typed with the name that is not known replaced by
// the nearest; the count stays. A number behind a known name is a count, unless
// the nearest name has it as the number of something: a100-80 is a100-80g,
// h100-8 is h100x8.
func (a *App) nearestTarget(input string, nf *hardware.NotFoundError) string {
	near := nf.Suggestions[0]
	if i := strings.LastIndexAny(nf.Name, " -_"); i > 0 && isNumber(nf.Name[i+1:]) {
		rest, goesOn := strings.CutPrefix(near, strings.ToLower(nf.Name))
		device, err := a.catalogueDevice(nf.Name[:i])
		if err == nil && (!goesOn || rest != "" && isNumber(rest[:1])) {
			return device + "x" + nf.Name[i+1:]
		}
	}
	if !strings.Contains(input, nf.Name) { // spelled with another sign
		return near
	}
	return strings.Replace(input, nf.Name, near, 1)
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// ErrOneDevice says that estimate takes one machine.
func ErrOneDevice(on []string) error {
	return text.EstimateOneDevice.Error(strings.Join(on, ","), len(on))
}
