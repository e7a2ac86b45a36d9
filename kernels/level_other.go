//go:build !amd64 || purego

package kernels

// best returns the highest level of this build: there is no assembly in it.
func best() level { return levelGo }

const (
	halfPorts = false
	dotWords  = false
	gathers   = false
)
