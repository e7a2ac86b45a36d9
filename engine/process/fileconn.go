package process

import (
	"context"
	"errors"
	"net"
	"os"
)

// ErrNoFiles is returned by Receive for a message without a file.
var ErrNoFiles = errors.New("process: a message without a file")

const (
	// MaxNote is how many bytes may go with the files of one message.
	MaxNote = 4096
	// MaxFiles is how many files one message may have: the kernel takes no more.
	MaxFiles = 253
)

// A FileConn passes open files to a process that runs already, and takes files from it:
// what Command.Files does at the start. Messages keep their borders and their order. All
// methods may be called by any goroutine; of several that receive at once each message
// goes to one.
//
//	here, there, err := process.NewFileConn()
//	p, err := process.Start(process.Command{Entry: child, Files: []*os.File{there}})
//	there.Close()
//	err = here.Send(ctx, []byte("the log"), log)
//
// In the child:
//
//	c, err := process.InheritedFileConn(0)
//	note, files, err := c.Receive(ctx)
type FileConn struct {
	c               *net.UnixConn
	sends, receives chan struct{} // hold one while somebody does
}

func newFileConn(c *net.UnixConn) *FileConn {
	return &FileConn{c, make(chan struct{}, 1), make(chan struct{}, 1)}
}

// Send passes files, with a note of at most MaxNote bytes. The receiver gets descriptors
// of its own; the caller keeps its files, and may close them. It waits while the receiver
// is many messages behind, until ctx ends.
//
// Errors: os.ErrClosed for a closed file or connection, EPIPE when the other side is gone.
//
// Preconditions:
//   - there are 1 to MaxFiles files, none of them nil, and len(note) <= MaxNote.
func (c *FileConn) Send(ctx context.Context, note []byte, files ...*os.File) error {
	if len(files) == 0 || len(files) > MaxFiles {
		panic("process: Send of no files, or of more than MaxFiles")
	}
	if len(note) > MaxNote {
		panic("process: Send of a note of more than MaxNote bytes")
	}
	return c.send(ctx, note, files)
}

// Receive returns the next message. Its files are the caller's, who closes them; they are
// close-on-exec. What is there is taken also if ctx has ended.
//
// Errors: ErrNoFiles, with the note, for a message that has none; io.EOF when the other
// side is closed or dead; what the kernel says when there is no room for descriptors: then
// none stays open.
func (c *FileConn) Receive(ctx context.Context) (note []byte, files []*os.File, err error) {
	return c.receive(ctx)
}

// Close closes this end. What was sent is still received.
func (c *FileConn) Close() error { return c.c.Close() }

// enter takes a turn.
func enter(ctx context.Context, turn chan struct{}) error {
	select {
	case turn <- struct{}{}:
		return nil
	default:
	}
	select {
	case turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
