package launch

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// fields are the words that a word of a script becomes: an array is as many as it
// has, and a variable without quotes is divided at its spaces.
func (s *shell) fields(w *syntax.Word) []word {
	if len(w.Parts) == 1 {
		if p, ok := soleExpansion(w.Parts[0]); ok {
			return s.split(p, w.Parts[0])
		}
	}
	return []word{s.joined(w.Parts)}
}

// soleExpansion is the expansion that a word consists of, with or without quotes.
func soleExpansion(part syntax.WordPart) (*syntax.ParamExp, bool) {
	if q, ok := part.(*syntax.DblQuoted); ok && len(q.Parts) == 1 {
		p, ok := q.Parts[0].(*syntax.ParamExp)
		return p, ok && wholeArray(p)
	}
	p, ok := part.(*syntax.ParamExp)
	return p, ok
}

// wholeArray reports whether an expansion is of all elements: ${A[@]}.
func wholeArray(p *syntax.ParamExp) bool {
	w, ok := p.Index.(*syntax.Word)
	return ok && (w.Lit() == "@" || w.Lit() == "*")
}

// split is an expansion that makes several words.
func (s *shell) split(p *syntax.ParamExp, part syntax.WordPart) []word {
	values := []word{s.parameter(p)}
	if wholeArray(p) && p.Param != nil {
		if found, ok := s.vars[p.Param.Value]; ok {
			values = found
		}
	}
	if _, quoted := part.(*syntax.DblQuoted); quoted {
		return values
	}
	var list []word
	for _, v := range values {
		s.work += len(v.text)
		if s.work > maxWords {
			return nil
		}
		words := strings.Fields(v.text)
		for _, f := range words {
			w := word{text: f}
			if v.open != "" && strings.Contains(f, v.open) {
				w.open = v.open
			}
			list = append(list, w)
		}
		if len(words) == 0 && v.open != "" {
			list = append(list, v)
		}
	}
	return list
}

// joined is the one word that parts make.
func (s *shell) joined(parts []syntax.WordPart) word {
	var all word
	for _, part := range parts {
		all = s.glue(all, s.part(part))
	}
	return all
}

// part is the value of one part of a word. An open one is spelled as it stands,
// so that what is known beside it can be told apart.
func (s *shell) part(part syntax.WordPart) word {
	switch p := part.(type) {
	case *syntax.Lit:
		return word{text: unescape(p.Value)}
	case *syntax.SglQuoted:
		return word{text: p.Value}
	case *syntax.DblQuoted:
		return s.joined(p.Parts)
	case *syntax.ParamExp:
		return s.parameter(p)
	case *syntax.ArithmExp:
		if n, open := s.number(p.X, 0); open == "" {
			return word{text: strconv.FormatInt(n, 10)}
		} else {
			return word{text: open, open: open}
		}
	case *syntax.CmdSubst:
		return word{text: "$(…)", open: "$(…)"}
	}
	return word{text: "…", open: "…"}
}

// unescape drops the signs that protect others.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if i++; s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// parameter is the value of a variable, or what stands in for it: ${A:-8}.
func (s *shell) parameter(p *syntax.ParamExp) word {
	if p.Param == nil {
		return word{text: "…", open: "…"}
	}
	name := p.Param.Value
	open := word{text: "$" + name, open: "$" + name}
	if p.Excl || p.Length || p.Slice != nil || p.Repl != nil || p.Names != 0 {
		return open
	}
	values, set := s.vars[name]
	if p.Exp != nil && (!set || values == nil) {
		switch p.Exp.Op {
		case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
			if p.Exp.Word != nil {
				return s.joined(p.Exp.Word.Parts)
			}
			return word{}
		}
		return open
	}
	switch {
	case !set || len(values) == 0:
		return open
	case p.Index != nil && !wholeArray(p):
		return open
	case p.Exp != nil && p.Exp.Op != syntax.DefaultUnset && p.Exp.Op != syntax.DefaultUnsetOrNull && p.Exp.Op != syntax.ErrorUnset && p.Exp.Op != syntax.ErrorUnsetOrNull:
		return open
	}
	all := values[0]
	if wholeArray(p) {
		for _, v := range values[1:] {
			all = s.glue(s.glue(all, word{text: " "}), v)
		}
	}
	if all.open != "" && all.text == "" {
		all.text = all.open
	}
	return all
}

// number is the value of an arithmetic expression, or what is open in it.
func (s *shell) number(x syntax.ArithmExpr, depth int) (n int64, open string) {
	if depth > maxDepth {
		return 0, "…"
	}
	switch x := x.(type) {
	case *syntax.Word:
		return s.operand(x)
	case *syntax.ParenArithm:
		return s.number(x.X, depth+1)
	case *syntax.BinaryArithm:
		a, openA := s.number(x.X, depth+1)
		b, openB := s.number(x.Y, depth+1)
		if openA+openB != "" {
			return 0, openA + openB
		}
		return arithmetic(x.Op, a, b)
	}
	return 0, "…"
}

// operand is a number or a variable that holds one.
func (s *shell) operand(w *syntax.Word) (int64, string) {
	v := s.joined(w.Parts)
	if values, ok := s.vars[v.text]; ok && len(values) == 1 { // without a dollar
		v = values[0]
	}
	if v.open != "" {
		return 0, v.open
	}
	n, err := strconv.ParseInt(strings.TrimSpace(v.text), 10, 64)
	if err != nil {
		return 0, clip(v.text)
	}
	return n, ""
}

// arithmetic is the four operations and the remainder.
func arithmetic(op syntax.BinAritOperator, a, b int64) (int64, string) {
	switch {
	case op == syntax.Add:
		return a + b, ""
	case op == syntax.Sub:
		return a - b, ""
	case op == syntax.Mul:
		return a * b, ""
	case op == syntax.Quo && b != 0:
		return a / b, ""
	case op == syntax.Rem && b != 0:
		return a % b, ""
	}
	return 0, "…"
}
