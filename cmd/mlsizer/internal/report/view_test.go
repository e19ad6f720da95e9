package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/cmd/mlsizer/internal/render"
)

func viewed() *render.Table {
	return &render.Table{
		Columns: []render.Column{{Name: "model"}, {Name: "usd", Key: "cost", Drop: 3}, {Name: "kwh", Key: "energy", Optional: true}},
		Rows: [][]render.Cell{
			{{Value: "a"}, {Value: 3.0}, {Value: 1}},
			{{Value: "b"}, {}, {Value: 2}},
			{{Value: "c"}, {Value: 1.0}, {Value: 3}},
			{{Value: "d"}, {Value: 3.0}, {Value: 4}},
		},
	}
}

func TestViewOrder(t *testing.T) {
	for sort, want := range map[string][]int{
		"": {0, 1, 2, 3}, "cost": {2, 0, 3, 1}, "-cost": {0, 3, 2, 1}, "-model": {3, 2, 1, 0}, "-energy": {3, 2, 1, 0},
	} {
		v := View{Sort: sort}
		assert.Equal(t, want, v.Order(viewed()), sort)
	}
}

func TestViewChoose(t *testing.T) {
	table := viewed()
	(&View{}).Choose(table)
	assert.Equal(t, []string{"model", "cost"}, ColumnKeys(table.Columns))
	assert.Equal(t, []render.Cell{{Value: "a"}, {Value: 3.0}}, table.Rows[0])
	assert.Equal(t, 3, table.Columns[1].Drop)

	table = viewed()
	(&View{Columns: []string{"energy", "cost", "speed"}}).Choose(table)
	assert.Equal(t, []string{"energy", "cost"}, ColumnKeys(table.Columns))
	assert.Equal(t, []render.Cell{{Value: 2}, {}}, table.Rows[1])
	assert.Zero(t, table.Columns[1].Drop, "what was asked for stays on a narrow terminal")
}

func TestViewUnknown(t *testing.T) {
	for _, tt := range []struct {
		view       View
		flag, name string
	}{
		{View{Sort: "-cost", Columns: []string{"model"}}, "", ""},
		{View{Sort: "-usd"}, "sort", "usd"},
		{View{Columns: []string{"cost", "kwh"}}, "columns", "kwh"},
	} {
		flag, name := tt.view.Unknown(viewed().Columns)
		assert.Equal(t, []string{tt.flag, tt.name}, []string{flag, name})
	}
}

// Tables of models that are measured in other units have one header in CSV.
func TestViewFlat(t *testing.T) {
	one, other := viewed(), viewed()
	other.Columns[1].Name = "eur"
	d := &render.Document{Tables: []render.Table{*one, *other}}
	(&View{}).Flat(d)
	assert.Nil(t, d.Chosen)
	(&View{Columns: []string{"model", "cost", "energy"}}).Flat(d)
	assert.Len(t, d.Chosen.Rows, 8)
	assert.Equal(t, []string{"model", "cost", "kwh"}, []string{d.Chosen.Columns[0].Name, d.Chosen.Columns[1].Name, d.Chosen.Columns[2].Name})
	assert.Equal(t, "usd", d.Tables[0].Columns[1].Name)
}
