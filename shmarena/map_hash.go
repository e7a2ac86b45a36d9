package shmarena

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"math/bits"
	"reflect"
	"sync/atomic"

	"github.com/shmengine/shmengine/internal/words"
)

// Keys are hashed word by word, each by one multiplication to 128 bits whose
// halves are folded (as wyhash does, Wang Yi, 2019). Both the start and the
// multiplier are random numbers of the map: whoever chooses keys, but cannot
// read the arena, cannot choose keys that meet.

const mixLast = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hash is the hash of a key.
func (t *table) hash(key []byte) uint64 {
	h, mult := t.head.seed.Load(), t.head.mult.Load()
	for len(key) >= 8 {
		h = mix(h^binary.LittleEndian.Uint64(key), mult)
		key = key[8:]
	}
	if len(key) > 0 {
		h = mix(h^words.Last(key), mult)
	}
	return mix(h^mult, mixLast)
}

// hashIn is the hash of a key in a lane.
func (t *table) hashIn(lane []atomic.Uint64) uint64 {
	h, mult := t.head.seed.Load(), t.head.mult.Load()
	for i := range lane[:t.key] {
		h = mix(h^lane[i].Load(), mult)
	}
	return mix(h^mult, mixLast)
}

// setSeed gives a new map its numbers.
func (h *mapHead) setSeed() {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	h.seed.Store(binary.LittleEndian.Uint64(b[:]))
	h.mult.Store(binary.LittleEndian.Uint64(b[8:]) | 1<<63 | 1)
}

// checkKey says whether the bytes of a t are the same if and only if values of t
// are equal.
func checkKey(t reflect.Type) error {
	switch t.Kind() {
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return argument("a key holds a %v, whose bytes differ for 0 and -0: use math.Float64bits", t)
	case reflect.Array:
		if t.Len() == 0 {
			return nil
		}
		return checkKey(t.Elem())
	case reflect.Struct:
		return checkStructKey(t)
	}
	return nil
}

func checkStructKey(t reflect.Type) error {
	var end uintptr
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Offset != end || f.Name == "_" && f.Type.Size() > 0 {
			return keyHoles(t)
		}
		end += f.Type.Size()
		if err := checkKey(f.Type); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if end != t.Size() {
		return keyHoles(t)
	}
	return nil
}

func keyHoles(t reflect.Type) error {
	return argument("key %v has bytes that belong to no field: order or name them", t)
}
