package report

import (
	"cmp"
	"slices"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/evidence"
)

// leftOutNames lists the groups that the scores know the errors without.
func leftOutNames(list []evidence.StackScore) []string {
	return slices.DeleteFunc(evidence.LeaveOutNames(), func(name string) bool {
		_, said := text.Without[name]
		return !said || !slices.ContainsFunc(list, func(s evidence.StackScore) bool { return s.LeftOut[name].N > 0 })
	})
}

// LeftOut shows the errors of each stack's rows inside and outside the fit.
func LeftOut(title text.Text, list []evidence.StackScore) render.Table {
	fitted := slices.ContainsFunc(list, func(s evidence.StackScore) bool { return s.Fit.MAPE > 0 })
	names := leftOutNames(list)
	t := render.Table{Title: title, Columns: []render.Column{{Name: "stack", Head: text.Stack}, {Name: "n", Head: text.Rows, Right: true}}}
	if fitted {
		t.Columns = append(t.Columns, render.Column{Name: "mape", Head: text.FittedError, Right: true})
	}
	for _, name := range names {
		t.Columns = append(t.Columns, render.Column{Name: "without_" + name + "_mape", Head: text.Without[name], Right: true})
	}
	if fitted {
		t.Columns = append(t.Columns, render.Column{Name: "coverage80", Head: text.Coverage, Right: true})
	}
	for _, s := range list {
		row := []render.Cell{{Value: s.Stack}, {Value: s.Fit.N}}
		if fitted {
			row = append(row, render.Cell{Value: render.Percent(s.Fit.MAPE)})
		}
		for _, name := range names {
			row = append(row, percentIf(s.LeftOut[name].MAPE, s.LeftOut[name].N > 0))
		}
		if fitted {
			row = append(row, percentIf(s.Covered, s.CrossFitted > 0))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// LeftOutCoverage shows the share of each stack's left-out rows inside bands of
// other rows.
func LeftOutCoverage(list []evidence.StackScore) render.Table {
	t := render.Table{Title: text.LeftOutCover, Columns: []render.Column{{Name: "stack", Head: text.Stack}}}
	names := leftOutNames(list)
	for _, name := range names {
		t.Columns = append(t.Columns, render.Column{Name: "without_" + name + "_coverage80", Head: text.Without[name], Right: true})
	}
	for _, s := range list {
		row := []render.Cell{{Value: s.Stack}}
		for _, name := range names {
			row = append(row, percentIf(s.CoveredWithout[name], s.LeftOut[name].N > 0))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// FitBasis shows what the constants of each stack rest on.
func FitBasis(list []evidence.Basis) render.Table {
	t := render.Table{Title: text.FitBasis, Columns: []render.Column{{Name: "stack", Head: text.Stack}}}
	for _, c := range []render.Column{
		{Name: "constants", Head: text.Constants}, {Name: "rows", Head: text.Rows}, {Name: "configurations", Head: text.Configurations},
		{Name: "shapes", Head: text.ShapeCount}, {Name: "families", Head: text.FamilyCount}, {Name: "devices", Head: text.DeviceCount}, {Name: "sources", Head: text.SourceCount},
	} {
		c.Right = true
		t.Columns = append(t.Columns, c)
	}
	for _, b := range list {
		name := cmp.Or(text.Same(b.Stack), text.RunGroups["all"])
		t.Rows = append(t.Rows, []render.Cell{{Value: name}, {Value: b.Constants}, {Value: b.Rows}, {Value: b.Configurations}, {Value: b.Shapes}, {Value: b.Families}, {Value: b.Devices}, {Value: b.Sources}})
	}
	return t
}

// percentIf shows a share where there is one.
func percentIf(v float64, ok bool) render.Cell {
	if !ok {
		return render.Cell{Value: ""}
	}
	return render.Cell{Value: render.Percent(v)}
}
