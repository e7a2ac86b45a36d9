package engine

// The model of one job slot: how workers find a job, how its caller learns of the end, what
// a death costs, and when the slot may be used again (decisions 0011 and 0028). Two workers
// do two jobs of two partitions each, one after the other, and are killed at any step.

// jobRules are the parts that are needed; see wakeRules.
type jobRules struct {
	noOffer     bool // no descriptor tells of a job
	sayLate     bool // the caller says that it sleeps after its last look
	lookEarly   bool // a worker looks whether the caller sleeps before it counts
	noTell      bool // it does not look
	noNoisy     bool // after a death the count of what remains is trusted
	noSettle    bool // a death settles nothing
	noOfferMore bool // after a death nobody is told of what is pending again
	noRedo      bool // what the dead had stays running
	noGenCheck  bool // a worker believes a descriptor
	nameLate    bool // it says which job it looks at after it has checked
	noNamed     bool // a slot is used again at once
	namedEarly  bool // the look at who names the job comes before the slot is closed
	openEarly   bool // the slot is open before the ledger is written
}

const (
	jmWorkers = 2
	jmParts   = 2
	jmJobs    = 2
)

// Where a worker is.
const (
	jwIdle  = iota // look at the ring, then at the slot
	jwName         // current names the job
	jwCheck        // is it still open?
	jwClaim        // the next partition that is pending
	jwDone         // its entry is done
	jwCount        // one less remains
	jwTell         // does the caller sleep?
	jwSignal
	jwLeave // current names none
	jwSleep
)

// Where the caller is.
const (
	jcOpen = iota
	jcWrite
	jcOffer
	jcSpin // look, or give up
	jcSay
	jcLook
	jcSleep
	jcLeave // on the way out
	jcClose // close the slot
	jcFree  // when nobody names the job
	jcOver
)

// jmEntry is a partition: who has it, +1, or one of these.
const (
	jePending = 0
	jeDone    = 0xff
)

type jmWorker struct {
	pc, job, part uint8 // job: what it serves, 0 none
	ring, current uint8 // job that a descriptor, and current, name
	dead, gone    bool
	slow          bool // lookEarly: what it saw
	swept         bool // it has looked at the slot, and did nothing since
}

type jmState struct {
	ledger    [jmParts]uint8
	of        uint8 // the job that the ledger is of
	gen       uint8 // odd: open
	remaining int8
	asleep    bool
	noisy     bool
	news      bool // the listener is to look
	ended     bool
	caller    uint8
	jobs      uint8 // that were opened
	workers   [jmWorkers]jmWorker
	kills     uint8
	wrong     bool
	quick     bool // namedEarly: nobody named it
}

// job is the number of the job that is open, from 1 on; 0 none.
func (s *jmState) job() uint8 {
	if s.gen&1 == 0 {
		return 0
	}
	return s.gen/2 + 1
}

// settle is processes.settle, under mu: the ledger alone counts.
func (s *jmState) settle() {
	for _, e := range s.ledger {
		if e != jeDone {
			return
		}
	}
	s.ended = true
}

func (s *jmState) hasNews() bool { return s.remaining <= 0 || s.noisy }

// offer puts the job before every worker: a ring that is full has a descriptor already.
func (s *jmState) offer() {
	for i := range s.workers {
		s.workers[i].ring = s.job()
	}
}

// stuck reports whether s is an end that is none.
func (s *jmState) stuck() bool { return s.caller != jcOver }

func (r jobRules) explore() (n int, bad *jmState) {
	first := jmState{kills: 1}
	seen, todo := map[jmState]struct{}{first: {}}, []jmState{first}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		next := r.next(s)
		if s.wrong || len(next) == 0 && s.stuck() {
			return len(seen), &s
		}
		for i, w := range s.workers {
			if n := s; s.kills > 0 && !w.dead && !w.gone {
				n.kills--
				n.workers[i] = jmWorker{dead: true, ring: w.ring, current: w.current}
				next = append(next, n)
			}
		}
		for _, n := range next {
			if _, ok := seen[n]; !ok {
				seen[n] = struct{}{}
				todo = append(todo, n)
			}
		}
	}
	return len(seen), nil
}

func (r jobRules) next(s jmState) (next []jmState) {
	for i, w := range s.workers {
		switch {
		case w.gone:
		case w.dead:
			n := r.mourn(s, i)
			next = append(next, n)
			n.workers[i].gone = true // it could not be replaced: the other one is there
			next = append(next, n)
		case w.pc != jwSleep || w.ring != 0:
			next = append(next, r.work(s, i))
		}
	}
	next = append(next, r.call(s)...)
	if s.news { // processes.review
		n := s
		n.news = false
		if n.hasNews() && n.job() != 0 {
			n.settle()
		}
		next = append(next, n)
	}
	return next
}

// mourn is processes.died.
func (r jobRules) mourn(s jmState, i int) jmState {
	ring := s.workers[i].ring
	s.workers[i] = jmWorker{ring: ring}
	if s.job() == 0 {
		return s
	}
	for p := range s.ledger {
		if s.ledger[p] == uint8(i+1) && !r.noRedo {
			s.ledger[p] = jePending
		}
	}
	s.noisy = !r.noNoisy
	if !r.noSettle {
		s.settle()
	}
	if !s.ended && !r.noOfferMore {
		s.offer()
	}
	return s
}
