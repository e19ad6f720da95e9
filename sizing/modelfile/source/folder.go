package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Accepted is what modelfile.Open takes, as errors say it.
const Accepted = "config.json, a .safetensors file, its index.json, a .gguf file, a folder with one of these, or hf:org/name"

// Folder is a folder of the file system.
type Folder string

// Where is the file's path.
func (d Folder) Where(name string) string {
	return filepath.Join(string(d), filepath.FromSlash(name))
}

// Open opens a regular file and nothing else: a pipe would wait, a device has
// no length, and a folder is no file.
func (d Folder) Open(_ context.Context, name string, _ bool) (*Stream, error) {
	path := d.Where(name)
	info, err := os.Stat(path)
	if err != nil {
		return nil, PathError(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, &FormatError{File: path, Offset: -1, Problem: "is " + kindOfFile(info.Mode()), Want: "a regular file"}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, PathError(path, err)
	}
	return &Stream{Reader: f, Size: info.Size(), Close: CloseOnce(f)}, nil
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

// PathError names the path in an error of the file system, once.
func PathError(path string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w (want %s)", path, err, Accepted)
	}
	return fmt.Errorf("%s: %w", path, err)
}
