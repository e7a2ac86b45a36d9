package ringbuf

import (
	"fmt"

	"github.com/shmengine/shmengine/futex"
)

// Pipe carries messages of any length between two ends, in one direction or in both. It is a view
// of memory that the caller owns: NewPipe formats it, AttachPipe opens it in another process, End
// takes one of the two sides.
type Pipe struct{ rings [2]*Bytes } // by the side that writes; nil: nobody does

// PipeOptions says what pipe NewPipe makes.
type PipeOptions struct {
	// Capacity is how many bytes each direction holds, as in BytesOptions. A longer message passes
	// in pieces, while the other end reads.
	Capacity int

	// OneWay makes a pipe in which side 0 writes and side 1 reads.
	OneWay bool
}

func (o PipeOptions) ways() int {
	if o.OneWay {
		return 1
	}
	return 2
}

// SizePipe is the number of bytes of memory that a pipe needs. ErrSize is that of SizeBytes.
func SizePipe(opt PipeOptions) (int, error) {
	n, err := SizeBytes(opt.Capacity)
	if err != nil {
		return 0, fmt.Errorf("size pipe: %w", err)
	}
	return offPipeRings + opt.ways()*n, nil
}

// NewPipe formats mem and opens it.
//
// Preconditions: as for NewBytes.
func NewPipe(mem []byte, opt PipeOptions) (*Pipe, error) {
	need, err := SizePipe(opt)
	if err != nil {
		return nil, err
	}
	if len(mem) < need || !aligned(mem) {
		return nil, fmt.Errorf("new pipe: %w: memory of %d bytes, need %d aligned to %d", ErrSize, len(mem), need, slotAlign)
	}
	clear(mem[:offPipeRings])
	p, ring := &Pipe{}, (need-offPipeRings)/opt.ways()
	for side := range opt.ways() {
		if p.rings[side], err = NewBytes(mem[offPipeRings+side*ring:], BytesOptions{Capacity: opt.Capacity}); err != nil {
			return nil, fmt.Errorf("new pipe: %w", err)
		}
	}
	word32(mem, offVersion).Store(pipeVersion)
	word32(mem, offPipeWays).Store(uint32(opt.ways()))
	word64(mem, offMagic).Store(pipeMagic)
	return p, nil
}

// AttachPipe opens the pipe that NewPipe made in mem. Its errors are those of AttachBytes.
func AttachPipe(mem []byte) (*Pipe, error) {
	if len(mem) < offPipeRings || !aligned(mem) {
		return nil, fmt.Errorf("attach pipe: %w: memory of %d bytes", ErrSize, len(mem))
	}
	if m := word64(mem, offMagic).Load(); m != pipeMagic {
		return nil, fmt.Errorf("attach pipe: %w of a pipe: magic %#x", ErrMagic, m)
	}
	if v := word32(mem, offVersion).Load(); v != pipeVersion {
		return nil, fmt.Errorf("attach pipe: %w: %d, this program knows %d", ErrVersion, v, pipeVersion)
	}
	ways := word32(mem, offPipeWays).Load()
	if ways-1 > 1 {
		return nil, fmt.Errorf("attach pipe: %w: %d directions", ErrCorrupt, ways)
	}
	p, rest := &Pipe{}, mem[offPipeRings:]
	for side := range int(ways) {
		r, err := AttachBytes(rest)
		if err != nil {
			return nil, fmt.Errorf("attach pipe, side %d: %w", side, err)
		}
		if r.many {
			return nil, fmt.Errorf("attach pipe, side %d: %w: a ring of many producers", side, ErrCorrupt)
		}
		p.rings[side], rest = r, rest[offData+r.size:]
	}
	return p, nil
}

// End takes side 0 or 1 of the pipe for m's process. ErrBusy says that a live process has it; a dead
// one's is taken over.
func (p *Pipe) End(m futex.Member, side int) (*PipeEnd, error) {
	if side&^1 != 0 {
		panic("ringbuf: a pipe has the sides 0 and 1")
	}
	e := &PipeEnd{MaxMessage: defaultMaxMessage}
	if r := p.rings[side]; r != nil {
		out, err := r.Producer(m)
		if err != nil {
			return nil, fmt.Errorf("end of pipe: %w", err)
		}
		e.out = out
	}
	if r := p.rings[1-side]; r != nil {
		in, err := r.Consumer(m)
		if err != nil {
			if e.out != nil {
				e.out.Release()
			}
			return nil, fmt.Errorf("end of pipe: %w", err)
		}
		e.in = in
	}
	return e, nil
}

const defaultMaxMessage = 64 << 20
