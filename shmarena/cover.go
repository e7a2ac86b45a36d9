package shmarena

import (
	"fmt"
	"os"
)

// Cover takes the blocks of an arena that this process has attached read-only out of
// its sight: a look at one is a fault, until [Uncover] shows it. It is for code that
// is to see its inputs and nothing else. The tables can be read as before, so Lookup
// and Check work.
//
// Errors: [ErrArgument] if the arena is attached for writing, [ErrClosed], those of
// the kernel.
func (a *Arena) Cover() error {
	at, err := a.enter()
	if err != nil {
		return err
	}
	defer at.leave()
	if !at.readOnly() {
		return fmt.Errorf("shmarena: cover %s: %w", a, argument("it is attached for writing"))
	}
	return cover(at.region[at.geo.blocks:], true)
}

// Uncover shows the pages of an array again. A small block shares its pages with
// others, which are shown with it.
//
// Errors: [ErrFreed], [ErrClosed] if its arena is not attached here, those of the kernel.
func Uncover[T any](x Array[T]) error {
	if x.IsZero() {
		return nil
	}
	at := attached(x.arena())
	if at == nil || at.enter() != nil {
		return ErrClosed
	}
	defer at.leave()
	if !at.heap.resolve(x.gen(), x.off, x.n, elemSize[T]()) {
		return ErrFreed
	}
	page := uint64(os.Getpagesize())
	from, to := x.off&^(page-1), align(x.off+x.n*elemSize[T](), page)
	return cover(at.region[from:min(to, uint64(len(at.region)))], false)
}
