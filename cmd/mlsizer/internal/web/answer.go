package web

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
)

// answer is what a command printed.
type answer struct {
	body []byte
	kind string // its content type
}

// kinds are the content types of the forms of an answer.
var kinds = map[render.Format]string{
	render.Plain: "text/plain; charset=utf-8", render.Markdown: "text/markdown; charset=utf-8", render.CSV: "text/csv; charset=utf-8",
	render.JSON: "application/json", render.JSONL: "application/jsonl", render.HTML: "text/html; charset=utf-8",
}

// app is a program that runs one command of a request. It answers in JSON unless
// the request wants another form.
func (s *server) app(ctx context.Context, args []string, access cli.Access) (a *cli.App, out *bytes.Buffer) {
	out = new(bytes.Buffer)
	return &cli.App{
		Stdin: strings.NewReader(""), Stdout: out, Stderr: new(bytes.Buffer), Args: args, Root: s.root, Interrupt: ctx,
		Access: access, Output: render.JSON, Lang: cli.LangOf(args, s.lang),
	}, out
}

// command is a command of the program by its name.
func (s *server) command(name string) *cobra.Command {
	root := s.root(&cli.App{Root: s.root})
	cmd, _, _ := root.Find([]string{name}) // the names are those of the routes
	return cmd
}

// answer runs a command, or returns what it answered before.
func (s *server) answer(ctx context.Context, name string, q *request) (*answer, error) {
	args := q.args(s.command(name))
	key := s.lang.String() + "\x00" + strings.Join(args, "\x00")
	lasting := len(q.files) == 0 && s.access.NoFiles && s.access.NoHub // files may change
	if lasting {
		if a := s.cache.get(key); a != nil {
			return a, nil
		}
	}
	done, err := s.turns.take(ctx)
	if err != nil {
		return nil, s.refused(ctx, err, cli.LangOf(args, s.lang))
	}
	defer done()
	a, err := s.runCommand(ctx, args, q)
	if err == nil && lasting {
		s.cache.put(key, a)
	}
	return a, err
}

// runCommand runs a command line as the program does.
func (s *server) runCommand(ctx context.Context, args []string, q *request) (*answer, error) {
	access := s.access
	access.Given = q.files
	a, out := s.app(ctx, args, access)
	root := s.root(a)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if ctx.Err() != nil {
		return nil, s.refused(ctx, ctx.Err(), a.Lang)
	}
	if f, ok := err.(*cli.Failure); ok && f.Cmd == nil {
		f.Cmd = cmd
	}
	var code cli.ExitCode
	if err != nil && !errors.As(err, &code) && out.Len() == 0 {
		return nil, failed(a, err)
	}
	kind := kinds[a.Output]
	if f := cmd.Flags().Lookup("export"); f != nil && f.Changed && out.Len() > 0 && out.Bytes()[0] != '{' {
		kind = kinds[render.Plain]
	}
	return &answer{out.Bytes(), kind}, nil
}

// failed is the problem of a command's error.
func failed(a *cli.App, err error) *problem {
	detail, hint := a.Problem(err)
	status := http.StatusUnprocessableEntity
	if barred := (*cli.BarredError)(nil); errors.As(err, &barred) {
		status = http.StatusForbidden
	}
	return &problem{Status: status, Detail: detail, Hint: hint}
}

// refused is the problem of a request that found no answer in time.
func (s *server) refused(ctx context.Context, err error, l text.Lang) *problem {
	if errors.Is(err, errBusy) {
		return newProblem(http.StatusServiceUnavailable, l, text.WebBusy.Error())
	}
	return newProblem(http.StatusServiceUnavailable, l, text.WebTooLong.Error(answerTime))
}
