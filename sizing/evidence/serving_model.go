package evidence

import (
	"regexp"
	"strings"

	"mlsizer/sizing/model"
)

// model resolves the name of a row's model: as stated, without the name and
// format of a quantised file, by the generation before its minor version, or by
// the parameters that the row or the name states. The last two are inferred.
func (sp *ServingPredictor) model(r *ServingRow) (*model.Model, error) {
	m, err := sp.Resolve(r.Model)
	if err == nil {
		return m, nil
	}
	short := r.Model
	for _, packer := range []string{"unsloth-", "opensourcerelease-", "bartowski-"} {
		short = strings.TrimPrefix(short, packer)
	}
	for _, form := range []string{"-safetensors", "-bf16", "-fp8"} {
		short = strings.TrimSuffix(short, form)
	}
	if m, shortErr := sp.Resolve(short); shortErr == nil {
		return m, nil
	}
	total, active := r.Params, r.Active
	if total <= 0 {
		total, active = namedParams(short)
	}
	if total > 0 {
		if m, countErr := inferModel(sp.Resolve, total, active); countErr == nil {
			return m, nil
		}
	}
	if earlier := minorVersion.ReplaceAllString(short, "$1"); earlier != short {
		if m, earlierErr := sp.Resolve(earlier); earlierErr == nil {
			inferred := *m
			inferred.Inferred, inferred.Count = true, m.Params()
			return &inferred, nil
		}
	}
	return nil, err
}

var minorVersion = regexp.MustCompile(`(\d)\.\d+`)
