package queue_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/ringbuf"
)

// refusals is a ConnOptions.Refused that tells the test.
func refusals() (chan error, func(error)) {
	c := make(chan error, 100)
	return c, func(err error) { c <- err }
}

// hear is the next refusal.
func hear(t *testing.T, told chan error) error {
	t.Helper()
	select {
	case err := <-told:
		return err
	case <-time.After(patience):
		t.Fatal("nobody was refused")
	}
	return nil
}

func TestConnKeys(t *testing.T) {
	type keys struct{ listener, dialer []byte }
	for what, k := range map[string]keys{
		"another key":         {[]byte("right"), []byte("wrong")},
		"the listener has it": {[]byte("right"), nil},
		"the dialer has it":   {nil, []byte("right")},
		"one is a beginning":  {[]byte("right"), []byte("righ")},
	} {
		told, refused := refusals()
		l, name := listen(t, queue.ConnOptions{Key: k.listener, Refused: refused})
		_, err := queue.Dial[question, answer](t.Context(), name, queue.ConnOptions{Key: k.dialer})
		if !errors.Is(err, queue.ErrAuth) {
			t.Errorf("%s: Dial = %v", what, err)
		}
		if err := hear(t, told); !errors.Is(err, queue.ErrAuth) || !strings.Contains(err.Error(), fmt.Sprintf("let process %d in", os.Getpid())) {
			t.Errorf("%s: the listener is told %v", what, err)
		}
		dial(t, name, queue.ConnOptions{Key: k.listener})
		accept(t, l)
	}
}

func TestConnTypesDiffer(t *testing.T) {
	type other struct {
		ID    int
		Words []string
		Data  []float32
	}
	told, refused := refusals()
	l, name := listen(t, queue.ConnOptions{Refused: refused})
	for _, c := range []struct {
		dial       func() error
		ours, told string
	}{
		{
			func() error { _, err := queue.Dial[other, answer](t.Context(), name, queue.ConnOptions{}); return err },
			`sent values: theirs has "Data[] float64" where ours has "Data[] float32"`,
			`received values: theirs has "Data[] float32" where ours has "Data[] float64"`,
		},
		{
			func() error { _, err := queue.Dial[question, int](t.Context(), name, queue.ConnOptions{}); return err },
			`received values: theirs has "value struct" where ours has "value int64"`,
			`sent values: theirs has "value int64" where ours has "value struct"`,
		},
	} {
		if err := c.dial(); !errors.Is(err, queue.ErrType) || !strings.Contains(err.Error(), c.ours) {
			t.Errorf("Dial = %v, want %s", err, c.ours)
		}
		if err := hear(t, told); !errors.Is(err, queue.ErrType) || !strings.Contains(err.Error(), c.told) {
			t.Errorf("the listener is told %v, want %s", err, c.told)
		}
	}
	dial(t, name, queue.ConnOptions{})
	accept(t, l)
}

// stranger is a connection without a handshake.
func stranger(t *testing.T, name string) *ringbuf.Conn {
	t.Helper()
	c, err := ringbuf.Dial(t.Context(), queue.SocketPath(name), ringbuf.ConnOptions{})
	check(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func sendRaw(t *testing.T, c *ringbuf.Conn, b []byte) {
	t.Helper()
	check(t, c.SendMessage(t.Context(), len(b), func(dst []byte) { copy(dst, b) }))
}

// goodHello is that of a dialer without a key.
func goodHello() []byte {
	b := append([]byte("queuconn"), 1, 0, 0, 0, 0, 0, 0, 0)
	return append(b, make([]byte, 32)...)
}

// Clients that say nothing, at each point of the handshake, hold up nobody; Close cuts them off.
func TestConnSilentClients(t *testing.T) {
	l, name := listen(t, queue.ConnOptions{Key: []byte("secret")})
	for range 10 {
		c, err := net.Dial("unix", queue.SocketPath(name))
		check(t, err)
		defer c.Close()
		stranger(t, name)
		hello := goodHello()
		hello[12] = 1
		sendRaw(t, stranger(t, name), hello)
	}
	dial(t, name, queue.ConnOptions{Key: []byte("secret")})
	accept(t, l)
}

// Whatever a client says instead of the handshake, it is closed, and the listener goes on.
func TestConnStrangers(t *testing.T) {
	told, refused := refusals()
	l, name := listen(t, queue.ConnOptions{Refused: refused})
	huge := binary.LittleEndian.AppendUint64(make([]byte, 32+16), 1<<63) // the length of the signature
	version := goodHello()
	version[8] = 9
	for what, c := range map[string]struct {
		say  [][]byte
		want error
	}{
		"garbage":               {[][]byte{[]byte("GET / HTTP/1.1\r\n\r\n")}, queue.ErrCorrupt},
		"nothing":               {[][]byte{{}}, queue.ErrCorrupt},
		"a long hello":          {[][]byte{make([]byte, 1000)}, queue.ErrTooLarge},
		"half a hello":          {[][]byte{goodHello()[:24]}, queue.ErrCorrupt},
		"zeros":                 {[][]byte{make([]byte, 48)}, queue.ErrCorrupt},
		"another version":       {[][]byte{version}, queue.ErrType},
		"no proof":              {[][]byte{goodHello(), {}}, queue.ErrCorrupt},
		"a huge signature":      {[][]byte{goodHello(), huge}, queue.ErrCorrupt},
		"a proof of a megabyte": {[][]byte{goodHello(), make([]byte, 1<<20)}, queue.ErrTooLarge},
	} {
		s := stranger(t, name)
		for _, b := range c.say { // the listener may have gone before the last
			_ = s.SendMessage(t.Context(), len(b), func(dst []byte) { copy(dst, b) })
		}
		if err := hear(t, told); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	dial(t, name, queue.ConnOptions{})
	accept(t, l)
}

// hostile is a message that is no value.
type hostile struct {
	say  func(c *client) []byte
	want error
}

func tagged(c *client, words ...uint64) (b []byte) {
	for _, w := range append([]uint64{c.Tag()}, words...) {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b
}

var hostiles = map[string]hostile{
	"nothing":           {func(*client) []byte { return nil }, queue.ErrCorrupt},
	"half a tag":        {func(*client) []byte { return make([]byte, 4) }, queue.ErrCorrupt},
	"another tag":       {func(c *client) []byte { b := tagged(c, 1, 0, 0); b[0]++; return b }, queue.ErrCorrupt},
	"no value":          {func(c *client) []byte { return tagged(c) }, queue.ErrCorrupt},
	"a length of 2^63":  {func(c *client) []byte { return tagged(c, 1, 1<<63, 0) }, queue.ErrCorrupt},
	"a length of 2^64":  {func(c *client) []byte { return tagged(c, 1, ^uint64(0), 0) }, queue.ErrCorrupt},
	"a string of 2^63":  {func(c *client) []byte { return tagged(c, 1, 2, 1<<63, 0) }, queue.ErrCorrupt},
	"something behind":  {func(c *client) []byte { return tagged(c, 1, 0, 0, 0) }, queue.ErrCorrupt},
	"too much":          {func(c *client) []byte { return make([]byte, 10_001) }, queue.ErrTooLarge},
	"too much in parts": {func(c *client) []byte { return make([]byte, 3<<20) }, queue.ErrTooLarge},
}

// Messages that are no values end the connection with an error, and nothing else.
func TestConnHostileValues(t *testing.T) {
	l, name := listen(t, queue.ConnOptions{MaxMessage: 10_000})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for what, c := range hostiles {
		d := dial(t, name, queue.ConnOptions{})
		s := accept(t, l)
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			b := c.say(d)
			_ = d.Raw().SendMessage(context.Background(), len(b), func(dst []byte) { copy(dst, b) })
		}()
		for range 2 {
			if q, err := s.Receive(ctx); !errors.Is(err, c.want) || q.Words != nil || q.ID != 0 {
				t.Errorf("%s: %+v, %v; want %v", what, q, err, c.want)
			}
		}
		<-sent
		if err := s.Send(t.Context(), answer{}); err != queue.ErrClosed {
			t.Errorf("%s: the connection is open: %v", what, err)
		}
		if _, err := d.Receive(ctx); !errors.Is(err, queue.ErrClosed) && !errors.Is(err, queue.ErrCorrupt) {
			t.Errorf("%s: the sender is told %v", what, err)
		}
	}
	check(t, dial(t, name, queue.ConnOptions{}).Send(t.Context(), question{ID: 5}))
	if q, err := accept(t, l).Receive(t.Context()); q.ID != 5 || err != nil {
		t.Errorf("the next: %+v, %v", q, err)
	}
}

// A listener that does not have the key learns nothing of its client but that it wants one.
func TestConnImpostor(t *testing.T) {
	_, name := listen(t, queue.ConnOptions{}) // it has taken the name, and has no key
	_, err := queue.Dial[question, answer](t.Context(), name, queue.ConnOptions{Key: []byte("secret")})
	if !errors.Is(err, queue.ErrAuth) {
		t.Errorf("Dial = %v", err)
	}
}
