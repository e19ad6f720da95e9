package deploy

import (
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
)

// mostBytes bounds a launch that is read.
const mostBytes = 64 << 10

// words splits a launch as a shell does: at white space outside of quotes, with
// a backslash before a character or the end of a line. What only a shell can
// evaluate (variables, substitutions, pipes, redirections) is rejected.
func words(launch string) ([]string, error) {
	if len(launch) > mostBytes {
		return nil, text.LaunchTooLong.Error(len(launch), mostBytes)
	}
	s := splitter{rest: launch}
	for s.rest != "" {
		if err := s.step(); err != nil {
			return nil, err
		}
	}
	if s.quote != 0 {
		return nil, text.LaunchOpenQuote.Error(string(s.quote))
	}
	s.end()
	return s.list, nil
}

// splitter splits a launch, a character a step.
type splitter struct {
	rest  string
	word  strings.Builder
	began bool // the word, which may be empty in quotes
	quote byte // the open one; 0: none
	list  []string
}

func (s *splitter) step() error {
	c := s.rest[0]
	s.rest = s.rest[1:]
	switch {
	case c == '\\' && s.quote != '\'':
		s.escape()
	case s.quote != 0 && c == s.quote:
		s.quote = 0
	case s.quote == '\'':
		s.word.WriteByte(c)
	case c == '$', c == '`', s.quote == 0 && strings.IndexByte(";|&<>()", c) >= 0:
		return text.LaunchShell.Error(string(c))
	case s.quote != 0:
		s.word.WriteByte(c)
	case c == '"', c == '\'':
		s.quote, s.began = c, true
	case c == ' ', c == '\t', c == '\n', c == '\r':
		s.end()
	case c == '#' && !s.began: // a comment, to the end of its line
		_, s.rest, _ = strings.Cut(s.rest, "\n")
	default:
		s.word.WriteByte(c)
		s.began = true
	}
	return nil
}

// escape takes the character after a backslash as it is, and leaves out the end
// of a line.
func (s *splitter) escape() {
	s.rest = strings.TrimPrefix(s.rest, "\r")
	if s.rest == "" {
		return
	}
	if s.rest[0] != '\n' {
		s.word.WriteByte(s.rest[0])
		s.began = true
	}
	s.rest = s.rest[1:]
}

// end ends a word.
func (s *splitter) end() {
	if s.began || s.word.Len() > 0 {
		s.list = append(s.list, s.word.String())
	}
	s.word.Reset()
	s.began = false
}
