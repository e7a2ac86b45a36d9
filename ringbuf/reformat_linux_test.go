package ringbuf

import (
	"bytes"
	"errors"
	"os"
	"runtime/debug"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/testmem"
	"golang.org/x/sys/unix"
)

// formatted is a kind of ring: how much memory it takes, how much of that is not cells, and how it is made,
// opened and used.
type formatted struct {
	size, control int
	format, open  func(mem []byte) error
	use           func(t *testing.T, mem []byte)
}

const formatCapacity = 128 // cells of several pages

var formatOptions = Options{Capacity: formatCapacity}

func formats(t *testing.T) map[string]formatted {
	return map[string]formatted{
		"one to one": {
			size[message](t, formatCapacity), offSlots,
			func(mem []byte) error { _, err := NewSPSC[message](mem, formatCapacity); return err },
			func(mem []byte) error { _, err := AttachSPSC[message](mem); return err }, useOne,
		},
		"many to many": {
			sizeMPMC[message](t, formatCapacity), offCells,
			func(mem []byte) error { _, err := NewMPMC[message](mem, formatOptions); return err },
			func(mem []byte) error { _, err := AttachMPMC[message](mem, formatOptions); return err }, useMany,
		},
		"broadcast": {
			sizeCast[message](t, formatCapacity), offCastCells,
			func(mem []byte) error { _, err := NewBroadcast[message](mem, formatOptions); return err },
			func(mem []byte) error { _, err := AttachBroadcast[message](mem, formatOptions); return err }, useCast,
		},
		"records": {
			bytesSize(t, 8192), offData,
			func(mem []byte) error { _, err := NewBytes(mem, BytesOptions{8192, true}); return err },
			func(mem []byte) error { _, err := AttachBytes(mem); return err }, useBytes,
		},
	}
}

// Each use leaves traces in all control words that there are.

func useOne(t *testing.T, mem []byte) {
	x := open[message](t, mem, formatCapacity, 7)
	noError(t, x.p.TryPush(message{}))
	goPlain(x.plainPush)
	goPlain(x.plainPop)
	x.toConsumer.Or(parked)
	noError(t, x.Close())
	_ = x.poison("test", 1)
}

func useMany(t *testing.T, mem []byte) {
	x := openMPMC[message](t, mem, formatOptions, 7)
	noError(t, x.s.TryPush(message{}))
	goPlain(x.plainPush)
	goPlain(x.plainPop)
	arm(x.toSenders)
	x.strays.Add(1)
	x.dropped.Add(1)
	_ = x.poison("test", 1)
}

func useCast(t *testing.T, mem []byte) {
	x := openCast[message](t, mem, formatOptions, 7)
	x.join(t, 0)
	noError(t, x.p.TryPublish(message{}))
	goPlain(x.plainPublish)
	goPlain(x.plainRead)
	_ = x.poison("test", 1)
}

func useBytes(t *testing.T, mem []byte) {
	x := openBytes(t, mem, BytesOptions{8192, true}, 64)
	noError(t, x.p.TryPush([]byte("x")))
	noError(t, x.mutex.Lock(t.Context(), x.pm))
	goPlain(x.plainPop)
	x.apart.Store(1)
	x.Flush()
	_ = x.poison("test", 1)
}

// To format again is to begin anew: of what the control words said nothing is left, whoever had roles and
// whatever had become of the ring.
func TestFormatResets(t *testing.T) {
	for name, k := range formats(t) {
		mem, fresh := testmem.Go(t, k.size), testmem.Go(t, k.size)
		k.use(t, mem)
		noError(t, k.format(mem))
		noError(t, k.format(fresh))
		noError(t, k.open(mem))
		if !bytes.Equal(mem[:k.control], fresh[:k.control]) {
			t.Errorf("%s: it is not as new", name)
		}
	}
}

// Memory in which a ring is being made anew holds none, until all is done: here the one who makes it comes
// to an end at the last page, which it may not write.
func TestHalfMadeIsNoRing(t *testing.T) {
	if race.Enabled {
		t.Skip("NOT TESTED: under the race detector a fault in an atomic store cannot be recovered from")
	}
	page := os.Getpagesize()
	for name, k := range formats(t) {
		if name == "records" {
			continue // of them, nothing but the control words is written
		}
		mem := testmem.Guarded(t, k.size, testmem.Start)
		noError(t, k.format(mem))
		noError(t, k.open(mem))
		last := mem[(k.size-1)&^(page-1):]
		noError(t, unix.Mprotect(last, unix.PROT_READ))
		if !faults(func() { _ = k.format(mem) }) {
			t.Fatalf("%s: all of it was written", name)
		}
		noError(t, unix.Mprotect(last, unix.PROT_READ|unix.PROT_WRITE))
		if err := k.open(mem); !errors.Is(err, ErrMagic) {
			t.Errorf("%s: half of it is there: %v", name, err)
		}
		noError(t, k.format(mem))
		noError(t, k.open(mem))
	}
}

// faults says whether f writes where it may not.
func faults(f func()) bool {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	return panics(f)
}
