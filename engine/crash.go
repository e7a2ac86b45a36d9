package engine

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// A Fault is where a worker touched memory that it must not touch.
type Fault struct {
	Address uint64 // in the worker
	Arena   string // "data" if it is in the data arena, else empty
	Offset  int64  // in that arena's file, as shmarena counts
}

func (f *Fault) String() string {
	if f.Arena == "" {
		return fmt.Sprintf("address %#x", f.Address)
	}
	return fmt.Sprintf("offset %#x of the %s arena (address %#x)", f.Offset, f.Arena, f.Address)
}

// A crash is what Go's runtime said of the end of its process.
type crash struct {
	what   string // "SIGSEGV: segmentation violation", "fatal error: stack overflow", ...; empty: nothing
	native bool   // a signal of the processor: memory may be damaged
	addr   uint64
	known  bool // addr is
}

// crashOf reads a report of the runtime. Its form is no contract of Go's, so nothing
// that matters hangs on it: what is not found is not said.
func crashOf(report string) (c crash) {
	for line := range strings.Lines(report) {
		line = strings.TrimSpace(line)
		sig, isSignal := signalIn(line)
		switch {
		case isSignal && !c.native:
			c.what, c.native = sig, true
		case c.what == "" && (strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "panic: ")):
			c.what = line
		}
		if !c.known {
			c.addr, c.known = addressIn(line)
		}
		if strings.HasPrefix(line, "goroutine ") {
			break // what follows are stacks, in which anything may stand
		}
	}
	return c
}

// signalIn finds the name and the text of a signal in a line such as
//
//	SIGSEGV: segmentation violation
//	[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1234]
func signalIn(line string) (string, bool) {
	s, bracket := strings.CutPrefix(line, "[signal ")
	if !strings.HasPrefix(s, "SIG") || !strings.Contains(s, ": ") {
		return "", false
	}
	if i := strings.Index(s, " code="); bracket && i >= 0 {
		s = s[:i]
	}
	return s, true
}

// addressIn finds the address of a fault in a line.
func addressIn(line string) (addr uint64, ok bool) {
	for _, before := range []string{" addr=", "unexpected fault address "} {
		if _, s, found := strings.Cut(line, before); found {
			s, _, _ = strings.Cut(s, " ")
			addr, err := strconv.ParseUint(strings.TrimSuffix(s, "]"), 0, 64)
			return addr, err == nil
		}
	}
	return 0, false
}

// fault is where it was, for a process that has the data arena at from.
func (c crash) fault(from, size uint64) *Fault {
	if !c.known {
		return nil
	}
	f := &Fault{Address: c.addr}
	if size > 0 && c.addr-from < size {
		f.Arena, f.Offset = "data", int64(c.addr-from)
	}
	return f
}

// nativeSignals are those that the processor or the C library raises on a broken program.
var nativeSignals = []string{"illegal", "bus error", "segmentation", "aborted", "floating point", "trace", "bad system call"}

// native reports whether a process died of an error below Go, after which memory that
// it could write may be damaged.
func native(sig os.Signal, c crash) bool {
	if sig != nil {
		for _, s := range nativeSignals {
			if strings.HasPrefix(sig.String(), s) {
				return true
			}
		}
	}
	return c.native
}

// exitText says how a process ended.
func exitText(code int, sig os.Signal) string {
	if sig != nil {
		return fmt.Sprintf("signal %d, %v", -code, sig)
	}
	return fmt.Sprintf("exit code %d", code)
}
