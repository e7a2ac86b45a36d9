package shmarena

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
)

func TestPublish(t *testing.T) {
	a := newArena(t, 64<<20)
	x, err := CopyIn(a, []float64{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("n", MaxPublishedName)
	for _, name := range []string{"x", "x\x00", long, "ü/.."} {
		if err := a.Publish(name, x); err != nil {
			t.Fatal(err)
		}
		if y, err := Lookup[float64](a, name); err != nil || y != x {
			t.Errorf("Lookup(%q) = %v, %v", name, y, err)
		}
	}
	if err := a.Publish("x", x); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a name twice: %v", err)
	}
	if _, err := Lookup[int64](a, "x"); !errors.Is(err, ErrType) {
		t.Errorf("Lookup as another type: %v", err)
	}
	if err := a.Unpublish("x"); err != nil {
		t.Error(err)
	}
	for _, err := range []error{a.Unpublish("x"), second(Lookup[float64](a, "x")), second(Lookup[float64](a, "y"))} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v", err)
		}
	}
}

func TestPublishedNames(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[float64](t, a, 1)
	for _, name := range []string{"", strings.Repeat("n", MaxPublishedName+1)} {
		if err := a.Publish(name, x); !errors.Is(err, ErrArgument) {
			t.Errorf("Publish(%q): %v", name, err)
		}
		if _, err := Lookup[float64](a, name); !errors.Is(err, ErrArgument) {
			t.Errorf("Lookup(%q): %v", name, err)
		}
	}
}

// The name of an array that was freed is free.
func TestPublishedAndFreed(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[float64](t, a, 1)
	if err := a.Publish("x", x); err != nil {
		t.Fatal(err)
	}
	mustFree(t, x)
	if _, err := Lookup[float64](a, "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Lookup of a freed array: %v", err)
	}
	y := mustAlloc[int64](t, a, 1)
	if err := a.Publish("x", y); err != nil {
		t.Errorf("Publish over a freed array: %v", err)
	}
}

func TestDirectoryFull(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[int64](t, a, 1)
	name := func(i int) string { return strings.Repeat("i", 1+i%50) + string(rune('0'+i/50)) }
	for i := range entries {
		if err := a.Publish(name(i), x); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Publish("one more", x); !errors.Is(err, ErrFull) {
		t.Errorf("%v", err)
	}
	if err := a.Unpublish(name(77)); err != nil {
		t.Fatal(err)
	}
	if err := a.Publish("one more", x); err != nil {
		t.Error(err)
	}
}
