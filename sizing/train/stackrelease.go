package train

import (
	"encoding/json"
	"maps"
	"regexp"
	"strings"
)

// Release is facts of a stack that hold for some of its releases only. What a
// stack states outside of its releases is what its newest one does.
type Release struct {
	// Before is the month (2025-04) from which the facts no longer hold. Empty
	// facts of a release hold for those with Named in their name.
	Before string `json:"before,omitempty"`
	Named  string `json:"named,omitempty"`
	// Facts are fields of [Stack].
	Facts json.RawMessage `json:"facts"`
	// Source shows when the software changed.
	Source string `json:"source"`
}

// month is how a release states its date.
var month = regexp.MustCompile(`20\d\d-(0[1-9]|1[0-2])`)

// Dated reports whether a release states its month.
func Dated(release string) bool { return month.MatchString(release) }

// holds reports whether the facts hold for a release. Without a date it is the
// newest.
func (r *Release) holds(release string) bool {
	if r.Named != "" {
		return strings.Contains(release, r.Named)
	}
	date := month.FindString(release)
	return date != "" && date < r.Before
}

// At returns the stack as a release has it: releases are sorted from new to
// old, and older facts replace newer ones.
func (s *Stack) At(release string) *Stack {
	at := s
	for i := range s.Releases {
		if r := &s.Releases[i]; r.holds(release) {
			at = at.with(r.Facts)
		}
	}
	return at
}

// with returns the stack with other facts, which a test has checked.
func (s *Stack) with(facts json.RawMessage) *Stack {
	c := *s
	c.LogitsBytes = maps.Clone(s.LogitsBytes) // decoding adds to the map
	if err := json.Unmarshal(facts, &c); err != nil {
		panic("stacks.json: facts of " + s.Name + ": " + err.Error()) // the embedded file is tested
	}
	return &c
}
