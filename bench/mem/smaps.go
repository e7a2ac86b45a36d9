package mem

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A Mapping is one line of a process's memory map, with its figures in bytes.
type Mapping struct {
	From, To  uint64 // addresses
	Perms     string // such as "rw-p"; p: writes stay private, s: shared
	Offset    uint64 // in the file
	Inode     uint64 // 0: no file
	Name      string // of the file, or the kernel's name such as [heap]; "" for none
	RSS       uint64 // in memory
	PSS       uint64 // the same, with shared pages divided by those who share them
	Clean     uint64 // private: of this process alone, and as in the file
	Dirty     uint64 // private: of this process alone, and written to
	Shared    uint64 // in memory of others too
	Written   uint64 // dirty pages, private or shared
	Anonymous uint64 // without a file: in a private file mapping, pages copied on write
	Swap      uint64
	Huge      uint64 // in huge pages, of whatever kind
	Locked    uint64
}

// Size is how much address space the mapping takes.
func (m *Mapping) Size() uint64 { return m.To - m.From }

// Private reports whether writes stay with the process.
func (m *Mapping) Private() bool { return strings.HasSuffix(m.Perms, "p") }

// File reports whether a file is mapped.
func (m *Mapping) File() bool { return m.Inode != 0 }

// Heap reports whether this is where a program allocates: private writable memory without
// a file, the area of brk among it, and no stack.
func (m *Mapping) Heap() bool {
	kind := m.Name == "" || m.Name == "[heap]" || strings.HasPrefix(m.Name, "[anon:")
	return kind && !m.File() && strings.HasPrefix(m.Perms, "rw") && m.Private()
}

// Stack reports whether this is the stack of the first thread.
func (m *Mapping) Stack() bool { return m.Name == "[stack]" }

// ReadMaps reads mappings in the form of /proc/PID/smaps. Lines that it does not know are
// left out; something that is no such text is an error.
func ReadMaps(r io.Reader) (list []Mapping, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		key, value, ok := strings.Cut(lines.Text(), ":")
		if ok && isKey(key) {
			if len(list) == 0 {
				return nil, fmt.Errorf("smaps: %.40q before any mapping", lines.Text())
			}
			list[len(list)-1].set(key, value)
			continue
		}
		m, err := parseHead(lines.Text())
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, lines.Err()
}

// isKey tells "Rss" from the head of a mapping, which has a colon in its device.
func isKey(s string) bool { return s != "" && !strings.ContainsAny(s, " -") }

// parseHead reads a line such as "55e2-55e3 r--p 00000000 fe:00 2477   /usr/bin/sed".
func parseHead(line string) (m Mapping, err error) {
	f := strings.SplitN(line, " ", 6)
	bad := fmt.Errorf("smaps: %.80q is no mapping", line)
	if len(f) < 5 || len(f[1]) != 4 {
		return m, bad
	}
	from, to, _ := strings.Cut(f[0], "-")
	numbers := []struct {
		text string
		base int
		to   *uint64
	}{{from, 16, &m.From}, {to, 16, &m.To}, {f[2], 16, &m.Offset}, {f[4], 10, &m.Inode}}
	for _, n := range numbers {
		if *n.to, err = strconv.ParseUint(n.text, n.base, 64); err != nil {
			return m, bad
		}
	}
	if m.To < m.From {
		return m, bad
	}
	m.Perms = f[1]
	if len(f) == 6 {
		m.Name = strings.TrimLeft(f[5], " ")
	}
	return m, nil
}

// set takes one figure, in kB.
func (m *Mapping) set(key, value string) {
	text, ok := strings.CutSuffix(value, " kB")
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 54)
	if !ok || err != nil {
		return // VmFlags and the like
	}
	n <<= 10
	switch key {
	case "Rss":
		m.RSS = n
	case "Pss":
		m.PSS = n
	case "Private_Clean":
		m.Clean = n
	case "Private_Dirty":
		m.Dirty = n
		m.Written += n
	case "Shared_Dirty":
		m.Written += n
		m.Shared += n
	case "Shared_Clean":
		m.Shared += n
	case "Anonymous":
		m.Anonymous = n
	case "Swap":
		m.Swap = n
	case "Locked":
		m.Locked = n
	case "AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb", "Private_Hugetlb":
		m.Huge += n
	}
}
