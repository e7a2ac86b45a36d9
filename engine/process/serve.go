package process

import (
	"context"
	"fmt"
	"os"
	"strconv"
)

// serve is the life of a spare: one job after the other.
func serve(descriptor string) error {
	fd, err := strconv.Atoi(descriptor)
	if err != nil || fd < firstFile {
		return fmt.Errorf("process: %s=%q is no descriptor", spareEnv, descriptor)
	}
	b, err := openBlock(fd)
	if err != nil {
		return err
	}
	b.ready.Store(1)
	for {
		// The lifeline ends the process, and this wait with it.
		if err := b.next(context.Background()); err != nil {
			return err
		}
		code, err := b.do()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		if b.last.Load() != 0 {
			os.Exit(int(code))
		}
		b.finish(code)
	}
}

// do does the job that is in the block.
func (b *block) do() (code uint32, err error) {
	words, err := b.read()
	if err == nil {
		err = runEntry(words[0], words[1:])
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}
