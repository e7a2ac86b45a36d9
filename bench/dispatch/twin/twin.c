// The rival of package dispatch that is C: OpenMP, with two threads that wait actively.
//
// This program is a worker like those in Go: it reads lines from descriptor 3 and
// answers on descriptor 4. It is asked for "hello BYTES", the size of its array, and
// then for "run KIND NANOSECONDS PART".
#define _GNU_SOURCE
#include <inttypes.h>
#include <omp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { in_fd = 3, out_fd = 4, waits_max = 1 << 18 };

static double *array;
static size_t length;
static uint32_t waits[waits_max];

static uint64_t now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

// Two tasks at once, and both results. A function of its own, so that no argument is known.
static __attribute__((noinline)) uint64_t fork_join(uint64_t i) {
	struct { _Alignas(64) volatile uint64_t v; } r[2];
#pragma omp parallel num_threads(2)
	{
		uint64_t k = (uint64_t)omp_get_thread_num();
		r[k].v = 3 * (2 * i + k) + 1;
	}
	return r[0].v + r[1].v;
}

static double sum_of(const double *x, size_t n) {
	double s = 0;
#pragma omp simd reduction(+ : s)
	for (size_t i = 0; i < n; i++) s += x[i];
	return s;
}

static __attribute__((noinline)) uint64_t pass(size_t each) {
	double s = 0;
	long parts = (long)(length / each);
#pragma omp parallel for num_threads(2) schedule(dynamic, 1) reduction(+ : s)
	for (long k = 0; k < parts; k++) s += sum_of(array + (size_t)k * each, each);
	return (uint64_t)s;
}

static int by_size(const void *a, const void *b) {
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static void run(const char *kind, uint64_t window, size_t part) {
	int sums = strcmp(kind, "sum") == 0;
	if ((!sums && strcmp(kind, "forkjoin") != 0) || (sums && (part < 8 || length < part / 8))) {
		dprintf(out_fd, "error no such work: %s, in partitions of %zu\n", kind, part);
		return;
	}
	uint64_t ops = 0, sum = 0, took = 0, n = 0, begin = now();
	while (took < window || ops == 0) {
		sum += sums ? pass(part / 8) : fork_join(ops);
		ops++;
		uint64_t last = took;
		took = now() - begin;
		uint64_t wait = took - last;
		if (n < waits_max) waits[n++] = wait > UINT32_MAX ? UINT32_MAX : (uint32_t)wait;
	}
	omp_pause_resource_all(omp_pause_soft); // the other thread would burn a CPU while others are measured
	qsort(waits, n, sizeof waits[0], by_size);
	dprintf(out_fd, "done %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu32 " %" PRIu32 "\n", ops, sum, took, waits[n / 2], waits[n * 99 / 100]);
}

static void hello(size_t bytes) {
	length = bytes / 8;
	if (length > 0 && (array = malloc(bytes)) == NULL) {
		dprintf(out_fd, "error no memory for %zu bytes\n", bytes);
		return;
	}
	for (size_t i = 0; i < length; i++) array[i] = (double)(i % 1000);
	dprintf(out_fd, "hello " __VERSION__ ", OpenMP %d\n", _OPENMP);
}

int main(void) {
	signal(SIGINT, SIG_IGN); // Ctrl-C is for the one who started us
	const char *group = getenv("SHMENGINE_GROUP");
	if (group != NULL) setpgid(0, atoi(group));
	FILE *in = fdopen(in_fd, "r");
	if (in == NULL) return 1;
	char line[256], kind[32];
	uint64_t window;
	size_t n;
	while (fgets(line, sizeof line, in) != NULL) {
		if (sscanf(line, "hello %zu", &n) == 1) hello(n);
		else if (sscanf(line, "run %31s %" SCNu64 " %zu", kind, &window, &n) == 3) run(kind, window, n);
		else dprintf(out_fd, "error what is %s", line);
	}
	return 0; // the pipe is closed: the one who started us is done, or dead
}
