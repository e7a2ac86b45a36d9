// Command cut makes the embedded sample of package flights: every Nth row of
// the whole table, in its order, with the three columns of the main job.
//
//	go run ./bench/flights/cut -in flights-3m.parquet -out bench/flights/sample.parquet -every 15
//
// It holds the whole table in memory, and writes the output file in one go.
// What is wrong with the input is one line on standard error and exit code 1;
// then nothing is written.
//
// Whoever changes the sample changes the answers that tests and documents hold.
package main
