package report

import (
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/sizing/train"
)

// VerdictOf is how a plan's memory colours an answer.
func VerdictOf(v train.Verdict) render.Verdict {
	switch v {
	case train.FitsSurely:
		return render.Good
	case train.MayNotFit:
		return render.Doubtful
	}
	return render.Bad
}

// fitsOrNot colours an answer that knows no doubt.
func fitsOrNot(fits bool) render.Verdict {
	if fits {
		return render.Good
	}
	return render.Bad
}
