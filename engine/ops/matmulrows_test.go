package ops

import "testing"

// Pieces of a product: none is short of rows while workers have more, and each worker has
// as many.
func TestRowsOf(t *testing.T) {
	for _, c := range []struct{ long, workers, want int }{
		{1, 1, 64}, {64, 2, 64}, {100, 2, 64}, {128, 2, 64}, {300, 2, 152}, {512, 1, 256}, {512, 2, 256},
		{768, 2, 384}, {1024, 1, 256}, {1024, 2, 256}, {2048, 2, 256}, {4096, 2, 512}, {1024, 8, 128}, {10000, 8, 320},
	} {
		if got := rowsOf(c.long, c.workers); got != c.want {
			t.Errorf("%d rows for %d workers: pieces of %d, want %d", c.long, c.workers, got, c.want)
		}
	}
	for long := 1; long < 5000; long++ {
		for workers := 1; workers <= 9; workers++ {
			rows := rowsOf(long, workers)
			n := pieces(long, rows)
			switch {
			case rows < leastRows || rows%tileRows != 0 || n > mostPieces*workers:
				t.Fatalf("%d rows for %d workers: %d pieces of %d", long, workers, n, rows)
			case long >= wantRows*workers && rows < wantRows:
				t.Fatalf("%d rows for %d workers: pieces of %d only", long, workers, rows)
			case long >= leastRows*workers && rows > (long+workers-1)/workers+tileRows:
				t.Fatalf("%d rows for %d workers: pieces of %d leave workers without one", long, workers, rows)
			}
		}
	}
}
