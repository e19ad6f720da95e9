package render

import (
	"bytes"
	"io"
	"sync"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// This file is the only one that knows tablewriter.

// gap is the space between two columns.
const gap = 2

// pinWidths makes characters of ambiguous width narrow, whatever the locale:
// the same answer must print the same everywhere. The setting is the
// process's, so that it is made once and never changed.
var pinWidths = sync.OnceFunc(func() { twwidth.SetEastAsian(false) })

// width is the number of terminal columns that a line of text takes.
func width(s string) int {
	pinWidths()
	return twwidth.Width(s)
}

// grid prints aligned columns without lines but one under the heads. Cells may
// hold line breaks; heads may be nil.
func grid(w io.Writer, heads []string, rows [][]string, right []bool) error {
	pinWidths()
	align := make([]tw.Align, len(right))
	for i, r := range right {
		align[i] = tw.AlignLeft
		if r {
			align[i] = tw.AlignRight
		}
	}
	cell := tw.CellConfig{
		// AutoFormat would title-case the heads: "GiB" is not "GIB".
		Formatting: tw.CellFormatting{AutoFormat: tw.Off, AutoWrap: tw.WrapNone},
		Alignment:  tw.CellAlignment{PerColumn: align},
		Padding:    tw.CellPadding{Global: tw.Padding{Left: "", Right: "  ", Overwrite: true}},
	}
	var out bytes.Buffer
	t := tablewriter.NewTable(&out,
		tablewriter.WithConfig(tablewriter.Config{
			Header:   cell,
			Row:      cell,
			Behavior: tw.Behavior{TrimSpace: tw.Off, TrimLine: tw.Off, AutoHide: tw.Off},
		}),
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders: tw.BorderNone,
			Symbols: tw.NewSymbolCustom("plain").WithRow("-").WithColumn("").WithCenter("").WithHeaderMid(""),
			Settings: tw.Settings{
				Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off},
				Lines:      tw.Lines{ShowHeaderLine: tw.Off, ShowTop: tw.Off, ShowBottom: tw.Off, ShowFooterLine: tw.Off},
			},
		})),
	)
	if heads != nil {
		t.Header(heads)
	}
	if err := t.Bulk(rows); err != nil {
		return err
	}
	if err := t.Render(); err != nil {
		return err
	}
	return copyTrimmed(w, out.Bytes())
}

// copyTrimmed writes the lines without the space at their ends.
func copyTrimmed(w io.Writer, text []byte) error {
	for line := range bytes.Lines(text) {
		if _, err := w.Write(append(bytes.TrimRight(line, " \n"), '\n')); err != nil {
			return err
		}
	}
	return nil
}
