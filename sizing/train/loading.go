package train

import (
	"math"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// What the host of a DGX-1 (two CPUs of 20 cores) reads, decodes and crops of
// ImageNet, in images per second.
const (
	decodeCores   = 40
	decodeLoader  = 5600 // a loader in Python
	decodeDataset = 10e3 // tf.data
	sourceDecode  = "tensorpack/benchmarks@6ae5c20 ImageNet/README.md (a DGX-1); FFCV reads 31.3K resized images per second on the 48 cores of a p3dn.24xlarge: libffcv/ffcv@1e4b03a docs/benchmarks.rst"
)

// noteLoading says what the host of a node has to decode for the step, which is
// no part of it. A step that needs more than was measured of a host waits.
func (p *Prepared) noteLoading(notes *note.List, e *Estimate) {
	if m := p.profile.model; m.Field != model.CV || m.Unit != "image" {
		return
	}
	node := p.Cluster.Count
	if per := p.Cluster.DevicesPerNode; per > 0 {
		node = min(node, per)
	}
	rate := e.Time.TokensPerSecondPerDevice * float64(node)
	need := quantity.Tokens(rate)
	cores := math.Ceil(rate / decodeDataset * decodeCores)
	if rate > decodeDataset {
		notes.Say("data-loading.bound", sourceDecode, need, decodeCores, quantity.Tokens(decodeLoader), quantity.Tokens(decodeDataset), cores)
	} else {
		notes.Say("data-loading.within", sourceDecode, need, decodeCores, quantity.Tokens(decodeLoader), quantity.Tokens(decodeDataset), cores)
	}
}
