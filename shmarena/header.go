package shmarena

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strconv"
)

// header is the part of an arena that never changes. It is read once, from the
// file and before the mapping, checked, and never looked at again.
type header struct {
	id       uint32
	members  int
	asked    uint64
	capacity uint64
	created  int64
	keep     uint64 // bytes of freed blocks that stay reserved
	flags    uint32
}

// flagChecked: blocks end in guard bytes, and Close reports those that were not
// freed.
const flagChecked = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encode writes the header into b, with its checksum.
func (h header) encode(b []byte, g geometry) {
	le := binary.LittleEndian
	copy(b[headerMagic:], magic)
	le.PutUint32(b[headerVersion:], layoutVersion)
	copy(b[headerPlatform:], platform)
	le.PutUint64(b[headerLayout:], layoutHash())
	le.PutUint32(b[headerID:], h.id)
	le.PutUint32(b[headerMembers:], uint32(h.members))
	le.PutUint64(b[headerAsked:], h.asked)
	le.PutUint64(b[headerCapacity:], h.capacity)
	le.PutUint64(b[headerFileSize:], g.size)
	le.PutUint64(b[headerCreated:], uint64(h.created))
	le.PutUint64(b[headerKeep:], h.keep)
	le.PutUint32(b[headerFlags:], h.flags)
	le.PutUint32(b[headerChecksum:], crc32.Checksum(b[:headerChecksum], castagnoli))
}

// decodeHeader reads and checks a header and says where the tables are. A
// changed bit anywhere in it is an ErrCorrupt.
func decodeHeader(b []byte) (header, geometry, error) {
	if len(b) < headerSize {
		return header{}, geometry{}, fmt.Errorf("header has %d bytes: %w", len(b), ErrCorrupt)
	}
	le := binary.LittleEndian
	if string(b[headerMagic:headerVersion]) != magic {
		return header{}, geometry{}, ErrMagic
	}
	if crc32.Checksum(b[:headerChecksum], castagnoli) != le.Uint32(b[headerChecksum:]) {
		return header{}, geometry{}, fmt.Errorf("header checksum: %w", ErrCorrupt)
	}
	if v := le.Uint32(b[headerVersion:]); v != layoutVersion {
		return header{}, geometry{}, fmt.Errorf("version %d, not %d: %w", v, layoutVersion, ErrVersion)
	}
	if p := string(b[headerPlatform:headerLayout]); p != platform {
		return header{}, geometry{}, fmt.Errorf("platform %q, not %q: %w", p, platform, ErrPlatform)
	}
	if le.Uint64(b[headerLayout:]) != layoutHash() {
		return header{}, geometry{}, ErrLayout
	}
	return decodeSizes(b)
}

func decodeSizes(b []byte) (header, geometry, error) {
	le := binary.LittleEndian
	h := header{
		id:       le.Uint32(b[headerID:]),
		members:  int(le.Uint32(b[headerMembers:])),
		asked:    le.Uint64(b[headerAsked:]),
		capacity: le.Uint64(b[headerCapacity:]),
		created:  int64(le.Uint64(b[headerCreated:])),
		keep:     le.Uint64(b[headerKeep:]),
		flags:    le.Uint32(b[headerFlags:]),
	}
	if h.id == 0 || h.members < 1 || h.members > maxMembers ||
		h.capacity == 0 || h.capacity > maxSize || h.capacity%spanSize != 0 ||
		h.keep > h.capacity || h.flags&^flagChecked != 0 {
		return header{}, geometry{}, fmt.Errorf("header sizes: %w", ErrCorrupt)
	}
	g := geometryOf(h.members, h.capacity)
	if g.size != le.Uint64(b[headerFileSize:]) {
		return header{}, geometry{}, fmt.Errorf("header file size: %w", ErrCorrupt)
	}
	return h, g, nil
}

// hostFits reports whether this machine is one that arenas are made for.
func hostFits() bool {
	return strconv.IntSize == 64 && binary.NativeEndian.Uint16([]byte{1, 0}) == 1
}
