package shmarena

import "unsafe"

// The structs of layout.go have the sizes and offsets that it draws: a wrong
// one is a negative array length here.
var (
	_ [heapControlSize - unsafe.Sizeof(heapControl{})]struct{}
	_ [unsafe.Sizeof(heapControl{}) - heapControlSize]struct{}
	_ [128 - unsafe.Offsetof(heapControl{}.redo)]struct{}
	_ [unsafe.Offsetof(heapControl{}.redo) - 128]struct{}
	_ [nameControlSize - unsafe.Sizeof(nameControl{})]struct{}
	_ [unsafe.Sizeof(nameControl{}) - nameControlSize]struct{}
	_ [entrySize - unsafe.Sizeof(entry{})]struct{}
	_ [unsafe.Sizeof(entry{}) - entrySize]struct{}
	_ [72 - unsafe.Offsetof(entry{}.name)]struct{}
	_ [unsafe.Offsetof(entry{}.name) - 72]struct{}
	_ [spanBytes - unsafe.Sizeof(span{})]struct{}
	_ [unsafe.Sizeof(span{}) - spanBytes]struct{}
	_ [holdTableSize - unsafe.Sizeof(holdTable{})]struct{}
	_ [unsafe.Sizeof(holdTable{}) - holdTableSize]struct{}
	_ [64 - unsafe.Offsetof(holdTable{}.holds)]struct{}
	_ [unsafe.Offsetof(holdTable{}.holds) - 64]struct{}
	_ [membersAt - namesAt - nameControlSize]struct{}
	_ [cellSize - unsafe.Sizeof(cell{})]struct{}
	_ [unsafe.Sizeof(cell{}) - cellSize]struct{}
	_ [tableSize - unsafe.Sizeof(spanTable{})]struct{}
	_ [unsafe.Sizeof(spanTable{}) - tableSize]struct{}
	_ [192 - unsafe.Offsetof(spanTable{}.blocks)]struct{}
	_ [unsafe.Offsetof(spanTable{}.blocks) - 192]struct{}
	_ [576 - unsafe.Offsetof(heapControl{}.stack)]struct{}
	_ [unsafe.Offsetof(heapControl{}.stack) - 576]struct{}
	_ [128 - headerSize]struct{}
	_ [headerSize - 128]struct{}
)

// tables are the typed views of an arena's metadata.
type tables struct {
	heap    *heapControl
	names   *nameControl
	entries *[entries]entry
	holds   *holdTable
	spans   []span
	small   []spanTable
	cells   []cell
}

// viewTables lays the structs over the metadata.
//
// Preconditions:
//   - mem is 64-byte aligned and at least g.blocks bytes long
func viewTables(mem []byte, g geometry) tables {
	_ = mem[g.blocks-1]
	return tables{
		heap:    (*heapControl)(unsafe.Pointer(&mem[heapAt])),
		names:   (*nameControl)(unsafe.Pointer(&mem[namesAt])),
		entries: (*[entries]entry)(unsafe.Pointer(&mem[g.directory])),
		holds:   (*holdTable)(unsafe.Pointer(&mem[g.holds])),
		spans:   unsafe.Slice((*span)(unsafe.Pointer(&mem[g.spans])), g.spanCount),
		small:   unsafe.Slice((*spanTable)(unsafe.Pointer(&mem[g.tables])), g.spanCount),
		cells:   unsafe.Slice((*cell)(unsafe.Pointer(&mem[g.cells])), g.members),
	}
}
