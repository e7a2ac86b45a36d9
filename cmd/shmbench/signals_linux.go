package main

import (
	"os"
	"syscall"
)

// stopSignals end a run in good order.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM}
