//go:build !linux

package bench

func limitHint(error) (hint string, ok bool) { return "", false }
