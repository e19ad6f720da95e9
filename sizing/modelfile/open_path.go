package modelfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// dirStore is a folder of the file system.
type dirStore string

func (d dirStore) Where(name string) string {
	return filepath.Join(string(d), filepath.FromSlash(name))
}

// Open opens a regular file and nothing else: a pipe would wait, a device has
// no length, and a folder is no file.
func (d dirStore) Open(_ context.Context, name string, _ bool) (*stream, error) {
	path := d.Where(name)
	info, err := os.Stat(path)
	if err != nil {
		return nil, pathError(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, &FormatError{File: path, Offset: -1, Problem: "is " + kindOfFile(info.Mode()), Want: "a regular file"}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, pathError(path, err)
	}
	return &stream{Reader: f, Size: info.Size(), Close: closeOnce(f)}, nil
}

// closeOnce makes a close that may be called again.
func closeOnce(c io.Closer) func() error {
	done := false
	return func() error {
		if done {
			return nil
		}
		done = true
		return c.Close()
	}
}

// kindOfFile names what is not a regular file.
func kindOfFile(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a folder"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "not a regular file"
}

// pathError names the path in an error of the file system, once.
func pathError(path string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w (want %s)", path, err, accepted)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// readSmall reads a config whole.
func readSmall(ctx context.Context, st store, name string) ([]byte, error) {
	f, err := st.Open(ctx, name, false)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	tooLong := &FormatError{File: st.Where(name), Offset: maxConfigBytes, Problem: "the config goes on", Want: fmt.Sprintf("at most %d bytes", maxConfigBytes)}
	if f.Size > maxConfigBytes {
		return nil, tooLong
	}
	data, err := io.ReadAll(&boundedReader{r: f, left: maxConfigBytes})
	if errors.Is(err, errTooLong) {
		return nil, tooLong
	}
	if err != nil {
		return nil, fmt.Errorf("%s: byte %d: %w", st.Where(name), len(data), err)
	}
	return data, f.Done()
}

var errTooLong = errors.New("too long")

// boundedReader fails where a LimitedReader would pretend that the file ends.
type boundedReader struct {
	r    io.Reader
	left int64
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		var one [1]byte
		if n, err := b.r.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, errTooLong
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// maxListed bounds how many names a folder may have.
const maxListed = 100_000

// openFolder finds the model in a folder: an index or a safetensors file, else
// a GGUF file, else config.json alone.
func openFolder(ctx context.Context, path string) (*File, error) {
	names, err := listModelFiles(path)
	if err != nil {
		return nil, err
	}
	f, err := openListed(ctx, dirStore(path), names, path)
	if err != nil {
		return nil, err
	}
	f.Path = path
	if abs, err := filepath.Abs(path); err == nil {
		f.name(filepath.Base(abs))
	}
	return f, nil
}

func openListed(ctx context.Context, st dirStore, names []string, path string) (*File, error) {
	safe := choices(names, ".safetensors")
	index := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.HasSuffix(n, ".safetensors.index.json") })
	ambiguous := func(list []string) error {
		return &FormatError{File: path, Offset: -1, Problem: fmt.Sprintf("the folder holds several models (%s)", strings.Join(list[:min(len(list), 4)], ", ")), Want: "the file that is meant"}
	}
	const usual = "model.safetensors"
	switch {
	case slices.Contains(index, usual+".index.json"):
		return openSafetensors(ctx, st, []string{usual + ".index.json"}, true, readConfig(ctx, st))
	case slices.Contains(safe, usual):
		return openSafetensors(ctx, st, []string{usual}, false, readConfig(ctx, st))
	case len(index) == 1:
		return openSafetensors(ctx, st, index, true, readConfig(ctx, st))
	case len(index) > 1:
		return nil, ambiguous(index)
	case len(safe) == 1:
		parts, _, err := partsOf(safe[0])
		if err != nil {
			return nil, err
		}
		return openSafetensors(ctx, st, parts, false, readConfig(ctx, st))
	case len(safe) > 1:
		return nil, ambiguous(safe)
	}
	if files := choices(names, ".gguf"); len(files) == 1 {
		return openGGUF(ctx, st, files[0])
	} else if len(files) > 1 {
		return nil, ambiguous(files)
	}
	if slices.Contains(names, "config.json") {
		return openConfig(ctx, st, "config.json")
	}
	return nil, &FormatError{File: path, Offset: -1, Problem: "the folder holds no model file", Want: accepted}
}

// choices lists the models among the names: of a split one its first part.
func choices(names []string, ext string) []string {
	var list []string
	sets := map[string]bool{}
	for _, n := range names {
		if !strings.HasSuffix(n, ext) {
			continue
		}
		if m := splitName.FindStringSubmatch(n); m != nil {
			if set := m[1] + "/" + m[3]; sets[set] {
				continue
			} else {
				sets[set] = true
			}
		}
		list = append(list, n)
	}
	return list
}

// listModelFiles returns the names in a folder that may belong to a model,
// sorted.
func listModelFiles(path string) ([]string, error) {
	d, err := os.Open(path)
	if err != nil {
		return nil, pathError(path, err)
	}
	defer d.Close()
	var names []string
	for seen := 0; ; {
		batch, err := d.Readdirnames(1000)
		for _, n := range batch {
			if n == "config.json" || strings.HasSuffix(n, ".safetensors") || strings.HasSuffix(n, ".safetensors.index.json") || strings.HasSuffix(n, ".gguf") {
				names = append(names, n)
			}
		}
		if seen += len(batch); seen > maxListed {
			return nil, &FormatError{File: path, Offset: -1, Problem: fmt.Sprintf("the folder has more than %d entries", maxListed), Want: "the folder or the file of one model"}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, pathError(path, err)
		}
	}
	slices.Sort(names)
	return names, nil
}
