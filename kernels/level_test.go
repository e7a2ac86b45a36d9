package kernels

import (
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// use makes a level run until the test ends, in all kernels.
func use(tb testing.TB, l level) {
	tb.Helper()
	before, moved := active, mover
	active, mover = l, l
	tb.Cleanup(func() { active, mover = before, moved })
}

// onEachLevel runs a test on all levels that this machine and build have.
func onEachLevel(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	for l := range best() + 1 {
		t.Run(l.String(), func(t *testing.T) {
			use(t, l)
			test(t)
		})
	}
}

func TestLevelOfARequest(t *testing.T) {
	for _, c := range []struct {
		request string
		best    level
		want    string
		wrong   bool
	}{
		{"", levelAVX512, "avx512", false},
		{"", levelGo, "go", false},
		{"go", levelAVX512, "go", false},
		{"avx2", levelAVX512, "avx2", false},
		{"avx2", levelAVX2, "avx2", false},
		{"avx512", levelAVX2, "avx2", true},
		{"avx2", levelGo, "go", true},
		{"AVX2", levelAVX512, "avx512", true},
		{"sse", levelAVX512, "avx512", true},
	} {
		l, err := choose(c.request, c.best)
		if l.String() != c.want || (err != nil) != c.wrong {
			t.Errorf("request %q on %s: %s, %v", c.request, c.best, l, err)
		}
	}
}

// Levels of kernels that move: never more than those of all, and all of them where
// the ports are whole.
func TestLevelThatMoves(t *testing.T) {
	for _, c := range []struct {
		active level
		half   bool
		want   level
	}{
		{levelGo, false, levelGo}, {levelGo, true, levelGo},
		{levelAVX2, false, levelAVX2}, {levelAVX2, true, levelAVX2},
		{levelAVX512, false, levelAVX512}, {levelAVX512, true, levelAVX2},
	} {
		if got := moverOf(c.active, c.half); got != c.want {
			t.Errorf("on %s, ports halved %v: %s moves, want %s", c.active, c.half, got, c.want)
		}
	}
}

func TestLevelIsReported(t *testing.T) {
	if err := Check(); err != nil {
		t.Errorf("the tests were started with an unusable level: %v", err)
	}
	onEachLevel(t, func(t *testing.T) {
		if Level() != active.String() {
			t.Errorf("Level is %q, %q runs", Level(), active)
		}
	})
}
