package ringbuf

import (
	"fmt"

	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// survive takes both roles after a kill, checks that the operation happened whole or not at all,
// and works on.
func survive(r *SPSC[message], m *member.Member, op string, p stepkill.Point) error {
	const pushedBefore, poppedBefore = 1<<64 - 1, 1<<64 - 3
	prod, err := r.Producer(m)
	if err != nil {
		return err
	}
	cons, err := r.Consumer(m)
	if err != nil {
		return err
	}
	pushed, popped := prod.next-uint64(pushedBefore), cons.next-uint64(poppedBefore)
	want := map[string]struct{ pushed, popped uint64 }{"push": {1, 0}, "pushBatch": {2, 0}, "pop": {0, 1}, "popBatch": {0, 2}}[op]
	none, all := pushed == 0 && popped == 0, pushed == want.pushed && popped == want.popped
	if !none && !all || p.End && !all {
		return fmt.Errorf("%d pushed, %d popped", pushed, popped)
	}
	return whole(prod, cons)
}
