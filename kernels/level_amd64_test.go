//go:build amd64 && !purego

package kernels

import "testing"

func TestGodebugTurnsLevelsOff(t *testing.T) {
	for godebug, want := range map[string]level{
		"":                                  levelAVX512 + 1,
		"cpu.avx512f=off":                   levelAVX512,
		"madvdontneed=1,cpu.avx512bw=off":   levelAVX512,
		"cpu.avx2=off":                      levelAVX2,
		"cpu.avx512f=off,cpu.avx2=off":      levelAVX2,
		"cpu.fma=off":                       levelAVX2,
		"cpu.all=off":                       levelAVX2,
		"cpu.avx2=on,cpu.sse41=off,gctrace": levelAVX512 + 1,
	} {
		if got := turnedOff(godebug); got != want {
			t.Errorf("GODEBUG=%s turns off level %d and up, want %d", godebug, got, want)
		}
	}
}
