package queue

import "github.com/shmengine/shmengine/ringbuf"

// Raw is what a connection sends through, for tests that send what no program of ours does.
func (c *Conn[S, R]) Raw() *ringbuf.Conn { return c.conn }

// Tag is what a value begins with.
func (c *Conn[S, R]) Tag() uint64 { return c.out.Hash() }

// SocketPath is where a name is.
func SocketPath(name string) string { return socketPath(name) }

// SocketFolder is where all of them are.
func SocketFolder() string { return folder() }

// Unless is err, or nil if it is the one that is expected.
func Unless(err, expected error) error { return unless(err, expected) }
