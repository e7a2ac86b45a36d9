// Package leaktest fails a package's tests when they leave something behind.
//
//	func TestMain(m *testing.M) { leaktest.Main(m) }
//
// After the tests, whether they passed or not, [Main] lists what was not there
// before them:
//
//   - an open descriptor, the runtime's poller excepted;
//   - a mapping of a file in /dev/shm or of a memfd;
//   - an arena's name in /dev/shm that this run has made;
//   - a running child, or child of a child whose parent has died: this process
//     becomes the reaper of its orphans;
//   - a child that ended and was never waited for. Orphans that have ended are
//     reaped without a word, since the parent that should have done it was
//     killed. They are told apart by the process group: children of package
//     reexec lead groups of their own, which their descendants inherit.
//
// Other tests run at the same time and make arenas of their own, so a name is
// this run's only if it says so: tests name their arenas with [Name], which
// puts a tag into the name that this process and its descendants share.
//
// What ends on its own gets a few seconds for it. Running children that were
// left are killed after they have been reported.
//
// Main also hands over to the children of package reexec, and is right in the
// workers that go test -fuzz starts. It does not look for goroutines or heap,
// and does not collect garbage: a file that is forgotten, not closed, is a
// leak. Away from Linux it only runs the tests.
package leaktest
