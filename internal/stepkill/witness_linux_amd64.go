package stepkill

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"syscall"
)

// witness tells whether a step of the first child left something that was not
// there before. A nil witness sees nothing.
//
// Of what a process leaves when it is killed, an instruction that is no system call
// can change two things: the bytes of what it has mapped, and which pages of it
// there are, since a page that was only read takes memory too. The rest is the
// kernel's, and changes in calls.
type witness struct {
	watch  []byte // the memory, and what it held
	memory []byte
	file   *os.File
	bytes  []byte // what the file held
	piece  []byte // a part of it, as it is now
	blocks int64  // how much memory it took
}

// lookingFactor is how much longer a child may be stepped with a file to look at.
const lookingFactor = 20

func newWitness(cfg Config) (*witness, error) {
	w := &witness{watch: cfg.Watch, memory: bytes.Clone(cfg.Watch), file: cfg.File}
	if w.file == nil {
		return w, nil
	}
	st, err := w.file.Stat()
	if err != nil {
		return nil, err
	}
	const pieceSize = 64 << 10
	w.bytes, w.piece = make([]byte, st.Size()), make([]byte, pieceSize)
	_, err = w.fileChanged()
	return w, err
}

// changed reports whether anything differs from when it was called before.
func (w *witness) changed() (changed bool, err error) {
	if w == nil {
		return false, nil
	}
	if !bytes.Equal(w.memory, w.watch) {
		changed = true
		copy(w.memory, w.watch)
	}
	if w.file == nil {
		return changed, nil
	}
	file, err := w.fileChanged()
	return changed || file, err
}

// fileChanged reads the whole file. It does not look through a mapping: that would
// bring pages about.
func (w *witness) fileChanged() (changed bool, err error) {
	st, err := w.file.Stat()
	if err != nil {
		return false, err
	}
	if st.Size() != int64(len(w.bytes)) {
		return false, fmt.Errorf("file %s has %d bytes, not %d", w.file.Name(), st.Size(), len(w.bytes))
	}
	had, takes := w.blocks, st.Sys().(*syscall.Stat_t).Blocks
	changed, w.blocks = takes != had, takes
	for off := 0; off < len(w.bytes); off += len(w.piece) {
		had := w.bytes[off:min(off+len(w.piece), len(w.bytes))]
		n, err := w.file.ReadAt(w.piece[:len(had)], int64(off))
		if err != nil && (err != io.EOF || n < len(had)) {
			return false, err
		}
		if !bytes.Equal(had, w.piece[:n]) {
			changed = true
			copy(had, w.piece)
		}
	}
	return changed, nil
}
