package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// Kinds of work.
const (
	echo   = 1 + iota // each message is answered by one as long
	oneWay            // all are answered by their sum
)

// A job is what a client is asked for: n messages of size bytes.
type job struct {
	Kind uint64 `json:"kind"`
	Size int    `json:"size"`
	N    int    `json:"n"`
}

// A result is what a job took.
type result struct {
	NS  int64  `json:"ns"`            // all of it
	P50 int64  `json:"p50,omitempty"` // one echo
	P99 int64  `json:"p99,omitempty"`
	Err string `json:"err,omitempty"`
}

// serve does what the client of a link asks for, until the link fails.
func serve(l link) error {
	for {
		var kind, size, n uint64
		err := l.receive(line, func(p []byte) {
			kind, size, n = word(p, 0), word(p, 1), word(p, 2)
		})
		switch {
		case err != nil:
			return err
		case kind == echo:
			err = serveEcho(l, int(size), int(n))
		case kind == oneWay:
			err = serveOneWay(l, int(size), int(n))
		default:
			err = fmt.Errorf("an order of kind %d", kind)
		}
		if err != nil {
			return err
		}
	}
}

func serveEcho(l link, size, n int) error {
	sum := uint64(0)
	for range n {
		if err := l.receive(size, func(p []byte) { sum = add(p) }); err != nil {
			return err
		}
		if err := l.send(size, func(p []byte) { fill(p, sum) }); err != nil {
			return err
		}
	}
	return nil
}

func serveOneWay(l link, size, n int) error {
	sum := uint64(0)
	use := func(p []byte) { sum += add(p) }
	for range n {
		if err := l.receive(size, use); err != nil {
			return err
		}
	}
	return l.send(line, func(p []byte) { binary.LittleEndian.PutUint64(p, sum) })
}

// order tells the server what comes.
func order(l link, j job) error {
	return l.send(line, func(p []byte) {
		for i, v := range []uint64{j.Kind, uint64(j.Size), uint64(j.N)} {
			binary.LittleEndian.PutUint64(p[8*i:], v)
		}
	})
}

// do does a job over a link.
func (j job) do(l link) (result, error) {
	if err := order(l, j); err != nil {
		return result{}, err
	}
	if j.Kind == echo {
		return j.echoes(l)
	}
	begin := time.Now()
	first, want, got := uint64(0), uint64(0), uint64(0)
	write := func(p []byte) { want += fill(p, first) }
	for first = range uint64(j.N) {
		if err := l.send(j.Size, write); err != nil {
			return result{}, err
		}
	}
	if err := l.receive(line, func(p []byte) { got = word(p, 0) }); err != nil {
		return result{}, err
	}
	took := time.Since(begin)
	if got != want {
		return result{}, fmt.Errorf("the sum of %d messages is %d, want %d", j.N, got, want)
	}
	return result{NS: took.Nanoseconds()}, nil
}

func (j job) echoes(l link) (result, error) {
	took := make([]int64, j.N)
	reply := make([]byte, j.Size)
	begin := time.Now()
	for i := range took {
		sent, got := uint64(0), uint64(0)
		start := time.Now()
		if err := l.send(j.Size, func(p []byte) { sent = fill(p, uint64(i)) }); err != nil {
			return result{}, err
		}
		if err := l.receive(j.Size, func(p []byte) { got = add(p) }); err != nil {
			return result{}, err
		}
		took[i] = time.Since(start).Nanoseconds()
		if want := fill(reply, sent); got != want {
			return result{}, fmt.Errorf("echo %d has the sum %d, want %d", i, got, want)
		}
	}
	all := time.Since(begin)
	slices.Sort(took)
	return result{NS: all.Nanoseconds(), P50: took[len(took)/2], P99: took[len(took)*99/100]}, nil
}

func word(p []byte, i int) uint64 { return binary.LittleEndian.Uint64(p[8*i:]) }

// server is the program of a server: it serves one client.
func server(s system, address string) error {
	accept, err := s.listen(address)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	l, err := accept()
	if err != nil {
		return err
	}
	return errors.Join(serve(l), l.close()) // or the referee ends it: not every library tells that a peer has gone
}

// client is the program of a client: it does the jobs that come as lines of JSON.
func client(s system, address string, in io.Reader, out io.Writer) error {
	l, err := s.dial(address)
	if err != nil {
		return err
	}
	lines, to := bufio.NewScanner(in), json.NewEncoder(out)
	for lines.Scan() {
		var j job
		if err := json.Unmarshal(lines.Bytes(), &j); err != nil {
			return err
		}
		r, err := j.do(l)
		if err != nil {
			r.Err = err.Error()
		}
		if err := to.Encode(r); err != nil {
			return err
		}
	}
	return errors.Join(lines.Err(), l.close())
}

// party runs a server or a client, if the arguments say so.
func party(args []string) (is bool, err error) {
	if len(args) != 3 || args[0] != "server" && args[0] != "client" {
		return false, nil
	}
	s, ok := systemNamed(args[1])
	if !ok {
		return true, fmt.Errorf("no system %q", args[1])
	}
	if args[0] == "server" {
		return true, server(s, args[2])
	}
	return true, client(s, args[2], os.Stdin, os.Stdout)
}
