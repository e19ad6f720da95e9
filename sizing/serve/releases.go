package serve

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

//go:embed releases.json
var releasesJSON []byte

// Release is a published checkpoint of a model in a narrow format: which of its
// tensors are stored in which format, where that differs from the preset.
type Release struct {
	Model      string `json:"model"`   // of the catalogue
	Weights    string `json:"weights"` // the preset
	Repository string `json:"repository"`
	// Formats are the formats of components ("attention") and of tensors by
	// name ("in_proj_qkvz").
	Formats map[string]string `json:"formats"`
	// FileBytes is the size of the checkpoint: beside the model's tensors it has
	// towers and layers that predict further tokens. 0: not known.
	FileBytes quantity.Bytes `json:"file_bytes"`
	// FurtherBytes is what of it predicts further tokens, which runtimes load
	// only to speculate.
	FurtherBytes quantity.Bytes `json:"further_bytes"`
	Source       string         `json:"source"`
}

var loadReleases = sync.OnceValue(func() []*Release {
	list, err := readReleases(releasesJSON)
	if err != nil {
		panic("sizing: embedded releases: " + err.Error()) // a test reads them
	}
	return list
})

// readReleases decodes releases and checks their presets and formats.
func readReleases(data []byte) ([]*Release, error) {
	var list []*Release
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, err
	}
	for _, r := range list {
		q, err := FindQuant(r.Weights)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Repository, err)
		}
		for what, format := range r.Formats {
			if q.bits[format] == 0 {
				return nil, fmt.Errorf("%s: %s: unknown format %q", r.Repository, what, format)
			}
		}
	}
	return list, nil
}

// Releases lists the published checkpoints.
func Releases() []*Release { return loadReleases() }

// ReleasedAs is a preset as a published checkpoint of the model stores it; the
// preset itself if none is known.
func (q *Quant) ReleasedAs(model string) *Quant {
	for _, r := range loadReleases() {
		if r.Model == strings.ToLower(model) && r.Weights == q.Name {
			released := *q
			released.Formats, released.FileBytes, released.Repository = r.Formats, r.FileBytes-r.FurtherBytes, r.Repository
			released.Source = r.Source
			return &released
		}
	}
	return q
}

// beside is the bytes of the checkpoint that are not of the model's tensors,
// which take the given bytes.
func (q *Quant) beside(tensors float64) float64 {
	return max(0, float64(q.FileBytes)-tensors)
}

// format is the bits of a tensor that the checkpoint stores in a format of its
// own.
func (q *Quant) format(t model.Weight) (bits float64, ok bool) {
	if len(q.Formats) == 0 || t.Cols == 0 || t.Part == model.NormPart {
		return 0, false
	}
	f, ok := q.Formats[t.Name]
	if !ok {
		f, ok = q.Formats[t.Part.String()]
	}
	return q.bits[f], ok
}
