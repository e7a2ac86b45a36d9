// Package flat writes Go values as bytes that another program can read back: a plan is made once
// for each type by reflection, and then followed without it.
//
//	plan, err := flat.For[Order]()          // names the field that cannot be flattened
//	buf := make([]byte, plan.Size(&order))
//	n := plan.Encode(buf, &order)
//	err = plan.Decode(buf[:n], &copied)
//
// # Types
//
// Numbers of all sizes (int and uint are 64 bits), bool, strings, slices, arrays and structs of
// these, one in the other. A type may hold itself by a slice, [MaxDepth] deep in a value. Pointers, maps,
// interfaces, channels and functions are refused, uintptr too.
//
// The fields of a struct are the exported ones. An unexported one is refused by its name, since what
// a package keeps to itself is seldom meant for another program (a lock, an index); three ways out:
//
//	cache []byte `flat:"-"`            // this field is left out, and zero after Decode
//	_ struct{}   `flat:"unexported"`   // all fields of the struct that this one stands in are meant
//	encoding.BinaryAppender            // with encoding.BinaryUnmarshaler, or a [Codec] by [Using]
//
// A type with AppendBinary and UnmarshalBinary goes by these methods, like time.Time and netip.Addr.
// They are the standard library's, so types of others have them. A struct that merely inherits them
// from a field that it embeds is refused: it would lose its other fields.
//
// # The bytes
//
// Little-endian, in the order of the fields. A value without strings and slices is its memory, in one
// copy, padding too; so are the elements of a slice of such. A string is its length in 8 bytes and its bytes.
// A slice is 0 if it is nil, else its length + 1, in 8 bytes, and its elements. What a method wrote
// is a length and its bytes. A plain value stands at a multiple of its alignment counted from the first
// byte, a length at a multiple of 8, so []float64 is aligned when dst is. Zeroed bytes are the zero value.
//
// Which types fit each other is compared by [Plan.Signature] or [Plan.Hash]: the names of the
// fields and the kinds, in order. The names of types do not count.
//
// # Who may call it at once
//
// Anybody: a plan is not changed after For. A value must not be changed while it is encoded.
//
// # Who owns the memory
//
// The caller owns dst and src; nothing of src is in the value. Encode allocates nothing, and neither
// does Decode but for the strings and slices of the value.
//
// # A hostile peer
//
// Decode may read memory that a peer writes at the same time. Each length is copied, checked
// against what is left of src, and then used; nothing is looked at before it was copied, bools and
// what methods read included. It returns an error that wraps [ErrCorrupt] or a value of the type, whatever the
// bytes are; it takes time and memory in proportion to src, at most [MaxGrowth] times its length, methods apart.
//
// # What it does not do
//
// It does not keep what pointers share or that two slices overlap, and does not translate between versions of a type.
package flat
