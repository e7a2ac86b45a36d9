// Package top looks at a running engine from outside, again and again.
//
// What it is. [Run] takes engine.LookAt of an engine with a Config.Name, and gives a
// [Frame] for each interval: what each worker did in it (rows, bytes, partitions, tasks,
// waits), what the kernel counted for it (CPU time, faults, switches) and what memory it
// has. The workers' counts come from the engine's control arena, the kernel's from /proc.
//
// Who may call it at once. Everybody; nothing is kept between looks.
//
// Who owns the memory. Frames are plain values.
//
// What a dead or hostile engine does. One that is not there, has died or been closed is
// engine.ErrNoEngine. Whoever can write to the arena can have stored any numbers there:
// they are shown as they are, a count that goes back as no rate. Names come from the
// command line, not from the arena.
//
// What it does not do. It joins nothing and changes nothing: the engine is not told, and
// costs nothing more while it is looked at, but that the reader takes each worker's line
// of counts once a look.
package top
