package limits

import (
	"encoding/binary"
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// verdict runs a filter, in a machine that is not the kernel's, on one call.
func verdict(t *testing.T, program []unix.SockFilter, arch, call uint32) uint32 {
	t.Helper()
	var raw []bpf.RawInstruction
	for _, f := range program {
		raw = append(raw, bpf.RawInstruction{Op: f.Code, Jt: f.Jt, Jf: f.Jf, K: f.K})
	}
	ins, ok := bpf.Disassemble(raw)
	if !ok {
		t.Fatal("the filter holds what is no instruction")
	}
	vm, err := bpf.NewVM(ins)
	if err != nil {
		t.Fatal(err)
	}
	// The machine loads as from a network: big-endian.
	data := make([]byte, 64)
	binary.BigEndian.PutUint32(data[dataCall:], call)
	binary.BigEndian.PutUint32(data[dataArch:], arch)
	n, err := vm.Run(data)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(n)
}

// Every call of a set is refused, every other one is not, and another architecture's
// numbers are not taken for ours.
func TestFilter(t *testing.T) {
	if auditArch == 0 {
		t.Skip("no filter for this architecture")
	}
	const refuse = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	for c := range AllCalls + 1 {
		program, err := c.program()
		if err != nil {
			t.Fatal(err)
		}
		denied := map[uint32]bool{}
		for _, n := range c.numbers() {
			denied[n] = true
		}
		for call := range uint32(600) {
			want := uint32(unix.SECCOMP_RET_ALLOW)
			if denied[call] {
				want = refuse
			}
			if got := verdict(t, program, auditArch, call); got != want {
				t.Fatalf("%v: call %d: %#x, want %#x", c, call, got, want)
			}
		}
		for _, call := range []uint32{firstForeign, firstForeign + 59, ^uint32(0)} {
			if got := verdict(t, program, auditArch, call); got != refuse {
				t.Errorf("%v: call %#x: %#x", c, call, got)
			}
		}
		if got := verdict(t, program, auditArch^1, 0); got != unix.SECCOMP_RET_KILL_PROCESS {
			t.Errorf("%v: another architecture: %#x", c, got)
		}
	}
	if n := len(AllCalls.numbers()); n > 250 {
		t.Errorf("%d calls: a jump cannot pass them", n)
	}
}

// What a version of Landlock does not know is not asked of it.
func TestHandled(t *testing.T) {
	for _, c := range []struct {
		f       Files
		version int
		want    uint64
	}{
		{Files{NoWrites: true}, 1, toWrite}, {Files{NoWrites: true}, 2, toWrite | toRefer}, {Files{NoWrites: true}, 9, toWrite | toRefer | toShorten},
		{Files{NoReads: true}, 9, toRead}, {Files{NoReads: true, NoWrites: true}, 3, toRead | toWrite | toRefer | toShorten},
	} {
		if got := c.f.handled(c.version); got != c.want {
			t.Errorf("%+v in version %d: %#x, want %#x", c.f, c.version, got, c.want)
		}
	}
}
