// Command futures has worker processes of its own program read texts, each as a
// task: it prints what they found as they finish, and what became of a text that
// kills its worker.
//
// The ten lines that matter are the function summarize, a package variable so that
// every process knows it by name, and the loop in run.
package main
