package testmem

import (
	"fmt"
	"testing"
)

func TestGo(t *testing.T) {
	for _, n := range []int{1, 63, 64, 65, 4096, 1 << 20} {
		b := Go(t, n)
		if len(b) != n || cap(b) != n {
			t.Errorf("Go(%d): len %d, cap %d", n, len(b), cap(b))
		}
		if address(b)%align != 0 {
			t.Errorf("Go(%d): at %#x, not aligned", n, address(b))
		}
	}
}

func TestSharedIsOneMemoryAtTwoAddresses(t *testing.T) {
	const n = 5000
	a, f := Shared(t, n)
	b := Map(t, f, n)
	if address(a) == address(b) {
		t.Fatalf("both at %#x", address(a))
	}
	if len(a) != n || cap(a) != n {
		t.Errorf("len %d, cap %d; want %d", len(a), cap(a), n)
	}
	a[n-1] = 7
	if b[n-1] != 7 {
		t.Errorf("wrote 7 through one mapping, read %d through the other", b[n-1])
	}
}

func TestMemoryEndsWithTheTest(t *testing.T) {
	rec := &recorder{}
	_, f := Shared(rec, 100)
	rec.end()
	if _, err := f.Stat(); err == nil {
		t.Error("the file is still open")
	}
	if len(rec.errors) != 0 {
		t.Errorf("clean-up reported %q", rec.errors)
	}
}

func TestSizeIsChecked(t *testing.T) {
	for _, n := range []int{0, -1} {
		rec := &recorder{}
		func() {
			defer func() { _ = recover() }()
			Go(rec, n)
		}()
		if len(rec.errors) != 1 {
			t.Errorf("Go(%d) reported %q, want one complaint", n, rec.errors)
		}
	}
}

// recorder is a TB whose failures can be looked at.
type recorder struct {
	errors  []string
	cleanup []func()
}

func (r *recorder) Helper()              {}
func (r *recorder) Cleanup(f func())     { r.cleanup = append(r.cleanup, f) }
func (r *recorder) Skipf(string, ...any) {}
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	panic("fatal")
}

func (r *recorder) end() {
	for i := len(r.cleanup) - 1; i >= 0; i-- {
		r.cleanup[i]()
	}
}
