//go:build !linux

package advise

import "os"

func die() { os.Exit(1) }
