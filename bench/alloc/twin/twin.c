// The rivals of package alloc that are C: malloc and free, or calloc and free, in one
// process. The parties are threads of it.
//
// This program is a worker like those in Go: it reads lines from descriptor 3 and
// answers on descriptor 4. The loops do step for step what those of heap.go do, with
// the same clock.
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { in_fd = 3, out_fd = 4, window = 64, batch = 64, boxes = 256, page = 512, parties_max = 2 };

// A party is one thread of a measurement.
struct party {
	char kind[32], system[32];
	int zeroed; // blocks are to be zero
	unsigned index;
	int cpu;
	size_t words;
	uint64_t begin, limit;
	uint64_t ops, sum, began, ended;
	const char *failed;
};

// Boxes in which blocks cross from one party to the other.
static struct {
	_Alignas(64) _Atomic(uint64_t *) block;
} box[boxes];
static _Alignas(64) _Atomic uint64_t made; // that the maker has made, and 1, when it is done

static uint64_t now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static inline void pause_cpu(void) {
#if defined(__x86_64__)
	__builtin_ia32_pause();
#endif
}

static inline uint64_t number(unsigned party, uint64_t i) { return ((uint64_t)party + 1) << 48 | i; }

// alone reports, now and then, whether the other party is waited for in vain.
static inline int alone(const struct party *p, unsigned turn) { return turn % 1024 == 1023 && now() > p->limit + 1000000000; }
static const char err_alone[] = "the other party neither makes blocks nor takes them";

// block makes one.
static inline uint64_t *block(const struct party *p) { return p->zeroed ? calloc(p->words, 8) : malloc(p->words * 8); }

// check_free looks at a block and gives it back. The compiler may not know that it holds what
// was just written.
static inline const char *check_free(struct party *p, uint64_t *b, uint64_t want) {
	volatile uint64_t *v = b;
	uint64_t first = v[0], last = v[p->words - 1];
	if (first != want || last != want) return "a block holds another number";
	p->sum += first;
	free(b);
	return NULL;
}

static const char *pairs(struct party *p) {
	uint64_t *live[window] = {0}, i = 0;
	const char *bad;
	for (;; i++) {
		if (i > 0 && i % batch == 0 && now() >= p->limit) break;
		uint64_t **slot = &live[i % window];
		if (*slot != NULL && (bad = check_free(p, *slot, number(p->index, i - window))) != NULL) return bad;
		volatile uint64_t *b = block(p);
		if (b == NULL) return "no memory";
		b[0] = b[p->words - 1] = number(p->index, i);
		*slot = (uint64_t *)b;
	}
	p->ops = i;
	for (uint64_t k = i < window ? 0 : i - window; k < i; k++)
		if ((bad = check_free(p, live[k % window], number(p->index, k))) != NULL) return bad;
	return NULL;
}

static const char *segments(struct party *p) {
	int fill = strcmp(p->kind, "fill") == 0;
	for (; p->ops == 0 || now() < p->limit; p->ops++) {
		volatile uint64_t *b = block(p);
		uint64_t id = number(p->index, p->ops);
		if (b == NULL) return "no memory";
		b[0] = id;
		if (fill) {
			uint64_t *w = (uint64_t *)b;
			for (size_t k = 0; k < p->words; k++) w[k] = id;
			__asm__ __volatile__("" : : "r"(w) : "memory"); // somebody may read it
		}
		for (size_t k = 0; k < p->words && (k == 0 || fill); k += page)
			if (b[k] != id) return "a block holds another number";
		p->sum += b[0];
		free((void *)b);
	}
	return NULL;
}

static const char *make(struct party *p) {
	for (uint64_t i = 0;; i++) {
		if (i > 0 && i % batch == 0 && now() >= p->limit) {
			p->ops = i;
			made = i + 1;
			return NULL;
		}
		volatile uint64_t *b = block(p);
		if (b == NULL) return "no memory";
		b[0] = b[p->words - 1] = number(0, i);
		for (unsigned turn = 0; atomic_load(&box[i % boxes].block) != NULL; turn++) {
			if (alone(p, turn)) return err_alone;
			pause_cpu();
		}
		atomic_store(&box[i % boxes].block, (uint64_t *)b);
	}
}

static const char *take(struct party *p) {
	for (uint64_t i = 0;; i++) {
		uint64_t *b;
		for (unsigned turn = 0; (b = atomic_load(&box[i % boxes].block)) == NULL; turn++) {
			if (made == i + 1) {
				p->ops = i;
				return NULL;
			}
			if (alone(p, turn)) return err_alone;
			pause_cpu();
		}
		atomic_store(&box[i % boxes].block, NULL);
		const char *bad = check_free(p, b, number(0, i));
		if (bad != NULL) return bad;
	}
}

static void pin(int cpu) {
	cpu_set_t s;
	CPU_ZERO(&s);
	CPU_SET((size_t)cpu, &s);
	sched_setaffinity(0, sizeof s, &s);
}

static void *run(void *arg) {
	struct party *p = arg;
	pin(p->cpu);
	while (now() < p->begin) pause_cpu();
	p->began = now();
	if (strcmp(p->kind, "pair") == 0) p->failed = pairs(p);
	else if (strcmp(p->kind, "cross") == 0) p->failed = p->index == 0 ? make(p) : take(p);
	else if (strcmp(p->kind, "create") == 0 || strcmp(p->kind, "fill") == 0) p->failed = segments(p);
	else p->failed = "no such kind";
	p->ended = now();
	return NULL;
}

// measure runs all parties of one measurement and answers.
static void measure(const struct party *what, unsigned parties, const int cpu[parties_max]) {
	struct party p[parties_max];
	pthread_t t[parties_max];
	made = 0;
	for (unsigned i = 0; i < boxes; i++) box[i].block = NULL; // one that failed may have left some
	for (unsigned i = 0; i < parties; i++) {
		p[i] = *what;
		p[i].index = i, p[i].cpu = cpu[i];
		if (pthread_create(&t[i], NULL, run, &p[i]) != 0) exit(1);
	}
	const char *bad = NULL;
	for (unsigned i = 0; i < parties; i++) {
		pthread_join(t[i], NULL);
		if (p[i].failed != NULL) bad = p[i].failed;
	}
	if (bad != NULL) {
		dprintf(out_fd, "error %s\n", bad);
		return;
	}
	for (unsigned i = 0; i < parties; i++)
		dprintf(out_fd, "done %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", p[i].ops, p[i].sum, p[i].began, p[i].ended);
}

// hello says what this program was made with.
static void hello(void) {
	char libc[64] = "another C library";
#ifdef __GLIBC__
	snprintf(libc, sizeof libc, "glibc %d.%d", __GLIBC__, __GLIBC_MINOR__);
#endif
#ifdef __clang__
	dprintf(out_fd, "hello clang %d.%d, %s\n", __clang_major__, __clang_minor__, libc);
#else
	dprintf(out_fd, "hello gcc %d.%d, %s\n", __GNUC__, __GNUC_MINOR__, libc);
#endif
}

static void obey(const char *line, FILE *in) {
	struct party p = {0};
	unsigned index, parties;
	int cpu[parties_max] = {0};
	uint64_t bytes;
	char next[256];
	int n = sscanf(line, "run %31s %31s %u %u %d,%d %" SCNu64, p.kind, p.system, &index, &parties, &cpu[0], &cpu[1], &bytes);
	if (n == 5) n = 1 + sscanf(line, "run %31s %31s %u %u %d %" SCNu64, p.kind, p.system, &index, &parties, &cpu[0], &bytes);
	if (n == 7 && parties >= 1 && parties <= parties_max && bytes >= 16) {
		p.words = bytes / 8;
		p.zeroed = strcmp(p.system, "c-calloc") == 0;
		dprintf(out_fd, "ready\n");
		if (fgets(next, sizeof next, in) != NULL && sscanf(next, "go %" SCNu64 " %" SCNu64, &p.begin, &p.limit) == 2)
			measure(&p, parties, cpu);
		else
			dprintf(out_fd, "error no window\n");
	} else if (strcmp(line, "hello\n") == 0) {
		hello();
	} else {
		dprintf(out_fd, "error no such command\n");
	}
}

int main(void) {
	signal(SIGINT, SIG_IGN); // Ctrl-C is for the one who started us
	const char *group = getenv("SHMENGINE_GROUP");
	if (group != NULL) setpgid(0, atoi(group));
	FILE *in = fdopen(in_fd, "r");
	if (in == NULL) return 1;
	char line[256];
	while (fgets(line, sizeof line, in) != NULL) obey(line, in);
	return 0; // the pipe is closed: the one who started us is done, or dead
}
