package shmarena

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// hugeArena makes an arena in which huge pages fit.
func hugeArena(t *testing.T, backing Backing) *Arena {
	t.Helper()
	a, err := Create(Options{Size: 4 * hugeSize, Backing: backing})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// The address of each huge page of the file is a multiple of its size.
func TestRegionIsAligned(t *testing.T) {
	for range 3 {
		a := hugeArena(t, BackingMemfd)
		if at := addr(a.at.region); at%hugeSize != 0 {
			t.Errorf("the region begins at %#x", at)
		}
	}
	small, err := Create(Options{Size: 1 << 16, Backing: BackingMemfd})
	if err != nil {
		t.Fatal(err)
	}
	if n, m := len(small.at.space), len(small.at.region); n != m {
		t.Errorf("an arena without huge pages takes %d bytes of addresses for %d", n, m)
	}
	if err := small.Close(); err != nil {
		t.Error(err)
	}
}

// A large block lies on huge pages where the kernel lets it, is zero, and gives
// all of them back.
func TestLargeBlocksAreOnHugePages(t *testing.T) {
	for _, backing := range []Backing{BackingMemfd, BackingShm} {
		t.Run(backing.String(), func(t *testing.T) {
			needHugePages(t)
			a := hugeArena(t, backing)
			for round := range 2 {
				x, err := Alloc[uint64](a, 3*hugeSize/8)
				if err != nil {
					t.Fatal(err)
				}
				// 6 MiB anywhere have 4 MiB that are aligned.
				if kb := hugeKB(t, addr(a.at.region)); kb < 2*hugeSize>>10 {
					t.Errorf("round %d: %d kB of huge pages are mapped", round, kb)
				}
				s := x.Slice()
				for i, v := range s {
					if v != 0 {
						t.Fatalf("round %d: element %d is %d", round, i, v)
					}
					s[i] = ^uint64(0)
				}
				if err := x.Free(); err != nil {
					t.Fatal(err)
				}
				if kb := hugeKB(t, addr(a.at.region)); kb != 0 {
					t.Errorf("round %d: %d kB of huge pages are left", round, kb)
				}
			}
			if err := a.Verify(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A block that shares a huge page's range with another leaves it alone.
func TestNeighboursOfHugePages(t *testing.T) {
	a := hugeArena(t, BackingMemfd)
	var xs []Array[uint64]
	for i := range 4 {
		x, err := Alloc[uint64](a, (hugeSize+(i+1)<<16)/8)
		if err != nil {
			break // the last may not fit
		}
		for j := range x.Slice() {
			x.Slice()[j] = uint64(i)
		}
		xs = append(xs, x)
	}
	if len(xs) < 3 {
		t.Fatalf("%d blocks", len(xs))
	}
	if err := xs[1].Free(); err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 2} {
		for j, v := range xs[i].Slice() {
			if v != uint64(i) {
				t.Fatalf("element %d of block %d is %d", j, i, v)
			}
		}
	}
}

// needHugePages skips a test where the kernel gives none when it is asked.
func needHugePages(t *testing.T) {
	t.Helper()
	fd, err := unix.MemfdCreate("huge", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), "huge")
	defer f.Close()
	if err := unix.Fallocate(fd, 0, 0, hugeSize); err != nil {
		t.Fatal(err)
	}
	region, space, err := mapRegion(f, hugeSize, writable)
	if err != nil {
		t.Fatal(err)
	}
	defer unmapSpace(space)
	if err := unix.Madvise(region, unix.MADV_COLLAPSE); err != nil {
		t.Skipf("this kernel gives no huge pages for shared memory now: %v", err)
	}
}

// hugeKB is how much of the mapping at an address is mapped by huge pages.
func hugeKB(t *testing.T, at uintptr) (kb int) {
	t.Helper()
	b, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(b), fmt.Sprintf("%x-", at))
	if !ok {
		t.Fatalf("no mapping at %#x", at)
	}
	_, after, _ = strings.Cut(after, "ShmemPmdMapped:")
	if _, err := fmt.Sscan(after, &kb); err != nil {
		t.Fatal(err)
	}
	return kb
}
