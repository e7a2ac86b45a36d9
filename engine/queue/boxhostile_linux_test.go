package queue

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
)

// boxed are both ends of a queue of strings, which go in boxes of 64 bytes.
func boxed(t *testing.T) (*Sender[string], *Receiver[string], *packer[string, box64]) {
	t.Helper()
	ctx, cancel := soon()
	t.Cleanup(cancel)
	name, o := leaktest.Name("hostilebox"), Options{Capacity: 4, ItemSize: 56}
	entered := make(chan error, 1)
	var s *Sender[string]
	go func() {
		var err error
		s, err = Send[string](ctx, name, o)
		entered <- err
	}()
	r, err := Receive[string](ctx, name, o)
	check(t, err)
	check(t, <-entered)
	t.Cleanup(func() { check(t, errors.Join(r.Close(), s.Close())) })
	return s, r, s.box.(*packer[string, box64])
}

// TestHostileBox puts boxes into a queue that no program of ours fills: with lengths that lead out of the
// box, and with bytes that are no value. Each is an error, is done with, and the next item comes.
func TestHostileBox(t *testing.T) {
	s, r, p := boxed(t)
	ctx, cancel := soon()
	defer cancel()
	const room = 64 - lengthSize
	for what, b := range map[string]box64{
		"a length of 0":                {},
		"a byte too many":              {b: [8]uint64{room + 1, 48}},
		"a word too many":              {b: [8]uint64{room + 8, 56}},
		"a length of 2^63":             {b: [8]uint64{1 << 63}},
		"a length of 2^64 - 1":         {b: [8]uint64{^uint64(0)}},
		"a string beyond the length":   {b: [8]uint64{16, 9}},
		"a string beyond the box":      {b: [8]uint64{room, room}},
		"a string of 2^63":             {b: [8]uint64{room, 1 << 63}},
		"something behind":             {b: [8]uint64{room, 1}},
		"a length in the wrong places": {b: [8]uint64{binary.BigEndian.Uint64([]byte{16, 0, 0, 0, 0, 0, 0, 0})}},
	} {
		for _, get := range []func() (string, error){
			func() (string, error) { return r.Get(ctx) },
			func() (v string, err error) { err = r.TryGet(&v); return v, err },
		} {
			check(t, p.Sender.Put(ctx, b))
			check(t, s.Put(ctx, "good"))
			if v, err := get(); !errors.Is(err, ErrCorrupt) || v != "" {
				t.Errorf("%s: %q, %v", what, v, err)
			}
			if err := r.Return(); err != ErrNotHeld {
				t.Errorf("%s: it is still held: Return = %v", what, err)
			}
			if v, err := get(); v != "good" || err != nil {
				t.Errorf("%s: the next: %q, %v", what, v, err)
			}
			check(t, r.Done())
			check(t, s.Join(ctx))
		}
	}
}

type four[T any] struct{ First, Second, Third, Fourth T }

// wide has a description that is longer than what a queue stores of one.
type wide[T, L any] struct {
	Begin four[four[four[four[T]]]]
	Last  L
}

// TestLongTypesDiffer: types are told apart also by what is cut from their descriptions.
func TestLongTypesDiffer(t *testing.T) {
	for what, err := range map[string]error{
		"plain":    differs[wide[int64, int32], wide[int64, uint32]](t),
		"in boxes": differs[wide[string, []int32], wide[string, []uint32]](t),
	} {
		if !errors.Is(err, ErrType) {
			t.Errorf("%s: %v", what, err)
		}
	}
	check(t, differs[wide[string, []int32], wide[string, []int32]](t))
}

// differs is what a sender of U is told by a queue of T.
func differs[T, U any](t *testing.T) error {
	t.Helper()
	name := leaktest.Name("long")
	ctx, cancel := soon()
	defer cancel()
	entered := make(chan error, 1)
	var s *Sender[T]
	go func() {
		var err error
		s, err = Send[T](ctx, name, Options{Capacity: 2})
		entered <- err
	}()
	r, err := Receive[T](ctx, name, Options{Capacity: 2})
	check(t, err)
	check(t, <-entered)
	defer func() { check(t, errors.Join(r.Close(), s.Close())) }()
	other, err := Send[U](ctx, name, Options{Capacity: 2})
	if err == nil {
		return other.Close()
	}
	return err
}
