package limits

import "golang.org/x/sys/unix"

// auditArch is what the kernel calls this architecture. There are no numbers from
// firstForeign up.
const (
	auditArch    = unix.AUDIT_ARCH_AARCH64
	firstForeign = 0x40000000
)
