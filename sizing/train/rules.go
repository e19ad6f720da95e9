package train

import (
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"sync"

	"mlsizer/sizing/note"
)

// rules.csv is what training frameworks refuse to launch, a rule a line: where
// its conditions hold, joined by "and", what it wants must hold too. Both name
// the terms of ruleterms.go; the rest of a line says which field of the plan is
// to be changed, and where the framework checks it.
//
//go:embed rules.csv
var rulesCSV string

// Rule is what a framework wants of a plan.
type Rule struct {
	// ID names the rule: "megatron-kv-heads".
	ID string
	// Stack is the name of the stack that it holds for.
	Stack string
	// Field is the field of the plan that breaks it.
	Field string
	// When and Want are the conditions and what must hold under them.
	When, Want string
	// Upstream is the repository and commit, Place the file and lines, where the
	// framework checks it.
	Upstream, Place string

	when []relation
	want relation
}

// Source is the repository, commit, file and lines of the rule.
func (r *Rule) Source() string { return r.Upstream + " " + r.Place }

// Rules returns all rules in the order of the file. They must not be modified.
func Rules() []Rule { return loadRules() }

var loadRules = sync.OnceValue(func() []Rule {
	rules, err := readRules(rulesCSV)
	if err != nil {
		panic("rules.csv: " + err.Error()) // the embedded file is tested
	}
	return rules
})

// readRules reads the lines of the file after its header.
func readRules(text string) ([]Rule, error) {
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	var rules []Rule
	for _, f := range lines[1:] {
		r := Rule{ID: f[0], Stack: f[1], Field: f[2], When: f[3], Want: f[4], Upstream: f[5], Place: f[6]}
		if r.want, err = parseRelation(r.Want); err != nil {
			return nil, fmt.Errorf("%s: %w", r.ID, err)
		}
		for condition := range strings.SplitSeq(r.When, " and ") {
			c, err := parseRelation(condition)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.ID, err)
			}
			r.when = append(r.when, c)
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// holds reports whether the plan keeps to the rule.
func (r *Rule) holds(p *Prepared, plan *Plan) bool {
	for i := range r.when {
		if !r.when[i].holds(p, plan) {
			return true
		}
	}
	return r.want.holds(p, plan)
}

// ofState reports whether the rule reads how the state is kept, which plans of
// one layout differ in.
func (r *Rule) ofState() bool {
	for _, c := range append(r.when[:len(r.when):len(r.when)], r.want) {
		if c.left.ofState() || c.right.ofState() {
			return true
		}
	}
	return false
}

// ruleSet is the rules of one stack, by what they read.
type ruleSet struct{ layout, state []Rule }

// rulesOf returns the rules of the stack of a name.
func rulesOf(stack string) (set ruleSet) {
	for _, r := range Rules() {
		switch {
		case r.Stack != stack:
		case r.ofState():
			set.state = append(set.state, r)
		default:
			set.layout = append(set.layout, r)
		}
	}
	return set
}

// broken returns the first of the rules that the plan breaks, nil if there is
// none.
func (p *Prepared) broken(rules []Rule, plan *Plan) *Rule {
	for i := range rules {
		if !rules[i].holds(p, plan) {
			return &rules[i]
		}
	}
	return nil
}

// checkRules returns an error that names the first of the rules that the plan
// breaks, with the two values that do not agree.
func (p *Prepared) checkRules(rules []Rule, plan *Plan) error {
	r := p.broken(rules, plan)
	if r == nil {
		return nil
	}
	return note.FieldError(r.Field, ruleCode+r.ID, r.want.left.value(p, plan), r.want.right.value(p, plan), r.Source())
}

// ruleCode begins the codes of errors of rules.
const ruleCode = "rule."

// BreaksRule reports whether an error is that of a plan that its framework
// refuses to launch.
func BreaksRule(err error) bool {
	var e *note.Error
	return errors.As(err, &e) && strings.HasPrefix(e.Key, ruleCode)
}

// AllowsLayout reports whether the stack's framework launches the plan's layout,
// however it keeps its state.
func (p *Prepared) AllowsLayout(plan *Plan) bool {
	return p.broken(p.profile.rules.layout, plan) == nil
}

// AllowsState reports whether the stack's framework launches a plan with the
// plan's sharding and offload of the optimizer, the only fields that rules of the
// state read.
func (p *Prepared) AllowsState(plan *Plan) bool { return p.broken(p.profile.rules.state, plan) == nil }
