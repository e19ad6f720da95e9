package report

import (
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/serve"
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

// servingVerdict is how an answer of serving is coloured.
func servingVerdict(v serve.Verdict) render.Verdict {
	switch v {
	case serve.FitsSurely:
		return render.Good
	case serve.MayNotFit:
		return render.Doubtful
	}
	return render.Bad
}

// servingFits says whether a model fits.
func servingFits(v serve.Verdict) text.Text {
	switch v {
	case serve.FitsSurely:
		return text.Fits
	case serve.MayNotFit:
		return text.MayNotFit
	}
	return text.DoesNotFit
}

// releaseOf is the release of a runtime that was asked for.
func releaseOf(r *serve.Runtime) string {
	if r.Release == nil {
		return ""
	}
	return r.Release.String()
}
