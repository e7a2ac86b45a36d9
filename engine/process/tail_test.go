package process

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The tail of any sequence of writes is that of their concatenation.
func TestTailModel(t *testing.T) {
	chunk := rapid.Map(rapid.SliceOfN(rapid.IntRange(0, 400), 0, 30), func(lines []int) string {
		var b strings.Builder
		for _, n := range lines {
			b.WriteString(strings.Repeat("x", n))
			if n%3 != 0 {
				b.WriteByte('\n')
			}
		}
		return b.String()
	})
	rapid.Check(t, func(t *rapid.T) {
		var got tail
		var all string
		for _, s := range rapid.SliceOfN(chunk, 0, 20).Draw(t, "writes") {
			got.add([]byte(s))
			all += s
			if want := tailOf(all); got.String() != want {
				t.Fatalf("after %d bytes the tail has %d bytes, want %d", len(all), len(got.String()), len(want))
			}
			if cap(got.buf) > 4*tailSize {
				t.Fatalf("the tail holds %d bytes of memory", cap(got.buf))
			}
		}
	})
}

// tailOf is what a tail of all keeps, said plainly.
func tailOf(all string) string {
	if len(all) <= tailSize {
		return all
	}
	end := all[len(all)-tailSize:]
	if _, rest, ok := strings.Cut(end, "\n"); ok && rest != "" {
		return rest
	}
	return end
}
