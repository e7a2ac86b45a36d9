package queue

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/ringbuf"
)

var secret = []byte("secret")

// TestProofIsOfAll: a proof is that of one key, of both hellos and of one role. Were it without any of
// them it could be that of another connection, or be sent back to whom it came from.
func TestProofIsOfAll(t *testing.T) {
	base := greeter{key: secret, dialer: true}
	base.sent[20], base.got[20] = 1, 2
	seen := map[[32]byte]string{}
	for what, change := range map[string]func(g *greeter) (dialer bool){
		"itself":         func(*greeter) bool { return true },
		"another key":    func(g *greeter) bool { g.key = []byte("other"); return true },
		"another role":   func(*greeter) bool { return false },
		"another sent":   func(g *greeter) bool { g.sent[47] ^= 1; return true },
		"another got":    func(g *greeter) bool { g.got[47] ^= 1; return true },
		"both exchanged": func(g *greeter) bool { g.sent, g.got = g.got, g.sent; return true },
	} {
		g := base
		mac := g.mac(change(&g))
		if other, twice := seen[mac]; twice {
			t.Errorf("%s has the proof of %s", what, other)
		}
		seen[mac] = what
	}
	theirs := greeter{key: secret, sent: base.got, got: base.sent}
	if theirs.mac(true) != base.mac(true) || theirs.mac(false) != base.mac(false) {
		t.Error("the two ends do not agree about a proof")
	}
}

// guarded is a listener with a key, and what it says of those it refuses.
func guarded(t *testing.T) (name string, told chan error) {
	name, told = leaktest.Name("guarded"), make(chan error, 10)
	l, err := Listen[int, int](name, ConnOptions{Key: secret, Refused: func(err error) { told <- err }})
	check(t, err)
	t.Cleanup(func() { check(t, l.Close()) })
	return name, told
}

// hears makes sure that the listener is told of a client without the key.
func hears(t *testing.T, told chan error) {
	t.Helper()
	select {
	case err := <-told:
		if !errors.Is(err, ErrAuth) {
			t.Errorf("the listener is told %v", err)
		}
	case <-time.After(5 * time.Minute):
		t.Error("the client was let in")
	}
}

// visitor is a client that can do what no program of ours does.
func visitor(t *testing.T, name string) *greeter {
	t.Helper()
	c, err := ringbuf.Dial(t.Context(), socketPath(name), ringbuf.ConnOptions{})
	check(t, err)
	t.Cleanup(func() { _ = c.Close() })
	p, err := plansOf[int, int]()
	check(t, err)
	return &greeter{conn: c, key: secret, ours: p.types(), dialer: true}
}

// TestProofSentBack: who has no key cannot answer with the listener's own proof.
func TestProofSentBack(t *testing.T) {
	name, told := guarded(t)
	g := visitor(t, name)
	check(t, g.hello(t.Context()))
	var theirs proof
	check(t, receiveFlat(t.Context(), g.conn, proofPlan, &theirs))
	check(t, sendFlat(t.Context(), g.conn, proofPlan, &proof{MAC: theirs.MAC, Types: g.ours}))
	hears(t, told)
}

// TestProofUsedAgain: who has seen a handshake cannot repeat the dialer's part of it.
func TestProofUsedAgain(t *testing.T) {
	name, told := guarded(t)
	seen := visitor(t, name)
	check(t, seen.dial(t.Context()))
	g := visitor(t, name)
	g.sent = seen.sent
	check(t, g.send(t.Context(), g.sent[:]))
	check(t, g.receiveHello(t.Context()))
	if g.got == seen.got {
		t.Error("the listener says hello twice with the same random bytes")
	}
	var theirs proof
	check(t, receiveFlat(t.Context(), g.conn, proofPlan, &theirs))
	check(t, sendFlat(t.Context(), g.conn, proofPlan, &proof{MAC: seen.mac(true), Types: g.ours}))
	hears(t, told)
}

// TestHelloIsRandom: a dialer does not say hello twice with the same bytes, either: who has taken the
// listener's name could repeat an old proof.
func TestHelloIsRandom(t *testing.T) {
	name, _ := guarded(t)
	a, b := visitor(t, name), visitor(t, name)
	check(t, a.hello(t.Context()))
	check(t, b.hello(t.Context()))
	if a.sent == b.sent || a.got == b.got {
		t.Error("two hellos are the same")
	}
}

// TestImpostorLearnsNothing: who has taken the name and claims to have the key is told nothing of what
// the dialer sends and receives.
func TestImpostorLearnsNothing(t *testing.T) {
	name := leaktest.Name("impostor")
	l, remove, err := listenSocket(name, ConnOptions{})
	check(t, err)
	defer func() { check(t, errors.Join(l.Close(), remove())) }()
	dialled := make(chan error, 1)
	go func() {
		_, err := Dial[int, int](context.Background(), name, ConnOptions{Key: secret})
		dialled <- err
	}()
	c, err := l.Accept()
	check(t, err)
	defer c.Close()
	g := &greeter{conn: c.(*ringbuf.Conn), key: []byte("a guess")}
	check(t, g.hello(t.Context()))
	check(t, sendFlat(t.Context(), g.conn, proofPlan, &proof{MAC: g.mac(false)}))
	var theirs proof
	check(t, receiveFlat(t.Context(), g.conn, proofPlan, &theirs))
	if theirs != (proof{}) {
		t.Errorf("it is told %+v", theirs)
	}
	if err := <-dialled; !errors.Is(err, ErrAuth) {
		t.Errorf("Dial = %v", err)
	}
}

// TestListenerOfOtherTypes: a dialer compares the types itself, whatever the listener says of them.
func TestListenerOfOtherTypes(t *testing.T) {
	name := leaktest.Name("othertypes")
	l, remove, err := listenSocket(name, ConnOptions{})
	check(t, err)
	defer func() { check(t, errors.Join(l.Close(), remove())) }()
	dialled := make(chan error, 1)
	go func() {
		_, err := Dial[int, int](context.Background(), name, ConnOptions{})
		dialled <- err
	}()
	c, err := l.Accept()
	check(t, err)
	defer c.Close()
	g := &greeter{conn: c.(*ringbuf.Conn)}
	check(t, g.hello(t.Context()))
	check(t, sendFlat(t.Context(), g.conn, proofPlan, &proof{}))
	check(t, receiveFlat(t.Context(), g.conn, proofPlan, &proof{}))
	p, err := plansOf[string, string]()
	check(t, err)
	check(t, sendFlat(t.Context(), g.conn, verdictPlan, &verdict{Code: accepted, Types: p.types()}))
	if err := <-dialled; !errors.Is(err, ErrType) {
		t.Errorf("Dial = %v", err)
	}
}

// verdictOf is what the listener answers to a dialer's proof.
func (g *greeter) verdictOf(t *testing.T, p proof) (v verdict) {
	t.Helper()
	check(t, g.hello(t.Context()))
	var theirs proof
	check(t, receiveFlat(t.Context(), g.conn, proofPlan, &theirs))
	if p.MAC == ([32]byte{}) {
		p.MAC = g.mac(true)
	}
	check(t, sendFlat(t.Context(), g.conn, proofPlan, &p))
	check(t, receiveFlat(t.Context(), g.conn, verdictPlan, &v))
	return v
}

// TestVerdicts: a client is told why it is not let in, and one without the key nothing else.
func TestVerdicts(t *testing.T) {
	name, told := guarded(t)
	g := visitor(t, name)
	if v := g.verdictOf(t, proof{MAC: [32]byte{1}, Types: g.ours}); v != (verdict{Code: badKey}) {
		t.Errorf("the verdict of one without the key is %+v", v)
	}
	hears(t, told)
	p, err := plansOf[string, string]()
	check(t, err)
	g = visitor(t, name)
	if v := g.verdictOf(t, proof{Types: p.types()}); v.Code != badType || v.Types != g.ours {
		t.Errorf("the verdict of one that sends another type is %+v", v)
	}
	if err := <-told; !errors.Is(err, ErrType) {
		t.Errorf("the listener is told %v", err)
	}
	g = visitor(t, name)
	if v := g.verdictOf(t, proof{Types: g.ours}); v.Code != accepted || v.Types != g.ours {
		t.Errorf("the verdict of one of ours is %+v", v)
	}
}

// TestNoRoomForAccept: who comes when as many as can be wait for Accept is turned away, and the listener is told
// why.
func TestNoRoomForAccept(t *testing.T) {
	name, told := leaktest.Name("crowded"), make(chan error, 1)
	l, err := Listen[int, int](name, ConnOptions{Refused: func(err error) { told <- err }})
	check(t, err)
	for range readyMost {
		l.ready <- nil
	}
	c, err := Dial[int, int](t.Context(), name, ConnOptions{})
	if err == nil { // it was let in, and then not
		_, err = c.Receive(t.Context())
		check(t, c.Close())
	}
	if !errors.Is(err, ErrClosed) {
		t.Errorf("the client: %v", err)
	}
	if err := <-told; !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "1024 connections wait") {
		t.Errorf("the listener is told %v", err)
	}
	for range readyMost {
		if c := <-l.ready; c != nil {
			t.Fatal("it was let in")
		}
	}
	check(t, l.Close())
}
