package batch

import (
	"io"
	"os"

	"mlsizer/cmd/mlsizer/internal/text"
)

// spool holds bytes for later: in memory while they are few, then in a
// temporary file.
type spool struct {
	dir  string
	mem  []byte
	file *tempFile
}

// spoolMemory is how much a spool and a run of a sort hold before they write.
const spoolMemory = 256 << 10

// write appends p.
func (s *spool) write(p []byte) error {
	s.mem = append(s.mem, p...)
	if len(s.mem) < spoolMemory {
		return nil
	}
	return s.flush()
}

func (s *spool) flush() error {
	if s.file == nil {
		f, err := newTempFile(s.dir)
		if err != nil {
			return err
		}
		s.file = f
	}
	_, err := s.file.Write(s.mem)
	s.mem = s.mem[:0]
	return s.file.fault(err)
}

// copyTo writes everything to w.
func (s *spool) copyTo(w io.Writer) error {
	if s.file != nil {
		if err := s.flush(); err != nil {
			return err
		}
		if _, err := s.file.Seek(0, io.SeekStart); err != nil {
			return s.file.fault(err)
		}
		_, err := io.Copy(w, s.file.File)
		return err
	}
	_, err := w.Write(s.mem)
	return err
}

func (s *spool) close() {
	if s.file != nil {
		s.file.close()
	}
}

// tempFile is a file that is gone when it is closed. Where the system allows
// it, its name is removed at once, so that nothing is left however the
// program ends.
type tempFile struct {
	*os.File
	named bool
}

func newTempFile(dir string) (*tempFile, error) {
	f, err := os.CreateTemp(dir, "mlsizer-*.tmp")
	if err != nil {
		return nil, &FileError{Problem: text.TemporaryFile.Error(), Err: err, Hint: text.ChooseTMPDIR}
	}
	t := &tempFile{File: f}
	t.named = os.Remove(f.Name()) != nil
	return t, nil
}

// fault names the file in an error.
func (t *tempFile) fault(err error) error {
	if err == nil {
		return nil
	}
	return &FileError{Problem: text.TemporaryFileOf.Error(t.Name()), Err: err, Hint: text.ChooseTMPDIR}
}

func (t *tempFile) close() {
	t.Close()
	if t.named {
		os.Remove(t.Name())
	}
}
