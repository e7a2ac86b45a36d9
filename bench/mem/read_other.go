//go:build !linux

package mem

import "errors"

type source struct{}

func openSource(string) (*source, error) { return nil, errors.ErrUnsupported }

func (*source) read(int) (*Usage, error) { return nil, errors.ErrUnsupported }

func (*source) system() (*moment, error) { return nil, errors.ErrUnsupported }
