package limits

import "golang.org/x/sys/unix"

// auditArch is what the kernel calls this architecture. From firstForeign up numbers are
// those of x32, which name the same calls once more.
const (
	auditArch    = unix.AUDIT_ARCH_X86_64
	firstForeign = 0x40000000
)
