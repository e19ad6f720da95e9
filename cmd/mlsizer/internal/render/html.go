package render

import (
	"html/template"
	"io"
	"sync"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
)

// htmlPage is the page with its style, so that it can be mailed as one file.
const htmlPage = `<!DOCTYPE html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>
:root { --ink: #1d2733; --dim: #5d6b7a; --line: #d9e0e7; --head: #f3f6f9; --paper: #fff; --hover: #f8fafc; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #dde5ee; --dim: #93a1b1; --line: #323d49; --head: #222b35; --paper: #171d24; --hover: #1d252e; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
main { max-width: 92rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1.25rem; }
h2 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
.scroll { width: fit-content; max-width: 100%; overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; margin-bottom: 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .8rem; text-align: left; vertical-align: top; }
thead th { background: var(--head); font-weight: 600; border-bottom: 1px solid var(--line); vertical-align: bottom; }
thead th small { display: block; color: var(--dim); font-weight: 400; }
tbody tr + tr td { border-top: 1px solid var(--line); }
tbody tr:hover td { background: var(--hover); }
figure { margin: 0 0 1.5rem; }
figure svg { width: 100%; max-width: 46rem; height: auto; }
.right { text-align: right; }
td span, td.right { white-space: nowrap; }
sup { color: var(--dim); margin-left: .2em; line-height: 0; }
ol { color: var(--dim); padding-left: 1.75rem; font-size: .9rem; }
ol li { overflow-wrap: anywhere; margin: .15rem 0; }
footer { margin-top: 2rem; color: var(--dim); font-size: .85rem; overflow-wrap: anywhere; }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
@media print { main { padding: 0; } .scroll { overflow: visible; } }
</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
{{if .Lead}}<p>{{.Lead}}</p>
{{end}}{{if .Figure}}<figure>{{.Figure}}</figure>
{{end}}{{range .Tables}}{{if .Title}}<h2>{{.Title}}{{range .TitleNotes}} <sup>{{.}}</sup>{{end}}</h2>
{{end}}<div class="scroll"><table>
{{if .Heads}}<thead><tr>{{range .Heads}}<th{{if .Right}} class="right"{{end}}>{{.Text}}{{range .Notes}}<sup>{{.}}</sup> {{end}}{{if .Unit}}<small>{{.Unit}}</small>{{end}}</th>{{end}}</tr></thead>
{{end}}<tbody>
{{range .Rows}}<tr>{{range .}}<td{{if .Right}} class="right"{{end}}>{{.Text}}{{if .Notes}}<span>{{range .Notes}}<sup>{{.}}</sup> {{end}}</span>{{end}}</td>{{end}}</tr>
{{end}}</tbody>
</table></div>
{{end}}{{if .Notes}}<ol>
{{range .Notes}}<li>{{.}}</li>
{{end}}</ol>
{{end}}{{if .Command}}<footer><code>{{.Command}}</code></footer>
{{end}}</main>
</body>
</html>
`

// pageTemplate is parsed when the first page is written.
var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Parse(htmlPage))
})

type htmlCell struct {
	Text, Unit string
	Right      bool
	Notes      []int
}

type htmlTable struct {
	Title      string
	TitleNotes []int
	Heads      []htmlCell
	Rows       [][]htmlCell
}

// writeHTML prints a page that stands for itself. The template escapes
// everything that it is given.
func writeHTML(w io.Writer, d *Document, p Page) error {
	page := struct {
		Lang, Title, Lead, Command string
		Figure                     template.HTML
		Tables                     []htmlTable
		Notes                      []string
	}{Lang: p.Lang.String(), Title: d.Title.In(p.Lang), Lead: d.Lead.In(p.Lang), Command: p.Command, Figure: template.HTML(d.Figure)}
	if page.Title == "" {
		page.Title = "mlsizer"
	}
	scales := d.scales()
	for i := range d.Tables {
		page.Tables = append(page.Tables, htmlTableOf(&d.Tables[i], scales[i], p.Lang))
	}
	for i := range d.Notes {
		page.Notes = append(page.Notes, d.Notes[i].in(p.Lang))
	}
	return pageTemplate().Execute(w, page)
}

func htmlTableOf(t *Table, scales []*quantity.Scale, l text.Lang) htmlTable {
	h := htmlTable{Title: t.Title.In(l), TitleNotes: t.TitleNotes}
	withHeads := t.hasHeads()
	for i, c := range t.Columns {
		head := htmlCell{Text: c.Head.In(l), Right: c.Right, Notes: c.Notes}
		if s := scales[i]; s != nil {
			head.Unit = text.Unit(s.Unit(), l)
		}
		if withHeads {
			h.Heads = append(h.Heads, head)
		}
	}
	for _, row := range t.Rows {
		r := make([]htmlCell, len(t.Columns))
		for i, c := range t.Columns {
			r[i] = htmlCell{Text: show(row[i].Value, scales[i], l), Right: c.Right, Notes: row[i].Notes}
		}
		h.Rows = append(h.Rows, r)
	}
	return h
}
