package process

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
)

// A job is read as it was written, up to the last byte that fits.
func TestBlockWords(t *testing.T) {
	for _, words := range [][]string{{"e"}, {"e", "", "a"}, {"entry", strings.Repeat("x", textSize-4-5-4)}} {
		b := new(block)
		if err := fits(words[0], words[1:]); err != nil {
			t.Fatal(err)
		}
		b.write(words[0], words[1:], true)
		if got, err := b.read(); err != nil || !slices.Equal(got, words) || b.last.Load() != 1 {
			t.Errorf("%d words: %v, %v", len(words), len(got), err)
		}
	}
	if err := fits("entry", []string{strings.Repeat("x", textSize-4-5-4+1)}); !errors.Is(err, ErrTooLong) {
		t.Errorf("a byte too much: %v", err)
	}
}

// A damaged block is an error, never a read beyond it.
func TestBlockDamaged(t *testing.T) {
	for _, c := range []struct{ words, first, second uint32 }{
		{0, 0, 0}, {1 << 31, 0, 0}, {1, textSize, 0}, {1, 1<<32 - 1, 0}, {2, 0, textSize}, {2, textSize - 4, 1}, {textSize/4 + 1, 0, 0},
	} {
		b := new(block)
		b.words.Store(c.words)
		binary.LittleEndian.PutUint32(b.text[:], c.first)
		binary.LittleEndian.PutUint32(b.text[4:], c.second)
		if words, err := b.read(); !errors.Is(err, errBlock) {
			t.Errorf("%+v: %d words, %v", c, len(words), err)
		}
	}
}

// The word that ends the wait is one of the two, whatever a spare writes there.
func TestMourn(t *testing.T) {
	for was, after := range map[uint32]uint32{
		stateFree: stateDead, stateJob: stateDead, stateRunning: stateDead, stateDone: stateDone, 77: stateDead,
	} {
		b := new(block)
		b.state.Store(was)
		if got := b.mourn(); got != was || b.state.Load() != after {
			t.Errorf("died in %d: %d, then %d", was, got, b.state.Load())
		}
	}
}

func FuzzBlock(f *testing.F) {
	f.Add(uint32(1), []byte{1, 0, 0, 0, 'e'})
	f.Add(uint32(3), []byte{255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, n uint32, text []byte) {
		b := new(block)
		b.words.Store(n)
		copy(b.text[:], text)
		words, err := b.read()
		if err == nil && len(words) != int(n) {
			t.Errorf("%d words of %d", len(words), n)
		}
	})
}
