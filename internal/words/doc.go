// Package words moves values to and from shared memory that may be overwritten while it
// is read.
//
// What it is. Values of Go are bytes, shared memory is words of 64 bits. [Store] and
// [Load] copy between the two, word by word, in the order of addresses: whoever loads a
// word that somebody is storing gets the old one or the new one, and finds out
// afterwards, by a stamp or a version that is his business, whether the words belong
// together. Plain copies would be a data race, and on processors that reorder loads
// looking afterwards would prove nothing.
//
// On amd64 the words are moved by plain MOVs in assembly, which the processor shows to
// others in their order; an atomic store of Go is an XCHG, of which the payload needs
// none. Elsewhere, with the tag purego and under the race detector they are atomic loads
// and stores of Go: this exchange is the one difference that race builds have, and both do
// the same to every byte.
//
// Who may call it at once. Anybody. Two that store to the same words at once leave a mixture.
//
// Who owns the memory. The caller, who has it mapped; nothing is kept.
//
// What a dead or hostile peer does. A peer that is killed in a Store leaves some words
// new and the others old. What a hostile one leaves is copied like anything else: no byte is
// looked at.
//
// What it does not do. It does not say whether a copy is whole, and orders nothing but
// its own words on amd64; elsewhere they are sequentially consistent, as all of Go's atomics.
package words
