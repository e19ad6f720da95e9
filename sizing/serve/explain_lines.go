package serve

import (
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// servingLines collects the derivations of a group. Times have enough digits to
// add up.
type servingLines struct {
	group string
	list  []note.Derivation
}

// derive adds a line with its name and rule.
func (l *servingLines) derive(name, rule, source string, result any, inputs ...note.Input) {
	l.list = append(l.list, note.Derivation{Group: l.group, Name: name, Rule: rule, Inputs: inputs, Result: result, Source: source})
}

// time adds a time of the roofline.
func (l *servingLines) time(name, rule string, seconds float64, inputs ...note.Input) {
	l.derive(name, rule, sourceRoofline, note.Fine(seconds), inputs...)
}

// rate adds something per second.
func (l *servingLines) rate(name, rule string, value float64, inputs ...note.Input) {
	l.derive(name, rule, "", note.Rate(value), inputs...)
}

// share is a share of a rate, or a factor on it.
func share(name string, v float64) note.Input { return note.In(name, note.Short(v)) }

// reads is the part of a time that reads bytes at the achieved bandwidth.
func reads(what string, bytes, bandwidth float64, reached ...note.Input) note.Input {
	return over(note.In(what, note.GB(bytes)), note.In("bandwidth", note.GBps(bandwidth)), reached)
}

// multiplies is the part of a time that executes FLOPs at the achieved rate.
func multiplies(what string, flops, peak float64, reached ...note.Input) note.Input {
	return over(note.In(what, note.TFLOP(flops)), note.In("peak", note.TFLOPps(peak)), reached)
}

// over is an amount over a rate: "15.01 GB / (3350 GB/s x 0.967)".
func over(amount, rate note.Input, reached []note.Input) note.Input {
	if len(reached) == 0 {
		return note.In(amount.Name, note.NewPart("serving.over", amount, rate))
	}
	return note.In(amount.Name, note.NewPart("serving.over-reached", amount, note.In("rate", append(note.Product{rate}, reached...))))
}

// millions derives the price and the energy per million of the requested batch
// and of full load, from the rate of each.
func (l *servingLines) millions(s *Request, price quantity.USD, usd []quantity.USD, kwh []quantity.KWh, rates ...float64) {
	for i, load := range []string{"", ", full load"} {
		if rates[i] <= 0 {
			continue
		}
		devices, rate := note.In("devices", s.Cluster.Count), note.In("rate", note.Short(rates[i]))
		if price > 0 {
			l.derive("cost a million"+load, "serving.cost-million", "", note.Price(usd[i]), devices, note.In("price per device-hour", price), rate)
		}
		if w := s.Cluster.Device.Power; w > 0 {
			l.derive("energy a million"+load, "serving.energy-million", "", kwh[i], devices, note.In("power per device", w), rate)
		}
	}
}
