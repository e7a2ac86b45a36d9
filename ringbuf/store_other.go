//go:build !amd64 || race || purego

package ringbuf

import "sync/atomic"

// plainStores says that storePlain is cheaper than an atomic store, and orders less.
const plainStores = false

// Never called in this build: every store is atomic.

func storePlain(*atomic.Uint64, uint64)                         { panic("ringbuf: no plain stores") }
func storeBoth(_, _ *atomic.Uint64, _ uint64)                   { panic("ringbuf: no plain stores") }
func storeTouch(*atomic.Uint64, uint64, *atomic.Uint64, uint64) { panic("ringbuf: no plain stores") }
func storeDown(_ *atomic.Uint64, _, _, _ uint64)                { panic("ringbuf: no plain stores") }
