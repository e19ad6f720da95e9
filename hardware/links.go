package hardware

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"mlsizer/sizing/quantity"
)

//go:embed links.csv
var linksCSV []byte

// BusPoint is a measured transfer: the bus bandwidth that a collective (or a
// plain copy) reached over a link, at a message size. Bus bandwidth is as
// nccl-tests has it: of an all-reduce of S bytes over n devices in t seconds,
//
//	S/t · 2(n−1)/n
//
// which a ring reaches when each device sends at that rate. Where a message
// crosses nodes, it is what one device's share of the network carried.
//
// Source of the formula:
// github.com/aws-samples/awsome-distributed-training@7217859 micro-benchmarks/nccl-tests/README.md.
type BusPoint struct {
	Link      string             // "NVLink3"; "NVLink4 NVLS" where the switch reduces
	Measure   string             // "all-reduce", "all-gather", "reduce-scatter" or "copy"; "all-reduce-other": of a machine that no rate is taken from
	Devices   int                // that took part
	Message   quantity.Bytes     // 0: not stated, large
	Bandwidth quantity.Bandwidth // achieved, per device and direction
	Spec      quantity.Bandwidth // of the link, per device and direction
	Source    string
	Note      string
}

// Share is the achieved part of the link's specification. Reduction in the
// switch halves what crosses a link, and may exceed 1.
func (p BusPoint) Share() float64 { return float64(p.Bandwidth / p.Spec) }

// links is links.csv: specifications, measured points, and the rule for a
// link without any.
type links struct {
	specs  []Link
	points []BusPoint
	rule   BusPoint
}

var loadLinks = sync.OnceValue(func() *links {
	l, err := parseLinks(linksCSV)
	if err != nil {
		panic("hardware: embedded links: " + err.Error()) // a test reads every row
	}
	return l
})

func parseLinks(data []byte) (*links, error) {
	cr := csv.NewReader(bytes.NewReader(data))
	rows, err := cr.ReadAll()
	if err != nil {
		return nil, csvError("links.csv", err)
	}
	l := new(links)
	for i, row := range rows[1:] {
		var bad error
		figure := func(v string) float64 {
			f, err := strconv.ParseFloat(cmp.Or(v, "0"), 64)
			if err != nil || !(f >= 0) {
				bad = &FileError{"links.csv", i + 2, 1, fmt.Errorf("%q: not a figure", v)}
			}
			return f
		}
		p := BusPoint{
			Link: row[0], Measure: row[1], Devices: int(figure(row[2])), Message: quantity.Bytes(figure(row[3])),
			Bandwidth: quantity.Bandwidth(figure(row[4]) * 1e9), Spec: quantity.Bandwidth(figure(row[5]) * 1e9),
			Source: row[6], Note: row[7],
		}
		if bad == nil && (p.Bandwidth == 0 || p.Source == "" || p.Measure != "spec" && p.Spec == 0) {
			bad = &FileError{"links.csv", i + 2, 1, fmt.Errorf("%q: no bandwidth, specification or source", p.Link)}
		}
		switch {
		case bad != nil:
			return nil, bad
		case p.Measure == "spec":
			l.specs = append(l.specs, Link{Name: p.Link, Bandwidth: p.Bandwidth, Source: p.Source})
		case p.Link == "":
			l.rule = p
		default:
			l.points = append(l.points, p)
		}
	}
	if l.rule.Spec == 0 {
		return nil, &FileError{File: "links.csv", Err: fmt.Errorf("no rule for links that were not measured")}
	}
	slices.SortStableFunc(l.points, func(a, b BusPoint) int {
		return cmp.Or(cmp.Compare(a.Link, b.Link), cmp.Compare(a.Measure, b.Measure), cmp.Compare(a.Devices, b.Devices), cmp.Compare(a.Message, b.Message))
	})
	return l, nil
}

// LinkSpecs is the list of link families with their specified bandwidth, in
// the order of the file. The Domain of these is 0: it belongs to a device.
func LinkSpecs() []Link { return slices.Clone(loadLinks().specs) }

// AchievedBus is the share of its specified bandwidth, per direction, that a
// ring all-reduce of a large message reached over a link, by the name that a
// [Link] has: "NVLink3", "NVLink4 (cut)", "xGMI MI300X", "EFA P6-B200". Ask
// for "NVLink4 NVLS" or "NVLink5 NVLS" where the switch reduces. A link that
// nobody measured has the rule of thumb of the source, 0.80, and its own
// source says so.
func AchievedBus(link string) (share float64, source string) {
	l := loadLinks()
	if p, ok := l.largest(link); ok {
		return p.Share(), p.origin()
	}
	return l.rule.Share(), l.rule.Source + ": " + l.rule.Note
}

// largest is the all-reduce over the most devices with the largest message.
func (l *links) largest(link string) (best BusPoint, ok bool) {
	link = strings.TrimSuffix(link, " (cut)")
	for _, p := range l.points { // in order of devices and message
		if p.Link == link && p.Measure == "all-reduce" {
			best, ok = p, true
		}
	}
	return best, ok
}

// AllReduce returns the measured all-reduces over a link, in order of devices
// and message size; nil if there are none.
func AllReduce(link string) []BusPoint { return measured(link, "all-reduce") }

// Copies returns the measured plain copies over a link; nil if there are none.
func Copies(link string) []BusPoint { return measured(link, "copy") }

func measured(link, measure string) []BusPoint {
	var list []BusPoint
	for _, p := range loadLinks().points {
		if p.Link == strings.TrimSuffix(link, " (cut)") && p.Measure == measure {
			list = append(list, p)
		}
	}
	return list
}
