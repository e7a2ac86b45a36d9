package engine

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sort"
	"strings"

	"github.com/shmengine/shmengine/shmarena"
)

// sentinels are the errors that keep their identity when they cross processes; in
// the order of their texts once registration has ended. Guarded by registry.
var sentinels = []error{
	context.Canceled, context.DeadlineExceeded,
	io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe,
	fs.ErrNotExist, fs.ErrExist, fs.ErrPermission, fs.ErrInvalid, fs.ErrClosed,
	errors.ErrUnsupported, shmarena.ErrNoSpace,
}

// RegisterError has errors.Is and errors.As find errs in what a [Func] returned in
// another process, where it wraps them. Without it only the text of an error
// crosses. Call it in package variables or init functions, as for kernels:
//
//	var ErrNoSuchUser = errors.New("no such user")
//	var _ = engine.RegisterError(ErrNoSuchUser)
//
// The ones of the standard library that are met most (io.EOF, fs.ErrNotExist, the
// contexts' and such) are registered. It panics if two errors have the same text:
// that is how a process knows which one another process means.
func RegisterError(errs ...error) struct{} {
	registry.Lock()
	defer registry.Unlock()
	if registry.sorted != nil {
		panic("engine: RegisterError after Init: register errors in package variables")
	}
	for _, err := range errs {
		for _, known := range sentinels {
			if known.Error() == err.Error() {
				panic(fmt.Sprintf("engine: two registered errors read %q", err))
			}
		}
		sentinels = append(sentinels, err)
	}
	return struct{}{}
}

// sealSentinels puts them in order, and returns what both sides must agree on.
func sealSentinels() string {
	sort.Slice(sentinels, func(i, j int) bool { return sentinels[i].Error() < sentinels[j].Error() })
	var b strings.Builder
	for _, err := range sentinels {
		b.WriteString(err.Error() + "\x00")
	}
	return b.String()
}

// Longest texts that cross.
const (
	maxRemoteText  = 1 << 20
	maxRemoteStack = 64 << 10
)

// A remote is an error on its way to another process.
type remote struct {
	typ, text, stack string
	causes           []error
}

// remoteOf describes err. The verbose form of an error that knows its stack is kept.
func remoteOf(err error) (r remote) {
	r.typ, r.text = fmt.Sprintf("%T", err), err.Error()
	if _, knows := err.(fmt.Formatter); knows {
		r.stack = fmt.Sprintf("%+v", err)
	}
	for _, s := range sentinels {
		if errors.Is(err, s) {
			r.causes = append(r.causes, s)
		}
	}
	return r
}

// bytes is r as it crosses.
func (r remote) bytes() (b []byte) {
	b = append(b, byte(len(r.causes)))
	for _, c := range r.causes {
		i := sort.Search(len(sentinels), func(i int) bool { return sentinels[i].Error() >= c.Error() })
		b = binary.LittleEndian.AppendUint32(b, uint32(i))
	}
	texts := [...]string{r.typ, r.text[:min(len(r.text), maxRemoteText)], r.stack[:min(len(r.stack), maxRemoteStack)]}
	for _, s := range texts {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(s)))
	}
	for _, s := range texts {
		b = append(b, s...)
	}
	return b
}

// remoteFrom reads what bytes wrote, in memory that its writer may still change: it
// is copied first.
func remoteFrom(src []byte) (r remote, err error) {
	b := append([]byte(nil), src...)
	if len(b) < 1 || len(b) < 1+4*int(b[0])+12 {
		return r, errRecord
	}
	n := int(b[0])
	b = b[1:]
	for ; n > 0; n-- {
		if i := binary.LittleEndian.Uint32(b); int(i) < len(sentinels) {
			r.causes = append(r.causes, sentinels[i])
		}
		b = b[4:]
	}
	heads, b := b[:12], b[12:]
	for i, s := range []*string{&r.typ, &r.text, &r.stack} {
		n := int(binary.LittleEndian.Uint32(heads[4*i:]))
		if n > len(b) {
			return r, errRecord
		}
		*s, b = string(b[:n]), b[n:]
	}
	return r, nil
}
