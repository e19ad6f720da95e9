package web

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// mostConnections is how many connections may be open. Beyond it the one that has
// been idle longest is closed for each that comes.
const mostConnections = 2000

// connections are those that are open, the idle ones in the order in which they
// became so.
type connections struct {
	mu   sync.Mutex
	most int
	open map[net.Conn]*list.Element // nil while it has a request
	idle *list.List
}

func newConnections(most int) *connections {
	return &connections{most: most, open: map[net.Conn]*list.Element{}, idle: list.New()}
}

// note follows a connection; it is the ConnState of a server.
func (c *connections) note(conn net.Conn, state http.ConnState) {
	if oldest := c.take(conn, state); oldest != nil {
		oldest.Close()
	}
}

// take follows a connection and returns the one to be closed for it, nil if none.
func (c *connections) take(conn net.Conn, state http.ConnState) net.Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.open[conn]; at != nil {
		c.idle.Remove(at)
	}
	switch state {
	case http.StateNew, http.StateIdle:
		c.open[conn] = c.idle.PushBack(conn)
	case http.StateActive:
		c.open[conn] = nil
	default:
		delete(c.open, conn)
	}
	if len(c.open) <= c.most || c.idle.Len() == 0 {
		return nil
	}
	oldest := c.idle.Remove(c.idle.Front()).(net.Conn)
	delete(c.open, oldest)
	return oldest
}
