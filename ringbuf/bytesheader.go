package ringbuf

import "fmt"

// bytesHeader is the immutable part of a ring of records, in Go memory.
type bytesHeader struct {
	producers uint32 // 1 or 2
	size      uint64
}

// sum is FNV-1a over the fields, a word at a time.
func (h bytesHeader) sum() uint64 {
	sum := uint64(14695981039346656037)
	for _, w := range [...]uint64{bytesVersion, uint64(h.producers), h.size} {
		sum = (sum ^ w) * 1099511628211
		sum ^= sum >> 29
	}
	return sum
}

// write stores the header; the magic, which makes it valid, comes last.
func (h bytesHeader) write(mem []byte) {
	word32(mem, offVersion).Store(bytesVersion)
	word32(mem, offBytesProducers).Store(h.producers)
	word64(mem, offBytesSize).Store(h.size)
	word64(mem, offBytesChecksum).Store(h.sum())
	word64(mem, offMagic).Store(bytesMagic)
}

// validateBytes checks the header in mem against the length of mem, and returns it. Every word is
// loaded once; what it returns is what it checked.
func validateBytes(mem []byte) (h bytesHeader, err error) {
	if m := word64(mem, offMagic).Load(); m != bytesMagic {
		return h, fmt.Errorf("%w of records: magic %#x", ErrMagic, m)
	}
	if v := word32(mem, offVersion).Load(); v != bytesVersion {
		return h, fmt.Errorf("%w: %d, this program knows %d", ErrVersion, v, bytesVersion)
	}
	h = bytesHeader{word32(mem, offBytesProducers).Load(), word64(mem, offBytesSize).Load()}
	if sum := word64(mem, offBytesChecksum).Load(); sum != h.sum() {
		return h, fmt.Errorf("%w: header checksum %#x, should be %#x", ErrCorrupt, sum, h.sum())
	}
	if h.producers-1 > 1 || h.size < minData || h.size > maxData || h.size&(h.size-1) != 0 {
		return h, fmt.Errorf("%w: %d bytes of data, kind %d", ErrCorrupt, h.size, h.producers)
	}
	if need := offData + h.size; uint64(len(mem)) < need {
		return h, fmt.Errorf("%w: memory of %d bytes, the ring has %d", ErrSize, len(mem), need)
	}
	return h, nil
}
