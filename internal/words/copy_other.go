//go:build !amd64 || race || purego

package words

import "sync/atomic"

func storeFull(dst []atomic.Uint64, src []byte) { storeFullGo(dst, src) }
func loadFull(dst []byte, src []atomic.Uint64)  { loadFullGo(dst, src) }
