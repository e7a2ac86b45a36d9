package shmarena

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// fullSeals are those by which a file cannot change any more.
const fullSeals = unix.F_SEAL_WRITE | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW

// fillSealed reserves a new memfd, has it filled, and seals it. The mapping that it
// was filled through is replaced, at the same addresses, by one that can only be
// read. If anything fails, or fill panics, nothing stays mapped or open.
func fillSealed(f *os.File, size uint64, fill func([]byte) error) (_ []byte, err error) {
	var pages []byte
	done := false
	defer func() {
		if !done { // an error, or a panic of fill
			err = errors.Join(err, retire(pages, false), f.Close())
		}
	}()
	if pages, err = mapWritable(f, size); err != nil {
		return nil, err
	}
	if err := (backingFile{f: f}).reserve(0, size); err != nil {
		return nil, err
	}
	if err := fill(pages); err != nil {
		return nil, err
	}
	if err := replace(pages, unix.PROT_NONE); err != nil {
		return nil, err
	}
	if err := sealAll(f); err != nil {
		return nil, err
	}
	if err := mapOver(f, pages); err != nil {
		return nil, err
	}
	done = true
	return pages, nil
}

// sealTries bounds the wait for those that have pages of the file for input or
// output, a few milliseconds at most.
const sealTries = 100

// sealAll seals a file of which there is no writable mapping. The mapping that there
// was may keep it busy for a moment.
func sealAll(f *os.File) error {
	for try := 0; ; try++ {
		_, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, fullSeals|unix.F_SEAL_SEAL)
		if err != unix.EBUSY || try == sealTries {
			return os.NewSyscallError("fcntl", err)
		}
		time.Sleep(time.Millisecond)
	}
}

// sealedSize is how long a file is that is fully sealed.
func sealedSize(f *os.File) (int64, error) {
	seals, err := unix.FcntlInt(f.Fd(), unix.F_GET_SEALS, 0)
	if err != nil || seals&fullSeals != fullSeals {
		return 0, fmt.Errorf("the file is not sealed (seals %#x): %w", max(seals, 0), ErrMagic)
	}
	var st unix.Stat_t
	err = unix.Fstat(int(f.Fd()), &st)
	return st.Size, os.NewSyscallError("fstat", err)
}

// SendTo is [Arena.SendTo] for a sealed array: the other side takes it with
// [ReceiveSealed].
func (x *Sealed[T]) SendTo(ctx context.Context, c *net.UnixConn) error {
	if x.s == nil {
		return fmt.Errorf("shmarena: send a sealed array: %w", ErrClosed)
	}
	if err := sendFile(ctx, c, x.f, socketNote(sealedMagic, 0)); err != nil {
		return fmt.Errorf("shmarena: send a sealed array: %w", err)
	}
	return nil
}

// ReceiveSealed is [Receive] for a sealed array. Its errors are those of Receive
// and of [OpenSealed].
func ReceiveSealed[T any](ctx context.Context, c *net.UnixConn) (*Sealed[T], error) {
	f, err := receiveFile(ctx, c, sealedMagic)
	if err != nil {
		return nil, fmt.Errorf("shmarena: receive a sealed array: %w", err)
	}
	x, err := OpenSealed[T](f.Fd())
	return x, errors.Join(err, f.Close())
}
