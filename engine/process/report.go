package process

import "bytes"

// maxReport is how much of a crash report is kept.
const maxReport = 2 << 10

// reportMarks are how a line begins with which Go's runtime reports a crash.
var reportMarks = [][]byte{
	[]byte("fatal error: "), []byte("panic: "), []byte("SIG"), []byte("unexpected fault address "),
	[]byte("runtime: goroutine stack exceeds"),
}

// longestMark is the length of the longest of them.
const longestMark = 32

// report keeps the beginning of a crash report, which the tail loses: stacks follow it.
type report struct {
	line [longestMark]byte // the beginning of the line that is being written
	n    int               // bytes of it; -1: the line is no mark, skip to its end
	text []byte            // from the last mark on; nil before the first
	done bool              // stacks have begun: another mark begins another report
}

// add looks at what a process writes.
func (r *report) add(b []byte) {
	for len(b) > 0 {
		end := bytes.IndexByte(b, '\n') + 1
		piece := b
		if end > 0 {
			piece = b[:end]
		}
		r.piece(piece)
		b = b[len(piece):]
		if end > 0 {
			r.n = 0
		}
	}
}

// piece is a line, or a part of one.
func (r *report) piece(b []byte) {
	before := r.n
	if before >= 0 {
		r.n += copy(r.line[before:], b)
	}
	if before >= 0 && r.begins() {
		r.text = append(make([]byte, 0, maxReport), r.line[:before]...)
	}
	if room := maxReport - len(r.text); r.text != nil && room > 0 {
		r.text = append(r.text, b[:min(len(b), room)]...)
	}
}

// begins reports whether the line begins a report.
func (r *report) begins() bool {
	line := r.line[:r.n]
	if bytes.HasPrefix(line, []byte("goroutine ")) {
		r.done = true
	}
	for _, mark := range reportMarks {
		if bytes.HasPrefix(line, mark) {
			first := r.text == nil || r.done
			r.n, r.done = -1, false
			return first
		}
	}
	if r.n == len(r.line) {
		r.n = -1
	}
	return false
}

// CrashReport returns the beginning of what Go's runtime said when the process crashed:
// "fatal error: ...", "panic: ...", "SIGSEGV: segmentation violation" and the lines after
// it, at most 2 KiB. The stacks of a crash may be longer than StderrTail, which has lost
// this then. It is empty if no line of standard error began like that.
func (p *Process) CrashReport() string {
	p.tail.mu.Lock()
	defer p.tail.mu.Unlock()
	return string(p.tail.crash.text)
}

// CrashReport is [Process.CrashReport] of the job's process.
func (j *Job) CrashReport() string {
	j.owner.mu.Lock()
	defer j.owner.mu.Unlock()
	return j.p.CrashReport()
}
