package process

import (
	"strings"
	"testing"
)

func TestReports(t *testing.T) {
	stacks := "\ngoroutine 1 [running]:\nmain.f(...)\n" + strings.Repeat("\t/home/x.go:1 +0x1\n", 2000)
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"nothing to see\nno panic: here\n", ""},
		{"log\nfatal error: stack overflow\n" + stacks, "fatal error: stack overflow\n\ngoroutine 1"},
		{"panic: an old one\n" + stacks + "SIGSEGV: segmentation violation\nPC=0x1 addr=0x2\n" + stacks, "SIGSEGV: segmentation violation\nPC=0x1 addr=0x2\n"},
		{"unexpected fault address 0xabc\nfatal error: fault\n[signal SIGSEGV: x]\n", "unexpected fault address 0xabc\nfatal error: fault\n[signal SIGSEGV: x]\n"},
		{strings.Repeat("x", 100) + "panic: in the middle of a line\n", ""},
		{"x\npanic: a text that is longer than the longest mark, much longer\n", "panic: a text that is longer than the longest mark, much longer\n"},
		{"fatal error: without an end of the line", "fatal error: without an end"},
	} {
		for _, step := range []int{1, 7, 4096} {
			var r report
			for b := []byte(c.text); len(b) > 0; {
				n := min(step, len(b))
				r.add(b[:n])
				b = b[n:]
			}
			if got := string(r.text); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" || len(got) > maxReport {
				t.Errorf("%.40q in steps of %d: %.80q, want %q", c.text, step, got, c.want)
			}
		}
	}
}
