package machine

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ErrSize says that a text is not a size.
var ErrSize = errors.New("not a size")

var units = map[string]float64{
	"": 1, "b": 1,
	"k": 1 << 10, "kib": 1 << 10, "kb": 1e3,
	"m": 1 << 20, "mib": 1 << 20, "mb": 1e6,
	"g": 1 << 30, "gib": 1 << 30, "gb": 1e9,
	"t": 1 << 40, "tib": 1 << 40, "tb": 1e12,
}

// ParseSize reads a number of bytes: 512MiB, 64M, 1.5GB, 4096. K, M, G, T and
// KiB, MiB, GiB, TiB are powers of 1024, KB, MB, GB, TB powers of 1000.
func ParseSize(s string) (int64, error) {
	text := strings.ToLower(strings.TrimSpace(s))
	split := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if split < 0 {
		split = len(text)
	}
	n, err := strconv.ParseFloat(text[:split], 64)
	unit, ok := units[strings.TrimSpace(text[split:])]
	if err != nil || !ok {
		return 0, fmt.Errorf("%w: %q (want something like 64MiB, 512M or 1GB)", ErrSize, s)
	}
	n *= unit
	if n < 1 || n >= math.MaxInt64 || n != math.Trunc(n) {
		return 0, fmt.Errorf("%w: %q is %g bytes", ErrSize, s, n)
	}
	return int64(n), nil
}

// FormatSize writes a number of bytes with the largest power of 1024 that
// leaves at least one, to three digits.
func FormatSize(n int64) string {
	const names = "KMGTPE"
	if n > -1024 && n < 1024 {
		return strconv.FormatInt(n, 10) + " B"
	}
	v, i := float64(n)/1024, 0
	for math.Abs(v) >= 999.5 && i < len(names)-1 {
		v /= 1024
		i++
	}
	return strconv.FormatFloat(v, 'g', 3, 64) + " " + names[i:i+1] + "iB"
}
