package ringbuf_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/shmengine/shmengine/ringbuf"
)

// A server and a client; they may be different processes.
func ExampleListen() {
	l, err := ringbuf.Listen(fmt.Sprintf("@example-%d", os.Getpid()), ringbuf.ConnOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = io.Copy(c, c)
	}()

	c, err := ringbuf.Dial(context.Background(), l.Addr().String(), ringbuf.ConnOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	_, _ = c.Write([]byte("there and back"))
	_ = c.CloseWrite()
	b, err := io.ReadAll(c)
	fmt.Printf("%s %v\n", b, err)
	// Output: there and back <nil>
}

func ExampleConnPair() {
	a, b, err := ringbuf.ConnPair(ringbuf.ConnOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	_, _ = b.Write([]byte("hello"))
	_ = b.Close()
	got, err := io.ReadAll(a)
	fmt.Printf("%s %v\n", got, err)
	// Output: hello <nil>
}
