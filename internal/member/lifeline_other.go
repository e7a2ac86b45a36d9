//go:build !linux

package member

import "sync/atomic"

type lifeline struct{}

func startLifeline(*atomic.Uint32) *lifeline { return nil }

func (*lifeline) end() {}

func inExit(uint32, uint64) bool { return false }
