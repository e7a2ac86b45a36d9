//go:build amd64 && !race && !purego

package ringbuf

import "sync/atomic"

// plainStores says that storePlain is cheaper than an atomic store, and orders less.
const plainStores = true

// storePlain is w.Store(v) as a MOV instead of an XCHG: earlier stores are visible before it
// (release), later loads may come before it.
//
//go:noescape
func storePlain(w *atomic.Uint64, v uint64)

// storeBoth is storePlain of v at a, and then at b.
//
//go:noescape
func storeBoth(a, b *atomic.Uint64, v uint64)

// storeTouch is storePlain of v at w, and then of u at next.
//
//go:noescape
func storeTouch(w *atomic.Uint64, v uint64, next *atomic.Uint64, u uint64)

// storeDown is storePlain of v, v-1, ... to the n words that lie stride bytes apart, from w
// downwards, in this order.
//
//go:noescape
func storeDown(w *atomic.Uint64, n, stride, v uint64)
