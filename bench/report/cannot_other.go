//go:build !linux

package report

func limitHint(error) (hint string, ok bool) { return "", false }
