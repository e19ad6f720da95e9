package efficiency

import (
	"strconv"
	"strings"
)

// Match says where an entry or a band holds. Empty parts match anything. What a
// question is about is a Match too, with all parts that are known.
type Match struct {
	Stack     string `json:"stack,omitempty"`
	Like      string `json:"-"`                   // of a question: the stack that its stack inherits from
	Release   string `json:"release,omitempty"`   // the release begins so
	Recipe    string `json:"recipe,omitempty"`    // the recipe contains it
	Arch      string `json:"arch,omitempty"`      // the device's architecture begins so
	Link      string `json:"link,omitempty"`      // the link between devices begins so
	Precision string `json:"precision,omitempty"` // of the products: "bf16", "fp8"
	Compile   *bool  `json:"compile,omitempty"`
	AsyncTP   *bool  `json:"async_tp,omitempty"`

	Runtime string `json:"runtime,omitempty"`
	Backend string `json:"backend,omitempty"` // of the runtime, where it is not the vendor's own
	Vendor  string `json:"vendor,omitempty"`  // of the device
	Family  string `json:"family,omitempty"`  // the first word of the device's architecture
	Matrix  string `json:"matrix,omitempty"`  // whether the device has units for matrix products
	Memory  string `json:"memory,omitempty"`  // "shared" with the host, "stacked" (HBM) or "plain" (GDDR)
	Device  string `json:"device,omitempty"`  // the device's id
	Class   string `json:"class,omitempty"`   // of the weights' storage
	Launch  string `json:"launch,omitempty"`  // of a pass over prompts: from "python" or "native"

	Model string `json:"model,omitempty"` // kind of the model that a run trains: "dense", "mixture", "encoder"
	Era   string `json:"era,omitempty"`   // of the run: "before-2023"
	Given string `json:"given,omitempty"` // what of the run's layout and software is set: "nothing", "layout", "software", "both"

	Phase string `json:"phase,omitempty"` // of serving: "decode", "prefill"
	Known string `json:"known,omitempty"` // how much of runtime and device was measured: "nothing", "part", "all"
}

// Covers reports whether m holds wherever n does.
func (m *Match) Covers(n *Match) bool {
	return (same(m.Stack, n.Stack) || m.Stack == n.Like) &&
		strings.HasPrefix(n.Release, m.Release) &&
		strings.Contains(n.Recipe, m.Recipe) &&
		strings.HasPrefix(n.Arch, m.Arch) &&
		strings.HasPrefix(n.Link, m.Link) &&
		same(m.Device, n.Device) &&
		same(m.Precision, n.Precision) &&
		agree(m.Compile, n.Compile) &&
		agree(m.AsyncTP, n.AsyncTP) &&
		same(m.Runtime, n.Runtime) && same(m.Backend, n.Backend) && same(m.Vendor, n.Vendor) &&
		same(m.Family, n.Family) && same(m.Matrix, n.Matrix) && same(m.Memory, n.Memory) &&
		same(m.Class, n.Class) && same(m.Launch, n.Launch) && same(m.Phase, n.Phase) && same(m.Known, n.Known) &&
		same(m.Model, n.Model) && same(m.Era, n.Era) && same(m.Given, n.Given)
}

func same(want, is string) bool { return want == "" || want == is }

func agree(want, is *bool) bool { return want == nil || is != nil && *want == *is }

// Everywhere reports whether m holds for any question.
func (m *Match) Everywhere() bool { return *m == Match{} }

// Part is one condition of a match.
type Part struct {
	Name string
	at   *string
	flag *bool
}

// Value spells what the part asks for.
func (p Part) Value() string {
	if p.flag != nil {
		return strconv.FormatBool(*p.flag)
	}
	return *p.at
}

// all lists the conditions that are words, in the order in which they are spelt.
func (m *Match) all() []Part {
	return []Part{
		{Name: "stack", at: &m.Stack}, {Name: "release", at: &m.Release}, {Name: "recipe", at: &m.Recipe}, {Name: "arch", at: &m.Arch},
		{Name: "runtime", at: &m.Runtime}, {Name: "backend", at: &m.Backend}, {Name: "vendor", at: &m.Vendor}, {Name: "family", at: &m.Family},
		{Name: "matrix", at: &m.Matrix}, {Name: "memory", at: &m.Memory}, {Name: "device", at: &m.Device}, {Name: "class", at: &m.Class},
		{Name: "link", at: &m.Link}, {Name: "launch", at: &m.Launch}, {Name: "precision", at: &m.Precision},
		{Name: "phase", at: &m.Phase}, {Name: "known", at: &m.Known},
		{Name: "model", at: &m.Model}, {Name: "era", at: &m.Era}, {Name: "given", at: &m.Given},
	}
}

// Parts lists the conditions that m has.
func (m *Match) Parts() []Part {
	var parts []Part
	for _, p := range m.all() {
		if *p.at != "" {
			parts = append(parts, p)
		}
	}
	if m.Compile != nil {
		parts = append(parts, Part{Name: "compile", flag: m.Compile})
	}
	if m.AsyncTP != nil {
		parts = append(parts, Part{Name: "async_tp", flag: m.AsyncTP})
	}
	return parts
}

// Set sets the condition of a name, which must be a word, and reports whether
// there is one.
func (m *Match) Set(name, value string) bool {
	for _, p := range m.all() {
		if p.Name == name {
			*p.at = value
			return true
		}
	}
	return false
}

// String spells the match: "stack=torchtitan compile=true".
func (m *Match) String() string {
	text := m.Spell(" ")
	if text == "" {
		return "default"
	}
	return text
}

// Spell spells the conditions with something between them: "runtime=vllm,class=fp4".
func (m *Match) Spell(between string) string {
	var words []string
	for _, p := range m.Parts() {
		words = append(words, p.Name+"="+p.Value())
	}
	return strings.Join(words, between)
}
