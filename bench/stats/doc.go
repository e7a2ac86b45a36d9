// Package stats says what a handful of repetitions is worth: the median, the
// interval in which the true median lies with 95 % confidence, and the spread.
//
// What it is. [Of] summarises one system's repetitions, [Ratio] the ratios of
// two systems' repetitions that ran side by side, pair by pair, so that what
// slowed both in the same round falls out. Intervals are those of
// golang.org/x/perf/benchmath without any assumption about the distribution:
// they are order statistics, and below six repetitions there is none.
//
// Who may call it at once. Pure functions.
//
// Who owns the memory. Arguments are copied, not kept or changed.
//
// What a dead or hostile peer does. There is none.
//
// What it does not do. It drops no outliers, and it does not say that a
// difference matters.
package stats
