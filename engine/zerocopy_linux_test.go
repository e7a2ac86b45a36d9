package engine

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/shmarena"
)

// privateBytes is the memory of some processes that is of no file and no arena, as the
// kernel counts it.
func privateBytes(t *testing.T, pids []int) (n int64) {
	t.Helper()
	for _, pid := range pids {
		n += numberIn(t, fmt.Sprintf("/proc/%d/smaps_rollup", pid), "Anonymous:") << 10
	}
	return n
}

// writtenBytes is what they have given to write, sendmsg and the like.
func writtenBytes(t *testing.T, pids []int) (n int64) {
	t.Helper()
	for _, pid := range pids {
		n += numberIn(t, fmt.Sprintf("/proc/%d/io", pid), "wchar:")
	}
	return n
}

// numberIn is the number behind a key in a file of /proc.
func numberIn(t *testing.T, file, key string) int64 {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), key); ok {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("%s has no %s", file, key)
	return 0
}

// Large data goes to four workers, and back, without being copied or sent.
func TestNothingIsCopied(t *testing.T) {
	size := int64(128 << 20)
	if os.Getenv("SHMENGINE_STRESS") != "" {
		size = 1 << 30
	}
	e := start(t, Config{Workers: 4, ArenaSize: 3 * size})
	x, err := shmarena.Alloc[float64](e.Arena(), int(size/8))
	if err != nil {
		t.Fatal(err)
	}
	for i := range x.Slice() {
		x.Slice()[i] = 1
	}
	all := append(e.WorkerPIDs(), os.Getpid())
	private, written := privateBytes(t, all), writtenBytes(t, all)
	if s, err := sumKernel.Run(t.Context(), e, x); s != float64(x.Len()) || err != nil {
		t.Fatalf("sum %v, %v", s, err)
	}
	y, err := scaleKernel.Run(t.Context(), e, x, 2)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := submit(t, e, endFunc, endArgs{What: "sum", X: InOf(y)}).Result(t.Context()); n != x.Len() || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	grown, sent := privateBytes(t, all)-private, writtenBytes(t, all)-written
	what := fmt.Sprintf("%d MiB of data and as much of results, in %d processes: private memory grew by %d KiB, %d bytes were written",
		size>>20, len(all), grown>>10, sent)
	if t.Log(what); grown > min(size/4, 64<<20) || sent > 1<<20 {
		t.Error(what)
	}
	if s := e.Stats(); s.Copied != 0 {
		t.Errorf("%+v", s)
	}
}
