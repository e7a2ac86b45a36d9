package ringbuf

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// The hello is all that is ever sent through the socket: by the end that made the memory, with its
// file. There is no answer, so that who dials can write, and close, before the other accepts.
//
//	0  magic    uint64   "ringconn"
//	8  version  uint32
//	12 unused   uint32   0
const (
	helloMagic   = 0x6e6e6f63676e6972 // "ringconn" as bytes
	helloVersion = 1
	helloSize    = 16
)

func sendHello(line *net.UnixConn, f *os.File) error {
	hello := binary.LittleEndian.AppendUint64(nil, helloMagic)
	hello = binary.LittleEndian.AppendUint32(hello, helloVersion)
	hello = append(hello, 0, 0, 0, 0)
	n, _, err := line.WriteMsgUnix(hello, unix.UnixRights(int(f.Fd())), nil)
	if err != nil || n != helloSize {
		return fmt.Errorf("send memory: %d of %d bytes: %w", n, helloSize, err)
	}
	return nil
}

// receiveHello returns the descriptor of the peer's memory, which the caller closes.
func receiveHello(line *net.UnixConn) (fd int, err error) {
	hello, oob := make([]byte, helloSize), make([]byte, unix.CmsgSpace(4*4))
	n, oobn, flags, _, err := line.ReadMsgUnix(hello, oob)
	fds := rights(oob[:oobn])
	defer func() {
		for _, x := range fds {
			if err != nil || x != fd {
				_ = unix.Close(x)
			}
		}
	}()
	switch {
	case err != nil:
		return -1, fmt.Errorf("receive memory: %w", err)
	case n != helloSize || binary.LittleEndian.Uint64(hello) != helloMagic:
		return -1, fmt.Errorf("%w: hello of %d bytes: %x", ErrMagic, n, hello[:n])
	case binary.LittleEndian.Uint32(hello[8:]) != helloVersion:
		return -1, fmt.Errorf("%w: hello %d, this program knows %d", ErrVersion, binary.LittleEndian.Uint32(hello[8:]), helloVersion)
	case len(fds) != 1 || flags&unix.MSG_CTRUNC != 0:
		return -1, fmt.Errorf("%w: hello with %d descriptors", ErrCorrupt, len(fds))
	}
	return fds[0], nil
}

// rights are the descriptors in a control message; they are close-on-exec (package net asks for
// that).
func rights(oob []byte) (fds []int) {
	msgs, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil
	}
	for i := range msgs {
		if some, err := unix.ParseUnixRights(&msgs[i]); err == nil {
			fds = append(fds, some...)
		}
	}
	return fds
}

// peerAllowed says whether the process at the other end may connect.
func peerAllowed(line *net.UnixConn) error {
	_, uid, err := peerOf(line)
	if err != nil {
		return err
	}
	if uid != os.Geteuid() && uid != 0 {
		return fmt.Errorf("peer of user %d: %w (ConnOptions.AnyUser lets it in)", uid, os.ErrPermission)
	}
	return nil
}

// peerOf is the process that has connected, or listened, at the other end.
func peerOf(line *net.UnixConn) (pid, uid int, err error) {
	raw, err := line.SyscallConn()
	if err != nil {
		return 0, 0, fmt.Errorf("look at peer: %w", err)
	}
	var cred *unix.Ucred
	var cerr error
	if err := raw.Control(func(fd uintptr) { cred, cerr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); err != nil {
		return 0, 0, fmt.Errorf("look at peer: %w", err)
	}
	if cerr != nil {
		return 0, 0, fmt.Errorf("look at peer: %w", cerr)
	}
	return int(cred.Pid), int(cred.Uid), nil
}
