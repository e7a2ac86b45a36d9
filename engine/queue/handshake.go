package queue

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/shmengine/shmengine/internal/flat"
	"github.com/shmengine/shmengine/ringbuf"
)

// Before values, four messages pass, each of them bounded:
//
//	dialer   -> listener  hello     magic, version, has a key, 32 random bytes
//	listener -> dialer    hello     the same of its own
//	listener -> dialer    proof     HMAC of "listener" and all random bytes
//	dialer   -> listener  proof     HMAC of "dialer" and all random bytes; what it sends and receives
//	listener -> dialer    verdict   accepted, or why not; what it sends and receives
//
// The dialer says nothing of itself before the listener has proved that it knows the key. Both HMACs
// have a role in them, so that neither can be sent back as the other. Without a key there are zeros.
const (
	helloMagic   = 0x6e6e6f6375657571 // "queuconn" as bytes
	helloVersion = 1
	randomSize   = 32
	helloSize    = 8 + 4 + 4 + randomSize

	maxTypes    = 64 << 10 // of a signature: longer ones are cut, the hash decides
	maxGreeting = 2*maxTypes + 1024

	handshakePatience = 10 * time.Second

	accepted = 0
	badKey   = 1
	badType  = 2
)

// types is what one end sends and receives, as the other is told.
type types struct {
	SendHash, ReceiveHash uint64
	Send, Receive         string
}

// proof is the third message, with types from the dialer.
type proof struct {
	MAC   [sha256.Size]byte
	Types types
}

// verdict is the last.
type verdict struct {
	Code  uint32
	Types types
}

var (
	proofPlan   = mustPlan[proof]()
	verdictPlan = mustPlan[verdict]()
)

func mustPlan[T any]() *flat.Plan[T] {
	p, err := flat.For[T]()
	if err != nil {
		panic("queue: a message of the handshake cannot be flattened")
	}
	return p
}

// greeter is one end during the handshake.
type greeter struct {
	conn   *ringbuf.Conn
	key    []byte
	ours   types
	sent   [helloSize]byte // our hello
	got    [helloSize]byte // theirs
	dialer bool
}

// hello sends ours and receives theirs, the dialer first.
func (g *greeter) hello(ctx context.Context) error {
	binary.LittleEndian.PutUint64(g.sent[:], helloMagic)
	binary.LittleEndian.PutUint32(g.sent[8:], helloVersion)
	if g.key != nil {
		g.sent[12] = 1
	}
	if _, err := rand.Read(g.sent[16:]); err != nil {
		return err
	}
	if g.dialer {
		if err := g.send(ctx, g.sent[:]); err != nil {
			return err
		}
		return g.receiveHello(ctx)
	}
	err := g.receiveHello(ctx)
	if err != nil && !errors.Is(err, ErrAuth) {
		return err
	}
	return errors.Join(err, g.send(ctx, g.sent[:])) // it is told of the key
}

func (g *greeter) receiveHello(ctx context.Context) error {
	err := g.conn.RecvMessage(ctx, helloSize, func(b []byte) error {
		if copy(g.got[:], b) != helloSize {
			return fmt.Errorf("%w: a hello of %d bytes", ErrCorrupt, len(b))
		}
		return nil
	})
	switch v := binary.LittleEndian.Uint32(g.got[8:]); {
	case err != nil:
		return err
	case binary.LittleEndian.Uint64(g.got[:]) != helloMagic:
		return fmt.Errorf("%w: a hello that is none", ErrCorrupt)
	case v != helloVersion:
		return fmt.Errorf("%w: hello %d, this program knows %d", ErrType, v, helloVersion)
	}
	return g.sameKeys()
}

// sameKeys: one with a key and one without do not talk.
func (g *greeter) sameKeys() error {
	switch {
	case g.sent[12] == g.got[12]:
		return nil
	case g.key == nil:
		return fmt.Errorf("%w: the other side wants a key (ConnOptions.Key)", ErrAuth)
	}
	return fmt.Errorf("%w: the other side has no key", ErrAuth)
}

// mac proves that the end of that role has the key.
func (g *greeter) mac(dialer bool) (sum [sha256.Size]byte) {
	if g.key == nil {
		return sum
	}
	m, first, second, role := hmac.New(sha256.New, g.key), &g.got, &g.sent, "listener"
	if g.dialer {
		first, second = second, first
	}
	if dialer {
		role = "dialer"
	}
	m.Write([]byte(role))
	m.Write(first[:])
	m.Write(second[:])
	m.Sum(sum[:0])
	return sum
}

func (g *greeter) proves(p *proof) error {
	if want := g.mac(!g.dialer); !hmac.Equal(want[:], p.MAC[:]) {
		return fmt.Errorf("%w: the other side does not have the key", ErrAuth)
	}
	return nil
}

// dial is the dialer's side.
func (g *greeter) dial(ctx context.Context) error {
	g.dialer = true
	if err := g.hello(ctx); err != nil {
		return err
	}
	theirs, ours := proof{}, proof{MAC: g.mac(true), Types: g.ours}
	if err := receiveFlat(ctx, g.conn, proofPlan, &theirs); err != nil {
		return err
	}
	if err := g.proves(&theirs); err != nil {
		_ = sendFlat(ctx, g.conn, proofPlan, &proof{}) // it learns of it, and nothing of us
		return err
	}
	if err := sendFlat(ctx, g.conn, proofPlan, &ours); err != nil {
		return err
	}
	var v verdict
	if err := receiveFlat(ctx, g.conn, verdictPlan, &v); err != nil {
		return err
	}
	return g.accepts(&v)
}

func (g *greeter) accepts(v *verdict) error {
	if v.Code == badKey {
		return fmt.Errorf("%w: the other side has another key", ErrAuth)
	}
	if err := g.fits(&v.Types); err != nil || v.Code == accepted {
		return err
	}
	return fmt.Errorf("%w: the other side says so", ErrType)
}

// listen is the listener's side.
func (g *greeter) listen(ctx context.Context) error {
	if err := g.hello(ctx); err != nil {
		return err
	}
	theirs, ours := proof{}, proof{MAC: g.mac(false)}
	if err := sendFlat(ctx, g.conn, proofPlan, &ours); err != nil {
		return err
	}
	if err := receiveFlat(ctx, g.conn, proofPlan, &theirs); err != nil {
		return err
	}
	if err := g.proves(&theirs); err != nil {
		_ = sendFlat(ctx, g.conn, verdictPlan, &verdict{Code: badKey})
		return err
	}
	v, err := verdict{Types: g.ours}, g.fits(&theirs.Types)
	if err != nil {
		v.Code = badType
	}
	return errors.Join(err, sendFlat(ctx, g.conn, verdictPlan, &v))
}

// fits says whether each end sends what the other receives.
func (g *greeter) fits(theirs *types) error {
	switch {
	case theirs.SendHash != g.ours.ReceiveHash:
		return fmt.Errorf("%w: received values: %s", ErrType, flat.Difference(theirs.Send, g.ours.Receive))
	case theirs.ReceiveHash != g.ours.SendHash:
		return fmt.Errorf("%w: sent values: %s", ErrType, flat.Difference(theirs.Receive, g.ours.Send))
	}
	return nil
}

func (g *greeter) send(ctx context.Context, b []byte) error {
	return g.conn.SendMessage(ctx, len(b), func(dst []byte) { copy(dst, b) })
}

func sendFlat[T any](ctx context.Context, c *ringbuf.Conn, p *flat.Plan[T], v *T) error {
	return c.SendMessage(ctx, p.Size(v), func(dst []byte) { p.Encode(dst, v) })
}

func receiveFlat[T any](ctx context.Context, c *ringbuf.Conn, p *flat.Plan[T], v *T) error {
	return c.RecvMessage(ctx, maxGreeting, func(b []byte) error { return corrupt(p.Decode(b, v)) })
}

// corrupt is an error of a plan as this package tells it.
func corrupt(err error) error {
	if errors.Is(err, flat.ErrCorrupt) {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return err
}
