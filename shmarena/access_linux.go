package shmarena

import "golang.org/x/sys/unix"

// mode is how the file is opened for the access.
func (acc access) mode() int {
	if acc == readable {
		return unix.O_RDONLY
	}
	return unix.O_RDWR
}

// prot is how its pages are mapped.
func (acc access) prot() int {
	if acc == readable {
		return unix.PROT_READ
	}
	return unix.PROT_READ | unix.PROT_WRITE
}
