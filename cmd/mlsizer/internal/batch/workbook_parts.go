package batch

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
)

// The parts of a workbook that are read besides its sheets.
const (
	bookPart    = "xl/workbook.xml"
	linksPart   = "xl/_rels/workbook.xml.rels"
	stringsPart = "xl/sharedstrings.xml"
)

// bookParts are the files of a workbook by their names in lower case.
type bookParts map[string]*zip.File

// open opens a part.
func (p bookParts) open(name string) (io.ReadCloser, error) {
	f := p[strings.ToLower(name)]
	if f == nil {
		return nil, text.NoPart.Error(name)
	}
	return f.Open()
}

// bookSheet is a sheet: its name, and the part that holds it.
type bookSheet struct{ name, part string }

// sheets lists the sheets in the order of the workbook. Charts are none.
func (p bookParts) sheets() ([]bookSheet, error) {
	var links struct {
		List []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
			Type   string `xml:"Type,attr"`
		} `xml:"Relationship"`
	}
	var book struct {
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := errors.Join(p.decode(linksPart, &links), p.decode(bookPart, &book)); err != nil {
		return nil, err
	}
	target := map[string]string{}
	for _, l := range links.List {
		if strings.HasSuffix(l.Type, "/worksheet") {
			target[l.ID] = partName(l.Target)
		}
	}
	var list []bookSheet
	for _, s := range book.Sheets {
		for _, a := range s.Attrs {
			if part := target[a.Value]; a.Name.Local == "id" && part != "" {
				list = append(list, bookSheet{s.Name, part})
			}
		}
	}
	return list, nil
}

// partName is the part that a link of the workbook leads to.
func partName(target string) string {
	if rest, ok := strings.CutPrefix(target, "/"); ok {
		return rest
	}
	return path.Join("xl", target)
}

// decode reads a small part.
func (p bookParts) decode(name string, into any) error {
	r, err := p.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	return xml.NewDecoder(io.LimitReader(r, mostStrings)).Decode(into)
}

// sharedStrings are the strings that cells refer to by number. A workbook of
// numbers has none.
func (p bookParts) sharedStrings() ([]string, error) {
	if p[stringsPart] == nil {
		return nil, nil
	}
	if p[stringsPart].UncompressedSize64 > mostStrings {
		return nil, tooLargeWorkbook()
	}
	r, err := p.open(stringsPart)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var list []string
	d := xml.NewDecoder(io.LimitReader(r, mostStrings))
	for {
		token, err := d.Token()
		switch start, ok := token.(xml.StartElement); {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, err
		case ok && start.Name.Local == "si":
			var s richText
			if err := d.DecodeElement(&s, &start); err != nil {
				return nil, err
			}
			list = append(list, s.String())
		}
	}
}

// richText is a text in one piece or in several; how it is spoken is left out.
type richText struct {
	Plain []string `xml:"t"`
	Runs  []string `xml:"r>t"`
}

func (t *richText) String() string { return strings.Join(t.Plain, "") + strings.Join(t.Runs, "") }
