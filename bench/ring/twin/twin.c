// The rings of package ring that are C: one program is all of them, each party a process.
//
// It is a worker like those in Go: it reads lines from descriptor 3 and answers on descriptor 4;
// descriptor 5 is the memory that the parties share. The loops do step for step what those of
// party.go do, with the same messages, the same checks and the same clock. Who waits pauses and
// looks again, and yields in a crowd.
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define INLINE static inline __attribute__((always_inline))

enum { in_fd = 3, out_fd = 4, memory_fd = 5, depth = 1024, stream_ring = 4 << 20, line = 64, patient = 16, words = 7 };
enum { publish_every = 32, party_bit = 56 };
enum { sub_bits = 6, buckets = (64 - sub_bits + 1) << sub_bits };

static const uint64_t magic = 0x7E575107C0DECAFE, odd = 0x9E3779B97F4A7C15, last_mark = 1ull << 63, numbers = (1ull << party_bit) - 1;

enum kind { trip, stream, backlog, kinds };
static const char *const kind_names[kinds] = {"trip", "stream", "backlog"};

enum system { pingpong, by_index, by_slot, batch32, in_place, vyukov, systems };
static const char *const system_names[systems] = {"c-pingpong", "c-index", "c-slot", "c-batch32", "c-inplace", "c-vyukov"};

struct ring {
	_Alignas(128) _Atomic uint64_t head; // the first that was not received
	_Alignas(128) _Atomic uint64_t tail; // the first that was not sent
	_Alignas(128) char slots[];
};

// A cell is a slot with a stamp.
struct cell {
	_Atomic uint64_t stamp;
	uint64_t w[words];
};

struct board {
	_Alignas(128) _Atomic uint64_t filled;
	_Alignas(128) _Atomic uint64_t drained;
	_Alignas(128) _Atomic uint64_t ended;
};

static char *memory;
static size_t memory_size;

// A party is one side of a measurement.
struct party {
	enum kind kind;
	unsigned index, senders, receivers;
	size_t bytes, cap;
	uint64_t begin, limit;
	struct board *board;
	struct ring *out, *in;
	uint64_t tail, head_seen, tail_shown; // of the ring out
	uint64_t head, tail_seen, head_shown; // of the ring in
	uint64_t turn;                        // of pingpong
	uint64_t next[2], count, sum;
	uint64_t began, ended, spent;
	long forced;
	int crowd, some;
	char *buf;
	jmp_buf failed;
};

static uint64_t bucket[buckets]; // times of trips

static uint64_t now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

INLINE void pause_cpu(void) {
#if defined(__x86_64__)
	__builtin_ia32_pause();
#endif
}

static const char *why;

static __attribute__((noreturn, noinline)) void fail(struct party *p, const char *text) {
	why = text;
	longjmp(p->failed, 1);
}

static __attribute__((noinline)) void lonely(struct party *p) {
	if (now() > p->limit + 3000000000) fail(p, "the other party neither sends nor receives");
}

// idle is one turn of waiting.
INLINE void idle(struct party *p, unsigned turn) {
	if (p->crowd && turn >= patient) sched_yield();
	else pause_cpu();
	if (turn % 1024 == 1023) lonely(p);
}

INLINE uint64_t load(_Atomic uint64_t *w) { return atomic_load_explicit(w, memory_order_acquire); }
INLINE void store(_Atomic uint64_t *w, uint64_t v) { atomic_store_explicit(w, v, memory_order_release); }

// Messages, as in message.go.

INLINE void fill(uint64_t w[words], uint64_t head) {
	uint64_t base = head * odd;
	w[0] = head;
	for (unsigned i = 1; i < words - 1; i++) w[i] = base + i;
	w[words - 1] = head ^ w[1] ^ w[2] ^ w[3] ^ w[4] ^ w[5] ^ magic;
}

INLINE int receive(struct party *p, const uint64_t w[words]) {
	uint64_t all = 0, number = w[0] & numbers, from = w[0] >> party_bit & 1;
	for (unsigned i = 0; i < words; i++) all ^= w[i];
	if (all != magic || (number != p->next[from] && (!p->some || number < p->next[from]))) fail(p, "a message is not the one that was sent");
	p->next[from] = number + 1;
	p->sum += w[3];
	p->count++;
	return w[0] & last_mark ? 1 : 0;
}

INLINE void fill_lines(char *b, size_t n, uint64_t head) {
	uint64_t word = head * odd + 5;
	for (size_t at = line; at < n; at += line) {
		word++;
		memcpy(b + at, &word, 8);
	}
}

INLINE void check_lines(struct party *p, const char *b, size_t n, uint64_t head) {
	uint64_t word = head * odd + 5, wrong = 0, got;
	for (size_t at = line; at < n; at += line) {
		memcpy(&got, b + at, 8);
		wrong |= got ^ ++word;
	}
	if (wrong != 0) fail(p, "a message is not the one that was sent");
}

// Rings of cells.

INLINE struct cell *cell_of(struct ring *r, uint64_t i) { return (struct cell *)r->slots + (i & (depth - 1)); }

INLINE void put_cell(struct party *p, const uint64_t w[words]) {
	struct cell *c = cell_of(p->out, p->tail);
	for (unsigned turn = 0; load(&c->stamp) != 0; turn++) idle(p, turn);
	memcpy(c->w, w, sizeof c->w);
	store(&c->stamp, ++p->tail);
}

INLINE void get_cell(struct party *p, uint64_t w[words]) {
	struct cell *c = cell_of(p->in, p->head);
	for (unsigned turn = 0; load(&c->stamp) != p->head + 1; turn++) idle(p, turn);
	memcpy(w, c->w, sizeof c->w);
	store(&c->stamp, 0);
	p->head++;
}

INLINE void put_line(struct party *p, const uint64_t w[words]) {
	struct cell *c = cell_of(p->out, 0);
	memcpy(c->w, w, sizeof c->w);
	store(&c->stamp, ++p->turn);
}

INLINE void get_line(struct party *p, uint64_t w[words]) {
	struct cell *c = cell_of(p->out, 0);
	p->turn++;
	for (unsigned turn = 0; load(&c->stamp) != p->turn; turn++) idle(p, turn);
	memcpy(w, c->w, sizeof c->w);
}

INLINE int try_put_vyukov(struct party *p, const uint64_t w[words]) {
	for (;;) {
		uint64_t i = atomic_load_explicit(&p->out->tail, memory_order_relaxed);
		struct cell *c = cell_of(p->out, i);
		int64_t d = (int64_t)(load(&c->stamp) - i);
		if (d < 0) return 0;
		if (d > 0 || !atomic_compare_exchange_weak_explicit(&p->out->tail, &i, i + 1, memory_order_relaxed, memory_order_relaxed)) continue;
		memcpy(c->w, w, sizeof c->w);
		store(&c->stamp, i + 1);
		return 1;
	}
}

INLINE int try_get_vyukov(struct party *p, uint64_t w[words]) {
	for (;;) {
		uint64_t i = atomic_load_explicit(&p->in->head, memory_order_relaxed);
		struct cell *c = cell_of(p->in, i);
		int64_t d = (int64_t)(load(&c->stamp) - i - 1);
		if (d < 0) return 0;
		if (d > 0 || !atomic_compare_exchange_weak_explicit(&p->in->head, &i, i + 1, memory_order_relaxed, memory_order_relaxed)) continue;
		memcpy(w, c->w, sizeof c->w);
		store(&c->stamp, i + depth);
		return 1;
	}
}

INLINE void put_vyukov(struct party *p, const uint64_t w[words]) {
	for (unsigned turn = 0; !try_put_vyukov(p, w); turn++) idle(p, turn);
}

// get_vyukov returns 0 when all senders are done and the queue is empty.
INLINE int get_vyukov(struct party *p, uint64_t w[words]) {
	for (unsigned turn = 0;; turn++) {
		int done = p->senders > 1 && load(&p->board->ended) == p->senders;
		if (try_get_vyukov(p, w)) return 1;
		if (done) return 0;
		idle(p, turn);
	}
}

// Rings with indices of which each side keeps a copy. n is the bytes of a slot, which are a
// constant where they are 64.

INLINE char *slot_of(struct party *p, struct ring *r, uint64_t i, size_t n) { return r->slots + (i & (p->cap - 1)) * n; }

INLINE char *claim(struct party *p, size_t n) {
	for (unsigned turn = 0; p->tail - p->head_seen == p->cap; turn++) {
		p->head_seen = load(&p->out->head);
		if (p->tail - p->head_seen < p->cap) break;
		if (p->tail_shown != p->tail) store(&p->out->tail, p->tail_shown = p->tail);
		idle(p, turn);
	}
	return slot_of(p, p->out, p->tail, n);
}

INLINE void commit(struct party *p, unsigned every) {
	if (++p->tail - p->tail_shown >= every) store(&p->out->tail, p->tail_shown = p->tail);
}

INLINE const char *peek(struct party *p, size_t n) {
	for (unsigned turn = 0; p->tail_seen == p->head; turn++) {
		p->tail_seen = load(&p->in->tail);
		if (p->tail_seen != p->head) break;
		if (p->head_shown != p->head) store(&p->in->head, p->head_shown = p->head);
		idle(p, turn);
	}
	return slot_of(p, p->in, p->head, n);
}

INLINE void release(struct party *p, unsigned every) {
	if (++p->head - p->head_shown >= every) store(&p->in->head, p->head_shown = p->head);
}

INLINE void put_index(struct party *p, const uint64_t w[words], size_t n, unsigned every) {
	char *slot = claim(p, n);
	if (n == line) {
		memcpy(slot, w, 8 * words);
	} else {
		memcpy(p->buf, w, 8 * words);
		fill_lines(p->buf, n, w[0]);
		memcpy(slot, p->buf, n);
	}
	commit(p, every);
}

INLINE int get_index(struct party *p, size_t n, unsigned every, int copied) {
	uint64_t w[words];
	const char *slot = peek(p, n);
	if (copied && n != line) slot = memcpy(p->buf, slot, n);
	memcpy(w, slot, sizeof w);
	if (copied && n == line) {
		release(p, every); // what is checked is the copy
		return receive(p, w);
	}
	int last = receive(p, w);
	if (n != line) check_lines(p, slot, n, w[0]);
	release(p, every);
	return last;
}

// One message of any system. y and n are constants in each of the loops.

INLINE void put(struct party *p, enum system y, size_t n, uint64_t head) {
	uint64_t w[words];
	fill(w, head);
	p->sum += w[3];
	p->count++;
	switch (y) {
	case pingpong: put_line(p, w); break;
	case by_slot: put_cell(p, w); break;
	case vyukov: put_vyukov(p, w); break;
	case batch32: put_index(p, w, n, publish_every); break;
	default: put_index(p, w, n, 1);
	}
}

// get returns 1 for the last message, -1 if there is none any more.
INLINE int get(struct party *p, enum system y, size_t n) {
	uint64_t w[words];
	switch (y) {
	case pingpong: get_line(p, w); break;
	case by_slot: get_cell(p, w); break;
	case vyukov:
		if (!get_vyukov(p, w)) return -1;
		break;
	case batch32: return get_index(p, n, publish_every, 1);
	default: return get_index(p, n, 1, y == by_index);
	}
	return receive(p, w);
}

static void record(uint64_t ns) {
	unsigned i = (unsigned)ns;
	if (ns >= 1 << sub_bits) {
		unsigned e = 63 - (unsigned)__builtin_clzll(ns);
		i = ((e - sub_bits) << sub_bits) + (unsigned)(ns >> (e - sub_bits));
	}
	bucket[i]++;
}

// bucket_top is the longest time of a bucket.
static uint64_t bucket_top(unsigned i) {
	if (i < 2u << sub_bits) return i;
	unsigned shift = (i >> sub_bits) - 1;
	return (((uint64_t)(i & ((1 << sub_bits) - 1)) + (1 << sub_bits) + 1) << shift) - 1;
}

INLINE void ping(struct party *p, enum system y) {
	uint64_t at = now();
	int last = 0;
	for (uint64_t i = 0; !last; i++) {
		last = at >= p->limit;
		put(p, y, line, i | (last ? last_mark : 0));
		if (get(p, y, line) != last) fail(p, "what came back is not what was sent");
		uint64_t then = now();
		record(then - at);
		at = then;
	}
}

INLINE void pong(struct party *p, enum system y) {
	int last = 0;
	for (uint64_t i = 0; !last; i++) {
		last = get(p, y, line);
		put(p, y, line, i | (last ? last_mark : 0));
	}
}

INLINE void send_all(struct party *p, enum system y, size_t n) {
	uint64_t chunk = n < 1024 ? 64 : n < 1 << 16 ? (1 << 16) / n : 1, next = (uint64_t)(p->index / 2) << party_bit;
	for (int over = 0; !over;) {
		over = now() >= p->limit;
		for (uint64_t i = 0; i < chunk; i++) put(p, y, n, next++ | (over && p->senders == 1 && i == chunk - 1 ? last_mark : 0));
	}
	if (p->senders > 1) atomic_fetch_add(&p->board->ended, 1);
}

INLINE void receive_all(struct party *p, enum system y, size_t n) {
	while (get(p, y, n) == 0) {}
}

INLINE void fill_ring(struct party *p, enum system y) {
	uint64_t next = 0;
	for (uint64_t round = 1;; round++) {
		int over = now() >= p->limit;
		for (unsigned i = 0; i < depth; i++) put(p, y, line, next++ | (over && i == depth - 1 ? last_mark : 0));
		store(&p->board->filled, round);
		if (over) return;
		for (unsigned turn = 0; load(&p->board->drained) != round; turn++) idle(p, turn);
	}
}

INLINE void drain(struct party *p, enum system y) {
	int last = 0;
	for (uint64_t round = 1; !last; round++) {
		for (unsigned turn = 0; load(&p->board->filled) != round; turn++) idle(p, turn);
		uint64_t from = now();
		for (unsigned i = 0; i < depth; i++) last = get(p, y, line);
		p->spent += now() - from;
		store(&p->board->drained, round);
	}
}

// loops is the kinds that one system can do: the compiler makes them anew for each.
INLINE void loops(struct party *p, enum system y) {
	int sender = p->index == 0 || (p->senders == 2 && p->index % 2 == 0);
	int trips = y == pingpong || y == by_index || y == by_slot, backlogs = y == by_index || y == by_slot || y == in_place;
	if (trips && p->kind == trip) {
		if (p->index == 0) ping(p, y);
		else pong(p, y);
	} else if (backlogs && p->kind == backlog) {
		if (p->index == 0) fill_ring(p, y);
		else drain(p, y);
	} else if (y != pingpong && p->kind == stream && p->bytes == line) {
		if (sender) send_all(p, y, line);
		else receive_all(p, y, line);
	} else if ((y == by_index || y == in_place) && p->kind == stream) {
		if (sender) send_all(p, y, p->bytes);
		else receive_all(p, y, p->bytes);
	} else {
		fail(p, "no such case");
	}
}

static void run(struct party *p, enum system y) {
	switch (y) {
	case pingpong: loops(p, pingpong); break;
	case by_index: loops(p, by_index); break;
	case by_slot: loops(p, by_slot); break;
	case batch32: loops(p, batch32); break;
	case in_place: loops(p, in_place); break;
	default: loops(p, vyukov);
	}
}

static long forced(void) {
	struct rusage u;
	return getrusage(RUSAGE_SELF, &u) == 0 ? u.ru_nivcsw : 0;
}

static void measure(struct party *p, enum system y) {
	memset(bucket, 0, sizeof bucket);
	if (setjmp(p->failed) != 0) {
		dprintf(out_fd, "error %s\n", why);
		return;
	}
	while (now() < p->begin) pause_cpu();
	long before = forced();
	p->began = now();
	run(p, y);
	p->ended = now();
	FILE *out = fdopen(dup(out_fd), "w");
	if (out == NULL) exit(1);
	fprintf(out, "done %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %ld", p->count, p->sum, p->began, p->ended, p->spent, forced() - before);
	for (unsigned i = 0; i < buckets; i++)
		if (bucket[i] != 0) fprintf(out, " %" PRIu64 ":%" PRIu64, bucket_top(i), bucket[i]);
	fputs("\n", out);
	fclose(out);
}

// ready lays the memory out; the first party, which is asked first, empties it.
static void ready(struct party *p, enum system y) {
	size_t half = (memory_size - 4096) / 2;
	p->board = (struct board *)memory;
	struct ring *there = (struct ring *)(memory + 4096), *back = (struct ring *)(memory + 4096 + half);
	if (p->senders + p->receivers > 2) back = there;
	p->out = p->index == 0 || y == pingpong ? there : back;
	p->in = p->index == 0 ? back : there;
	p->cap = p->bytes == line ? depth : stream_ring / p->bytes;
	p->crowd = p->senders + p->receivers > 2;
	p->some = p->senders > 1 && p->receivers > 1;
	p->buf = aligned_alloc(line, p->bytes);
	if (p->buf == NULL) exit(1);
	memset(p->buf, 0, p->bytes);
	if (p->index != 0) return;
	memset(memory, 0, 4096);
	for (struct ring *r = there;; r = back) {
		memset(r, 0, sizeof *r);
		for (unsigned i = 0; i < depth; i++) store(&cell_of(r, i)->stamp, y == vyukov ? i : 0);
		if (r == back) break;
	}
}

static int named(const char *const list[], int n, const char *name) {
	for (int i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0) return i;
	return -1;
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

static void pin(int cpu) {
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	(void)sched_setaffinity(0, sizeof set, &set);
}

static void obey(const char *text, FILE *in) {
	static struct party p;
	memset(&p, 0, sizeof p);
	char kind[32], system[32], next[256];
	unsigned batch;
	int cpu;
	int n = sscanf(text, "run %31s %31s %u %u %u %d %zu %u", kind, system, &p.index, &p.senders, &p.receivers, &cpu, &p.bytes, &batch);
	if (strcmp(text, "hello\n") == 0) {
		hello();
		return;
	}
	int k = n == 8 ? named(kind_names, kinds, kind) : -1, y = n == 8 ? named(system_names, systems, system) : -1;
	if (k < 0 || y < 0 || p.bytes < line || p.bytes > stream_ring / 4 || p.bytes % line != 0 || p.index > 3) {
		dprintf(out_fd, "error no such command\n");
		return;
	}
	p.kind = (enum kind)k;
	pin(cpu);
	ready(&p, (enum system)y);
	dprintf(out_fd, "ready\n");
	if (fgets(next, sizeof next, in) != NULL && sscanf(next, "go %" SCNu64 " %" SCNu64, &p.begin, &p.limit) == 2)
		measure(&p, (enum system)y);
	else
		dprintf(out_fd, "error no window\n");
	free(p.buf);
}

int main(void) {
	signal(SIGINT, SIG_IGN); // Ctrl-C is for the one who started us
	const char *group = getenv("SHMENGINE_GROUP");
	if (group != NULL) setpgid(0, atoi(group));
	FILE *in = fdopen(in_fd, "r");
	struct stat st;
	if (in == NULL || fstat(memory_fd, &st) != 0) return 1;
	memory_size = (size_t)st.st_size;
	memory = mmap(NULL, memory_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, memory_fd, 0);
	if (memory == MAP_FAILED) return 1;
	char text[256];
	while (fgets(text, sizeof text, in) != NULL) obey(text, in);
	return 0; // the pipe is closed: the one who started us is done, or dead
}
