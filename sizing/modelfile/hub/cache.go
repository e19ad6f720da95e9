package hub

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"

	"mlsizer/sizing/modelfile/source"
)

// The cache holds the beginnings of files as they were read: a line of JSON
// that says what it is, then the bytes. An entry is written under another name
// and renamed when it is whole, so that a reader never sees half of one. What
// goes wrong with the cache costs time and is no error.

// cacheKey is what an entry's folder is called after; the tag of the file's
// version names the entry in it.
type cacheKey struct{ endpoint, repo, revision, name string }

func (k cacheKey) folder(root string) string {
	return filepath.Join(root, digest(strings.Join([]string{k.endpoint, k.repo, k.revision, k.name}, "\n")))
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}

// cacheMeta is the first line of an entry.
type cacheMeta struct {
	Version  int    `json:"version"`
	Endpoint string `json:"endpoint"`
	Repo     string `json:"repo"`
	Revision string `json:"revision"`
	Name     string `json:"name"`
	ETag     string `json:"etag"`
	Commit   string `json:"commit,omitempty"`
	Size     int64  `json:"size"`   // of the file on the hub, negative where not said
	Length   int64  `json:"length"` // of what is kept of it
	Digest   string `json:"digest"` // SHA-256 of what is kept
}

const (
	cacheVersion = 1
	maxMetaLine  = 16 << 10
)

// cacheEntry is an open entry.
type cacheEntry struct {
	meta cacheMeta
	file *os.File
	body io.Reader
}

func (e *cacheEntry) close() {
	if e != nil {
		_ = e.file.Close()
	}
}

func (e *cacheEntry) stream() *source.Stream {
	return &source.Stream{Reader: e.body, Size: e.meta.Size, Close: source.CloseOnce(e.file)}
}

// lookup opens the entry of a file, or returns nil.
func (h *Hub) lookup(k cacheKey) *cacheEntry {
	if h.CacheDir == "" {
		return nil
	}
	folder := k.folder(h.CacheDir)
	names, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	for _, n := range names {
		if !n.Type().IsRegular() || filepath.Ext(n.Name()) != ".header" {
			continue
		}
		f, err := os.Open(filepath.Join(folder, n.Name()))
		if err != nil {
			continue
		}
		if e := readEntry(f, k); e != nil {
			return e
		}
		_ = f.Close()
	}
	return nil
}

// readEntry reads the first line and checks that the rest is all there.
func readEntry(f *os.File, k cacheKey) *cacheEntry {
	line, err := bufio.NewReaderSize(io.LimitReader(f, maxMetaLine), maxMetaLine).ReadSlice('\n')
	if err != nil {
		return nil
	}
	var m cacheMeta
	if json.Unmarshal(line, &m) != nil || m.Version != cacheVersion || m != (cacheMeta{cacheVersion, k.endpoint, k.repo, k.revision, k.name, m.ETag, m.Commit, m.Size, m.Length, m.Digest}) {
		return nil
	}
	info, err := f.Stat()
	if err != nil || info.Size() != int64(len(line))+m.Length {
		return nil
	}
	sum := sha256.New()
	if _, err := f.Seek(int64(len(line)), io.SeekStart); err != nil {
		return nil
	}
	if _, err := io.Copy(sum, f); err != nil || hex.EncodeToString(sum.Sum(nil)) != m.Digest {
		return nil
	}
	if _, err := f.Seek(int64(len(line)), io.SeekStart); err != nil {
		return nil
	}
	return &cacheEntry{meta: m, file: f, body: f}
}

// store lets a stream copy what is read of it into the cache. The entry comes
// to be when the reader says that it has all it wants (Stream.Done).
func (h *Hub) store(k cacheKey, st *source.Stream, ans *answer) {
	if h.CacheDir == "" || ans.etag == "" && !commitPattern.MatchString(k.revision) {
		return
	}
	folder := k.folder(h.CacheDir)
	if os.MkdirAll(folder, 0o700) != nil {
		return
	}
	tmp, err := os.CreateTemp(folder, "part-*")
	if err != nil {
		return
	}
	w := &cacheWriter{tmp: tmp, source: st.Reader, sum: sha256.New(), folder: folder,
		meta: cacheMeta{Version: cacheVersion, Endpoint: k.endpoint, Repo: k.repo, Revision: k.revision, Name: k.name, ETag: ans.etag, Commit: ans.commit, Size: ans.size}}
	closeSource := st.Close
	st.Reader = w
	st.Close = func() error {
		w.abandon()
		return closeSource()
	}
	st.Commit = w.commit
}

// cacheWriter copies a stream into a temporary file.
type cacheWriter struct {
	tmp    *os.File
	source io.Reader
	sum    interface {
		io.Writer
		Sum([]byte) []byte
	}
	folder string
	meta   cacheMeta
	failed bool
	closed bool
}

// Read hands on what the source has and keeps a copy.
func (w *cacheWriter) Read(p []byte) (int, error) {
	n, err := w.source.Read(p)
	if n > 0 && !w.failed {
		_, _ = w.sum.Write(p[:n])
		w.meta.Length += int64(n)
		_, werr := w.tmp.Write(p[:n])
		w.failed = werr != nil
	}
	return n, err
}

// abandon removes what was written, unless it has been committed.
func (w *cacheWriter) abandon() {
	if w.closed {
		return
	}
	w.closed = true
	_ = w.tmp.Close()
	_ = os.Remove(w.tmp.Name())
}

// commit puts the first line before the bytes and gives the entry its name.
func (w *cacheWriter) commit() {
	if w.closed || w.failed {
		return
	}
	defer w.abandon()
	w.meta.Digest = hex.EncodeToString(w.sum.Sum(nil))
	line, err := json.Marshal(w.meta)
	if err != nil || len(line) >= maxMetaLine {
		return
	}
	out, err := os.CreateTemp(w.folder, "part-*")
	if err != nil {
		return
	}
	defer os.Remove(out.Name()) // of no effect once it is renamed
	_, err = io.Copy(out, bytes.NewReader(append(line, '\n')))
	if err == nil {
		_, err = w.tmp.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = io.Copy(out, w.tmp)
	}
	if cerr := out.Close(); err != nil || cerr != nil {
		return
	}
	name := digest(w.meta.ETag) + ".header"
	if os.Rename(out.Name(), filepath.Join(w.folder, name)) != nil {
		return
	}
	// Older versions of the file are of no more use.
	if others, err := os.ReadDir(w.folder); err == nil {
		for _, o := range others {
			if n := o.Name(); n != name && filepath.Ext(n) == ".header" {
				_ = os.Remove(filepath.Join(w.folder, n))
			}
		}
	}
}
