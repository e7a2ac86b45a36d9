//go:build !cgo

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "isolate: its function is written in C: build it with CGO_ENABLED=1 and gcc")
	os.Exit(4)
}
