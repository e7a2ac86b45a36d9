package ringbuf

import (
	"path/filepath"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
)

// connIdler listens at its argument and reads one byte.
var connIdler = reexec.Register("connIdler", func(c *reexec.Child) {
	l, err := Listen(c.Args[0], ConnOptions{})
	check(c, err)
	c.At("listening")
	peer, err := l.Accept()
	check(c, err)
	_, err = peer.Read(make([]byte, 1))
	check(c, err)
})

// TestBytesIdleSleeps: a consumer of records, and the reader of a connection, that wait use no CPU
// time, in their whole processes.
func TestBytesIdleSleeps(t *testing.T) {
	opt := BytesOptions{Capacity: 4096}
	s := newBytesSegment(t, opt)
	r, m := s.bytesHere(t)
	p := must[*BytesProducer](t)(r.Producer(m))
	taker := s.start(t, bytesTaker, "4096", "0", "1")
	taker.WaitAt("ready")
	path := filepath.Join(t.TempDir(), "s")
	idler := reexec.Start(t, connIdler, reexec.Options{Args: []string{path}})
	idler.WaitAt("listening")
	conn := must[*Conn](t)(Dial(t.Context(), path, ConnOptions{}))
	defer conn.Close()
	untilParked(r.toProducer.Load)
	untilParked(conn.end.out.ring.toProducer.Load)
	idles(t, taker, idler)
	noError(t, p.TryPush(numberedBytes(0, 0, r.MaxMessage())))
	must[int](t)(conn.Write([]byte{1}))
	for _, child := range []*reexec.Proc{taker, idler} {
		if st := child.Wait(); st.Code != 0 {
			t.Errorf("a reader ended with %v", st)
		}
	}
}
