package evidence

import (
	"math"
	"slices"
	"testing"

	"mlsizer/sizing/train"
)

// fitting returns the program's constants with only some left for a refit to
// decide, so that it takes a moment.
func fitting(t *testing.T, names ...string) *train.Constants {
	t.Helper()
	c := train.DefaultConstants().Clone()
	targets, err := Targets(c, names...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range c.Entries {
		c.Entries[i].Fitted = slices.Contains(targets, i)
	}
	return c
}

// A refit ends at the same constants wherever in the file it starts.
func TestRefitForgetsWhereItStarts(t *testing.T) {
	p := testPredictor()
	rows := shipped(t, "llm-foundry", "")
	names := []string{"arch=Ampere:products", "stack=composer-fsdp:traffic", "default:contention"}
	near := fitting(t, names...)
	far := near.Clone()
	for i := range far.Entries {
		if e := &far.Entries[i]; e.Fitted {
			f := train.FindConstant(e.Name)
			e.Value = min(max(e.Value+f.Spread, f.Low), f.High)
		}
	}
	a, err := p.Refit(rows, near, CalibrateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.Refit(rows, far, CalibrateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Fitted) != len(names) {
		t.Fatalf("%d constants fitted, want %d", len(a.Fitted), len(names))
	}
	for i := range a.Fitted {
		if x, y := a.Fitted[i], b.Fitted[i]; math.Abs(x.After/y.After-1) > 0.01 {
			t.Errorf("%s %s: %v from near and %v from afar", x.When, x.Constant, x.After, y.After)
		}
	}
}

// What is left out is scored by the fit to all other rows, and by no other.
func TestLeaveOutSeesNothingOfTheGroup(t *testing.T) {
	p := testPredictor()
	rows := shipped(t, "llm-foundry", "")
	c := fitting(t, "arch=Ampere:products", "arch=Hopper:tail", "stack=composer-fsdp:traffic")
	for _, name := range LeaveOutNames() {
		key := LeaveOutKey(name)
		all, err := p.Refit(rows, c, CalibrateOptions{LeaveOut: name, Folds: len(rows)})
		if err != nil {
			t.Fatal(err)
		}
		group := key(&rows[0])
		var rest, held []Row
		for i := range rows {
			if key(&rows[i]) == group {
				held = append(held, rows[i])
			} else {
				rest = append(rest, rows[i])
			}
		}
		if len(rest) == 0 { // a single source
			if all.LeaveOut.N != 0 {
				t.Errorf("%s: %d rows were left out of a fit to nothing", name, all.LeaveOut.N)
			}
			continue
		}
		// Weights are shares of all rows, those left out included.
		count := map[string]float64{}
		for i := range rows {
			count[rows[i].balance()]++
		}
		weight := func(r *Row) float64 { return 1 / math.Sqrt(count[r.balance()]) }
		without, err := p.Refit(rest, c, CalibrateOptions{Weight: weight})
		if err != nil {
			t.Fatal(err)
		}
		q := *p
		q.Constants = without.Constants
		want := map[string]float64{}
		for _, r := range q.Validate(held).Rows {
			if r.Quantity == StepSeconds {
				want[r.ID] = math.Log(r.Predicted / r.Measured)
			}
		}
		if len(want) == 0 {
			t.Fatalf("%s: no row in group %q", name, group)
		}
		for _, r := range all.Residuals {
			if v, ok := want[r.Row.ID]; ok && math.Abs(r.LeftOut-v) > 1e-3 {
				t.Errorf("%s, %s: left out by %v, and %v where nobody saw the group", name, r.Row.ID, r.LeftOut, v)
			}
		}
	}
	if LeaveOutKey("row") != nil {
		t.Error("there is a group of the name row")
	}
}

// The bands of a calibration cover about 80 % of what it left out, and every
// stack is scored.
func TestByStack(t *testing.T) {
	p := testPredictor()
	rows := append(shipped(t, "llm-foundry", ""), shipped(t, "maxtext-v5e", "")...)
	c, err := p.Refit(rows, fitting(t, "stack=composer-fsdp:traffic", "stack=maxtext:traffic"), CalibrateOptions{LeaveOut: "layout", Folds: 8})
	if err != nil {
		t.Fatal(err)
	}
	list := c.ByStack()
	if len(list) != 2 || list[0].Stack != "composer-fsdp" || list[1].Stack != "maxtext" {
		t.Fatalf("stacks: %+v", list)
	}
	n := 0
	for _, s := range list {
		n += s.Fit.N
		if s.Fit.N != s.LeftOut["layout"].N || s.Covered < 0.6 || s.Covered > 1 || s.CrossFitted <= 0 || s.CrossFitted > 1 {
			t.Errorf("%+v", s)
		}
	}
	if n != len(rows) || c.LeaveOut.N != n {
		t.Errorf("%d rows scored and %d left out of %d", n, c.LeaveOut.N, len(rows))
	}
}

// A configuration that several releases measured weighs once, and a fit without
// one of its rows is without all of them, also where the group is another.
func TestTwins(t *testing.T) {
	p := testPredictor()
	rows := shipped(t, "megatron-bridge", "h100-sxm5-80gb")
	points := p.points(rows, CalibrateOptions{}, &Calibration{})
	sum, configurations, twins := 0.0, map[string]bool{}, 0
	for i := range points {
		configurations[points[i].configuration()] = true
		sum += 1 / float64(points[i].twins)
		twins = max(twins, points[i].twins)
	}
	if twins < 2 || math.Abs(sum-float64(len(configurations))) > 1e-9 {
		t.Errorf("%d configurations weigh %v, the commonest has %d rows", len(configurations), sum, twins)
	}
	fold := map[string]int{}
	for i := range points { // each row is a group of its own
		points[i].group = points[i].row.ID
		fold[points[i].group] = i
	}
	apart := configurationFolds(points, fold)
	for i := range points {
		if len(apart[points[i].configuration()]) != points[i].twins {
			t.Errorf("%s: %d of %d rows are known", points[i].row.ID, len(apart[points[i].configuration()]), points[i].twins)
		}
	}
}

// The family of a row is the catalogue's, whatever the model's size; a model
// that is in no catalogue is a family of its shape.
func TestFamilies(t *testing.T) {
	for _, c := range []struct {
		row           Row
		family, shape string
	}{
		{Row{Model: "llama-3.1-8b"}, "llama", "32x4096"},
		{Row{Model: "llama-3-70b", Layers: 40}, "llama", "40x8192"},
		{Row{Family: "mpt", Layers: 24, Hidden: 2048}, "24x2048", "24x2048"},
		{Row{Model: "nobody-8b", Layers: 2, Hidden: 64}, "2x64", "2x64"},
	} {
		if family, shape := c.row.familyKey(), c.row.shapeKey(); family != c.family || shape != c.shape {
			t.Errorf("%s: %s of %s, want %s of %s", c.row.Model, shape, family, c.shape, c.family)
		}
	}
}

// No fitted value stands at a bound of its constant: there the bound decides and
// not the measurements.
func TestNoFittedValueAtABound(t *testing.T) {
	c := train.DefaultConstants()
	for i := range c.Entries {
		e := &c.Entries[i]
		f := train.FindConstant(e.Name)
		if !e.Fitted {
			continue
		}
		if e.Value >= 0.99*f.High || e.Value <= 1.01*f.Low {
			t.Errorf("%s %s is %v, of %v to %v", &e.When, e.Name, e.Value, f.Low, f.High)
		}
	}
}

// No stack reaches 97 % of the peak of a device that it was measured on: a rate
// so near to the peak hides the error of something else.
func TestNoFittedRateAtThePeak(t *testing.T) {
	p := testPredictor()
	rows, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, point := range p.points(rows, CalibrateOptions{}, &Calibration{}) {
		e, who := point.setup.Prepared.Efficiency(), point.row.Stack+" on "+point.row.Device
		share := e.Value("achievable") * e.Value("products") * e.Value("software")
		if !seen[who] && share >= 0.97 && fittedRate(point) {
			t.Errorf("%s: matrix products at %.3f of the peak", who, share)
		}
		seen[who] = true
	}
}

// fittedRate reports whether measurements decide the rate of a point's products.
func fittedRate(p point) bool {
	c := train.DefaultConstants()
	p.resolve(c)
	for i := range c.Entries {
		if e := &c.Entries[i]; e.Fitted && (e.Name == "products" || e.Name == "software") && p.inForce.Reads(i) {
			return true
		}
	}
	return false
}
