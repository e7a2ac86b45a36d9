package engine

import "testing"

func TestCrashReports(t *testing.T) {
	for _, c := range []struct {
		report string
		want   crash
	}{
		{"", crash{}},
		{"SIGSEGV: segmentation violation\nPC=0x47d1a8 m=0 sigcode=1 addr=0x7f12\nsignal arrived during cgo execution\n",
			crash{"SIGSEGV: segmentation violation", true, 0x7f12, true}},
		{"fatal error: unexpected signal during runtime execution\n[signal SIGBUS: bus error code=0x2 addr=0x30 pc=0x12]\n",
			crash{"SIGBUS: bus error", true, 0x30, true}},
		{"unexpected fault address 0xabc\nfatal error: fault\n[signal SIGSEGV: segmentation violation code=0x1 addr=0xabc pc=0x12]\n",
			crash{"SIGSEGV: segmentation violation", true, 0xabc, true}},
		{"runtime: goroutine stack exceeds 1000000-byte limit\nfatal error: stack overflow\n\ngoroutine 1 [running]:\nSIGILL: text of a frame addr=0x1\n",
			crash{what: "fatal error: stack overflow"}},
		{"panic: at the disco\n\ngoroutine 1 [running]:\n", crash{what: "panic: at the disco"}},
		{"addr= addr=zz SIG", crash{}},
		{"[signal SIGX", crash{}},
	} {
		if got := crashOf(c.report); got != c.want {
			t.Errorf("%q: %+v, want %+v", c.report, got, c.want)
		}
	}
}

func TestFaultIsAnOffset(t *testing.T) {
	c := crash{addr: 1000, known: true}
	for _, f := range []struct {
		from, size uint64
		want       Fault
	}{
		{0, 0, Fault{1000, "", 0}}, {900, 200, Fault{1000, "data", 100}}, {900, 100, Fault{1000, "", 0}}, {1001, 1 << 40, Fault{1000, "", 0}},
	} {
		if got := c.fault(f.from, f.size); *got != f.want {
			t.Errorf("arena at %d, %d bytes: %+v, want %+v", f.from, f.size, *got, f.want)
		}
	}
	if (crash{}).fault(0, 10) != nil {
		t.Error("a fault without an address")
	}
}
