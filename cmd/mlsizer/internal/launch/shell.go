package launch

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"mlsizer/cmd/mlsizer/internal/text"
)

// maxScript is the largest script that is parsed: the parser calls itself for
// every level of brackets.
const maxScript = 128 << 10

// maxWords bounds what the variables of a script may grow to.
const maxWords = 1 << 20

// command is a simple command with its words expanded.
type command struct {
	words []word
	env   map[string]word
	line  int
}

// shell reads a script without running it: assignments, arrays and the words of
// commands. What a command or the environment would say is open, and so is what
// a condition decides.
type shell struct {
	vars     map[string][]word
	commands []command
	inside   int // conditions
	work     int // bytes that expansions made
}

// readShell reads the commands of a script.
func readShell(data []byte, name string) ([]command, error) {
	if len(data) > maxScript {
		return nil, text.TooLarge.Error(name, maxScript>>10)
	}
	f, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(string(data)), "")
	if err != nil {
		if e, ok := err.(syntax.ParseError); ok {
			return nil, text.AtFileLine.Error(name, int(e.Pos.Line()), text.NotALaunch.Error())
		}
		return nil, text.Colon.Error(name, text.NotALaunch.Error())
	}
	s := &shell{vars: map[string][]word{}}
	s.statements(f.Stmts, 0)
	if s.work > maxWords {
		return nil, text.Colon.Error(name, text.ScriptGrows.Error(maxWords>>10))
	}
	return s.commands, nil
}

// maxDepth is how deep statements of statements are read.
const maxDepth = 100

func (s *shell) statements(list []*syntax.Stmt, depth int) {
	for _, st := range list {
		if depth < maxDepth && s.work <= maxWords {
			s.command(st.Cmd, depth+1)
		}
	}
}

// command reads a command of any kind.
func (s *shell) command(c syntax.Command, depth int) {
	switch c := c.(type) {
	case *syntax.CallExpr:
		s.call(c)
	case *syntax.DeclClause:
		for _, a := range c.Args {
			s.assign(a)
		}
	case *syntax.Block:
		s.statements(c.Stmts, depth)
	case *syntax.Subshell:
		s.statements(c.Stmts, depth)
	case *syntax.BinaryCmd:
		s.statements([]*syntax.Stmt{c.X, c.Y}, depth)
	case *syntax.FuncDecl:
		s.statements([]*syntax.Stmt{c.Body}, depth)
	case *syntax.TimeClause:
		if c.Stmt != nil {
			s.statements([]*syntax.Stmt{c.Stmt}, depth)
		}
	case *syntax.IfClause:
		for ; c != nil; c = c.Else {
			s.maybe(c.Then, depth)
		}
	case *syntax.WhileClause:
		s.maybe(c.Do, depth)
	case *syntax.ForClause:
		if i, ok := c.Loop.(*syntax.WordIter); ok {
			s.vars[i.Name.Value] = []word{{open: "$" + i.Name.Value}}
		}
		s.maybe(c.Do, depth)
	case *syntax.CaseClause:
		for _, item := range c.Items {
			s.maybe(item.Stmts, depth)
		}
	}
}

// maybe reads what runs only sometimes.
func (s *shell) maybe(list []*syntax.Stmt, depth int) {
	s.inside++
	s.statements(list, depth)
	s.inside--
}

// call reads assignments, or a command with its words.
func (s *shell) call(c *syntax.CallExpr) {
	if len(c.Args) == 0 {
		for _, a := range c.Assigns {
			s.assign(a)
		}
		return
	}
	cmd := command{line: int(c.Pos().Line()), env: map[string]word{}}
	for _, a := range c.Assigns {
		if a.Name != nil && a.Value != nil {
			cmd.env[a.Name.Value] = s.joined(a.Value.Parts)
		}
	}
	for _, w := range c.Args {
		cmd.words = append(cmd.words, s.fields(w)...)
	}
	s.commands = append(s.commands, cmd)
}

// assign sets a variable. One that a condition sets is open, unless that says
// what it was already.
func (s *shell) assign(a *syntax.Assign) {
	if a.Naked || a.Name == nil {
		return
	}
	name := a.Name.Value
	var values []word
	switch {
	case a.Array != nil:
		for _, e := range a.Array.Elems {
			if e.Value != nil {
				values = append(values, s.fields(e.Value)...)
			}
		}
	case a.Value != nil:
		values = []word{s.joined(a.Value.Parts)}
	default:
		values = []word{{}}
	}
	before, set := s.vars[name]
	switch {
	case a.Index != nil:
		values = []word{{open: "$" + name}}
	case a.Append && a.Array != nil:
		values = append(before[:len(before):len(before)], values...)
	case a.Append && len(before) == 1 && len(values) == 1:
		values = []word{s.glue(before[0], values[0])}
	}
	if s.inside > 0 && (!set || !same(before, values)) {
		values = []word{{open: "$" + name}}
	}
	s.vars[name] = values
}

func same(a, b []word) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// glue joins two words to one.
func (s *shell) glue(a, b word) word {
	s.work += len(a.text) + len(b.text)
	if s.work > maxWords {
		return word{}
	}
	open := a.open
	if open == "" {
		open = b.open
	}
	return word{a.text + b.text, open}
}
