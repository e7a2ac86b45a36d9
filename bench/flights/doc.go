// Package flights gives the main job its real input: US domestic flights as
// three columns, from a sample that is part of the program or from a Parquet
// file of the user's.
//
// What it is. [Sample] decodes the embedded sample, [Load] a file; both give
// [Columns]: the scheduled departure in microseconds since the epoch, the
// arrival delay in minutes and the distance in miles, each as int64, as the
// file has them. [Columns.Tile] repeats the rows to a wanted length.
//
// Who may call it at once. Everything here is safe for concurrent use;
// Columns are plain slices, which nobody writes after they are made.
//
// Who owns the memory. The caller: each call makes new slices on the Go heap.
// [Columns.Prefix] shares memory with its source.
//
// What a hostile file does. A file that is missing, a directory, no Parquet,
// cut short, damaged, or without the three columns gives one error of one
// line. A panic of the Parquet library is caught and becomes such an error.
// Nothing is allocated by a count that the file merely claims. What is not
// checked is the meaning of the numbers: a flipped bit that leaves a valid
// file is not seen.
//
// What it does not do. It reads no other columns, no nulls, no other types,
// and knows no network.
//
// PROVENANCE.md says where the sample comes from and how it was cut.
package flights
