// Package web serves the program over HTTP: the page, and an API that takes the
// arguments of the commands and answers with their JSON. A request becomes a
// command line and runs through the same commands, so that both have one answer.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/text"
)

// options are the arguments of the serve command.
type options struct {
	*cli.App
	listen string
	open   bool
	hosts  []string
	files  bool
	hub    bool
}

// NewCmd is the serve command.
func NewCmd(a *cli.App) *cobra.Command {
	o := &options{App: a}
	cmd := &cobra.Command{
		Use: "serve",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return cli.UsageError(text.NoArguments.Error(args[0]), "mlsizer serve")
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error { return o.run() },
	}
	fs := cmd.Flags()
	fs.StringVar(&o.listen, "listen", "127.0.0.1:8080", "")
	fs.BoolVar(&o.open, "open", false, "")
	fs.StringSliceVar(&o.hosts, "allow-host", nil, "")
	fs.BoolVar(&o.files, "allow-files", false, "")
	fs.BoolVar(&o.hub, "allow-hub", false, "")
	return cmd
}

// The time that a server gives.
const (
	headerTime  = 5 * time.Second  // to the head of a request
	requestTime = 20 * time.Second // to all of a request
	answerTime  = 20 * time.Second // to find an answer
	writeTime   = 60 * time.Second // to a request and its answer
	idleTime    = 60 * time.Second // to a connection without a request
	stopTime    = 5 * time.Second  // to the requests under way at the end
)

// run serves until the program is interrupted, and then lets the requests under
// way end.
func (o *options) run() error {
	l, err := net.Listen("tcp", o.listen)
	if err != nil {
		return cli.UsageError(text.WebNoListen.Error(o.listen, reason(err)), "mlsizer serve --listen 127.0.0.1:0")
	}
	hs := o.newServer(slog.New(slog.NewTextHandler(o.Stderr, nil))).http()
	o.announce(l.Addr())
	if o.Grace != nil {
		o.Grace.Store(int64(stopTime + time.Second))
	}
	ended := make(chan error, 1)
	go func() { ended <- hs.Serve(l) }()
	select {
	case err := <-ended:
		return cli.ReadError(text.WebNoListen.Error(o.listen, err), "")
	case <-o.Interrupt.Done():
	}
	stop, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if hs.Shutdown(stop) != nil {
		hs.Close()
	}
	o.Interrupt = nil // which is how a server ends, and no fault
	return nil
}

// reason is what the system says of an address, without the address again.
func reason(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// announce says where the server is found, and opens it if asked to.
func (o *options) announce(at net.Addr) {
	address := "http://" + at.String() + "/"
	o.say(text.WebListening.With(address))
	if tcp, ok := at.(*net.TCPAddr); ok && !tcp.IP.IsLoopback() {
		o.say(text.WebEverywhere)
	}
	if o.open {
		if err := openBrowser(address); err != nil {
			o.say(text.WebNoBrowser.With(err))
		}
	}
}

func (o *options) say(words text.Text) {
	fmt.Fprintf(o.Stderr, "mlsizer: %s: %s\n", o.Say(text.Note), o.Say(words))
}

// server answers requests.
type server struct {
	root   func(*cli.App) *cobra.Command
	lang   text.Lang // of requests that name none
	access cli.Access
	hosts  []string
	log    *slog.Logger
	cache  *cache
	turns  *turns
	large  chan struct{} // taken by each request with a large body
	api    describeOnce
}

// newServer is the server of some options.
func (o *options) newServer(log *slog.Logger) *server {
	return &server{
		root: o.Root, lang: o.Lang, access: cli.Access{NoFiles: !o.files, NoHub: !o.hub}, hosts: o.hosts, log: log,
		cache: newCache(cacheBytes), turns: newTurns(max(2, runtime.GOMAXPROCS(0)), mostWaiting), large: make(chan struct{}, mostLarge),
	}
}

// Server answers requests with the commands of a program, as the serve command
// does without flags.
func Server(a *cli.App, log *slog.Logger) *http.Server {
	return (&options{App: a}).newServer(log).http()
}

// http is the server with its limits on connections.
func (s *server) http() *http.Server {
	return &http.Server{
		Handler: s.handler(), ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: 32 << 10, ConnState: newConnections(mostConnections).note,
	}
}
