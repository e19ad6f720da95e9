package web

import (
	"container/list"
	"sync"
	"time"
)

// Bounds of the cache. Answers age because they say how old prices are.
const (
	cacheBytes = 32 << 20
	cacheEntry = 4 << 20
	cacheAge   = 10 * time.Minute
)

// cache holds answers by their command lines: the same request has the same
// answer, and a page asks again whenever a slider comes back.
type cache struct {
	mu    sync.Mutex
	most  int
	bytes int
	byKey map[string]*list.Element
	order *list.List // the latest used first
}

// cached is an answer with its key.
type cached struct {
	key    string
	answer *answer
	until  time.Time
}

func (c *cached) bytes() int { return len(c.key) + len(c.answer.body) }

func newCache(most int) *cache {
	return &cache{most: most, byKey: map[string]*list.Element{}, order: list.New()}
}

// get is the answer of a key, nil if there is none.
func (c *cache) get(key string) *answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.byKey[key]
	if at == nil {
		return nil
	}
	entry := at.Value.(*cached)
	if time.Now().After(entry.until) {
		c.remove(at)
		return nil
	}
	c.order.MoveToFront(at)
	return entry.answer
}

// put keeps an answer, in the place of those that were used longest ago.
func (c *cache) put(key string, a *answer) {
	entry := &cached{key, a, time.Now().Add(cacheAge)}
	if entry.bytes() > cacheEntry {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.byKey[key]; at != nil {
		c.remove(at)
	}
	c.byKey[key] = c.order.PushFront(entry)
	c.bytes += entry.bytes()
	for c.bytes > c.most {
		c.remove(c.order.Back())
	}
}

func (c *cache) remove(at *list.Element) {
	entry := c.order.Remove(at).(*cached)
	delete(c.byKey, entry.key)
	c.bytes -= entry.bytes()
}
