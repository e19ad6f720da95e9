package search

import (
	"math"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// ScalingLaw is a parametric fit of the loss of a language model of N
// parameters trained on D tokens:
//
//	L(N, D) = E + A/N^alpha + B/D^beta
//
// in nats per token. Source: arXiv:2203.15556 section 3.3 (approach 3).
type ScalingLaw struct {
	Name         string
	E, A, B      float64
	Alpha, Beta  float64
	TokensAParam float64 // a fixed ratio D/N instead, 0: none
	Source       string
}

// The fits. That of Hoffmann et al. does not follow from its own data:
// Besiroglu et al. repeated it.
var (
	Besiroglu = ScalingLaw{Name: "besiroglu-2024", E: 1.8172, A: 482.01, B: 2085.43, Alpha: 0.3478, Beta: 0.3658, Source: "arXiv:2404.10102 section 3"}
	Hoffmann  = ScalingLaw{Name: "hoffmann-2022", E: 1.69, A: 406.4, B: 410.7, Alpha: 0.34, Beta: 0.28, Source: "arXiv:2203.15556 section D.3"}
	Twenty    = ScalingLaw{Name: "20-tokens-a-parameter", TokensAParam: 20, Source: "arXiv:2203.15556 table 3"}
)

// Optimum is the model and data that a scaling law prefers for an amount of
// arithmetic.
type Optimum struct {
	Law    string          `json:"law"`
	Params quantity.Params `json:"params"`
	Tokens quantity.Tokens `json:"tokens"`
	// Loss is in nats per token, on the data of the fit; 0 for a fixed ratio.
	Loss   float64 `json:"loss,omitempty"`
	Source string  `json:"source"`
}

// For returns the parameters and tokens that have the least loss for C FLOPs,
// taking C = 6ND:
//
//	N = G (C/6)^(beta/(alpha+beta)), D = C/(6N), G = (alpha A/(beta B))^(1/(alpha+beta))
//
// It returns an error where either is more than can be counted.
// Source: arXiv:2203.15556 section 3.3, equation 4.
func (s *ScalingLaw) For(c quantity.FLOPs) (Optimum, error) {
	o := Optimum{Law: s.Name, Source: s.Source}
	nd := float64(c) / 6
	var n float64
	if s.TokensAParam > 0 {
		n = math.Sqrt(nd / s.TokensAParam)
	} else {
		sum := s.Alpha + s.Beta
		n = math.Pow(s.Alpha*s.A/(s.Beta*s.B), 1/sum) * math.Pow(nd, s.Beta/sum)
		o.Loss = s.Loss(n, nd/n)
	}
	if !(max(n, nd/n) < math.MaxInt64) {
		return o, note.NewError("optimum.more-than-can-be-counted", c, n, nd/n)
	}
	o.Params, o.Tokens = quantity.Params(max(math.Round(n), 1)), quantity.Tokens(max(math.Round(nd/n), 1))
	return o, nil
}

// Loss returns the loss of n parameters on d tokens, in nats per token.
func (s *ScalingLaw) Loss(n, d float64) float64 {
	return s.E + s.A/math.Pow(n, s.Alpha) + s.B/math.Pow(d, s.Beta)
}
