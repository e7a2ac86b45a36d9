package reexec

import "time"

// SetTimeout changes how long a child may take from now on.
func (p *Proc) SetTimeout(d time.Duration) { p.timeout = d }
