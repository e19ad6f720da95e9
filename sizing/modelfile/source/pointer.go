package source

import (
	"bytes"
	"io"
	"os"
	"strconv"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// pointerStart begins the file that Git keeps in the place of one in LFS.
// Source: git-lfs/git-lfs docs/spec.md.
const pointerStart = "version https://git-lfs.github.com/spec/v1\n"

// maxPointer is what a pointer has at most: the specification asks for less
// than 1024 bytes.
const maxPointer = 1024

// pointerError is the error of a file that is a pointer, nil of any other. It
// leaves the file at its beginning.
func pointerError(f *os.File, path string, size int64) error {
	if size < int64(len(pointerStart)) || size > maxPointer {
		return nil
	}
	head := make([]byte, size)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return PathError(path, err)
	}
	if head = head[:n]; !bytes.HasPrefix(head, []byte(pointerStart)) {
		return nil
	}
	return &FormatError{File: path, Offset: -1, Err: note.NewError("path.lfs-pointer", pointedSize(head))}
}

// pointedSize is the size of the file that a pointer stands for, 0 where it
// does not say.
func pointedSize(head []byte) quantity.Bytes {
	for line := range bytes.Lines(head) {
		if s, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("size ")); ok {
			n, err := strconv.ParseInt(string(s), 10, 64)
			if err == nil && n > 0 {
				return quantity.Bytes(n)
			}
		}
	}
	return 0
}
