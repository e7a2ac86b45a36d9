package main

import (
	"fmt"
	"strconv"
	"strings"
)

// chaosFlag is the flag --chaos kill=N; 0 means that it was not given.
type chaosFlag int

const mostKills = 10_000

func (c *chaosFlag) Type() string { return "kill=N" }

func (c *chaosFlag) String() string {
	if *c == 0 {
		return ""
	}
	return "kill=" + strconv.Itoa(int(*c))
}

func (c *chaosFlag) Set(text string) error {
	number, ok := strings.CutPrefix(text, "kill=")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 1 || n > mostKills {
		return fmt.Errorf("want kill=N, N from 1 to %d", mostKills)
	}
	*c = chaosFlag(n)
	return nil
}
