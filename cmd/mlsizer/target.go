package main

import (
	"errors"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
)

// target is a device with a count, as typed.
type target struct {
	Input  string
	Device *hardware.Device
	Count  int // 0: the fewest that hold the model
}

// Name is the device as typed, without its count.
func (t *target) Name() string {
	if t.Count == 0 {
		return t.Input
	}
	return strings.TrimRight(t.Input[:strings.LastIndexAny(t.Input, "xX×")], " ")
}

// targets finds the devices of --on.
func (a *app) targets(on []string) ([]target, error) {
	c, err := a.hardware()
	if err != nil {
		return nil, err
	}
	list := make([]target, 0, len(on))
	for _, s := range on {
		cluster, err := hardware.ParseCluster(c, s)
		if err != nil {
			return nil, a.deviceError("--on ", s, err)
		}
		t := target{Input: s, Device: cluster.Device, Count: cluster.Count}
		// A name alone leaves the number of devices open.
		if _, err := c.Find(strings.TrimSpace(s)); err == nil {
			t.Count = 0
		}
		list = append(list, t)
	}
	return list, nil
}

// catalogueDevice is a device's name if the catalogue knows it.
func (a *app) catalogueDevice(name string) (string, error) {
	c, err := a.hardware()
	if err == nil {
		_, err = c.Find(name)
	}
	return name, err
}

// deviceError says what is wrong with a device, with the nearest name.
func (a *app) deviceError(flag, input string, err error) error {
	if text.BeginsQuoted(err) {
		err = text.SaidOf.Error(flag, err)
	} else {
		err = text.QuotedFails.Error(flag, input, err)
	}
	var nf *hardware.NotFoundError
	if !errors.As(err, &nf) {
		return usageError(err, "")
	}
	if m := countFirst.FindStringSubmatch(input); m != nil {
		if d, err2 := a.catalogueDevice(m[2]); err2 == nil {
			return usageError(err, a.commandReplacing(input, d+"x"+m[1]))
		}
	}
	if len(nf.Near) == 0 {
		return usageError(err, "mlsizer hardware")
	}
	fixed := nf.Near[0]
	if i := strings.LastIndexAny(input, "xX×"); nf.Name != input && i > 0 {
		fixed += input[i:] // the count
	}
	return usageError(err, a.commandReplacing(input, fixed))
}

// errOneDevice says that estimate takes one machine.
func errOneDevice(on []string) error {
	return text.EstimateOneDevice.Error(strings.Join(on, ","), len(on))
}
