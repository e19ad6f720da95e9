package source

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"mlsizer/sizing/note"
)

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
		return nil, &FormatError{File: path, Offset: -1, Err: note.NewError("path.no-regular-file", kindOfFile(info.Mode()))}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, PathError(path, err)
	}
	if err := pointerError(f, path, info.Size()); err != nil {
		f.Close()
		return nil, err
	}
	return &Stream{Reader: f, Size: info.Size(), Close: CloseOnce(f)}, nil
}

// kindOfFile names what is not a regular file.
func kindOfFile(m fs.FileMode) note.Word {
	switch {
	case m.IsDir():
		return note.Word("path.folder")
	case m&fs.ModeNamedPipe != 0:
		return note.Word("path.pipe")
	case m&fs.ModeSocket != 0:
		return note.Word("path.socket")
	case m&fs.ModeDevice != 0:
		return note.Word("path.device")
	}
	return note.Word("path.odd")
}

// PathError names the path in an error of the file system, once.
func PathError(path string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return note.NewError("path.not-found", path, err)
	}
	return note.NewError("path.fails", path, err)
}
