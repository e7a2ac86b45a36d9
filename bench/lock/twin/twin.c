// The rivals of package lock that are C: pthread, pthread-robust, sem and ofd.
//
// This program is a worker like those in Go: it reads lines from descriptor 3,
// answers on descriptor 4, and maps descriptor 5, the board (layout.go has the
// drawing). Several of it run at once and share the locks in the board's cell.
// The loops do step for step what loops_futex.go does, with the same think
// time, the same clock and the same order of loads and stores.
//
// The lock functions are calls into the C library, through the procedure
// linkage table, as in any program that uses them: that is part of what they
// cost. There is no function pointer and no switch inside a loop: each is
// compiled for its lock.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { workers = 4, buckets = 2048, in_fd = 3, out_fd = 4, board_fd = 5 };

// What lies in the board; layout.go says who writes what.
struct slot {
	uint64_t ops, begin, end, max, serial, sink, pad[2];
	uint64_t bucket[buckets];
};

struct cell {
	union {
		pthread_mutex_t mutex;
		pthread_rwlock_t rwlock;
		pthread_barrier_t barrier;
		sem_t sem;
		char size[56];
	};
	uint64_t count; // in the lock's cache line, as a guarded word often is
	struct {
		pthread_mutex_t mutex;
		pthread_cond_t cond;
		uint32_t set;
	} event;
};

struct board {
	_Alignas(64) _Atomic uint32_t start;
	_Alignas(64) _Atomic uint32_t stop;
	_Alignas(64) _Atomic uint64_t stamp;
	_Alignas(64) _Atomic uint32_t asleep;
	_Alignas(64) _Atomic uint64_t last;
	_Alignas(64) struct cell cell;
	_Alignas(4096) struct slot slot[workers];
};

_Static_assert(offsetof(struct cell, count) == 56, "the counter shares the lock's line");
_Static_assert(sizeof(struct cell) <= 4096 - 320, "the cell ends before the slots");
_Static_assert(offsetof(struct board, last) == 256 && offsetof(struct board, cell) == 320, "layout.go");
_Static_assert(offsetof(struct board, slot) == 4096 && sizeof(struct slot) == 64 + 8 * buckets, "layout.go");

static struct board *board;
static int lock_fd;          // this process's own description, for ofd
static uint64_t think_turns; // of think, for the time that was asked for

// A job is one line "run".
struct job {
	char kind[32], system[32];
	unsigned index, parties, seq;
	int cpu;
	uint64_t ops;
};

static void reply(const char *text) {
	size_t n = strlen(text);
	if (write(out_fd, text, n) != (ssize_t)n) exit(1);
}

static void fail(const char *what, int code) {
	char text[256];
	snprintf(text, sizeof text, "error %s: %s\n", what, strerror(code));
	reply(text);
}

static uint64_t now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static inline void pause_cpu(void) {
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ __volatile__("isb");
#endif
}

// think computes for as many turns of four steps: each waits for the one before,
// so that a turn takes the same time in Go and in C, and turns are few enough for
// a processor to foresee the last. What it begins with was read under the lock,
// so that a processor cannot begin before it has the lock.
__attribute__((noinline)) static uint64_t think(uint64_t x, uint64_t turns) {
	const uint64_t f = 6364136223846793005u, c = 1442695040888963407u;
	for (; turns > 0; turns--) {
		x = (x ^ c) * f;
		x = (x ^ c) * f;
		x = (x ^ c) * f;
		x = (x ^ c) * f;
	}
	return x;
}

static volatile uint64_t sink;
static const uint64_t run_in = 25000000; // ns, clock.go has why

// calibrate finds how many turns take ns.
static uint64_t calibrate(uint64_t ns) {
	enum { turns = 200000, tries = 15 };
	uint64_t best = UINT64_MAX;
	for (int i = 0; i < tries; i++) {
		uint64_t begin = now();
		sink = think(sink, turns);
		uint64_t took = now() - begin;
		if (took < best) best = took;
	}
	return (ns * turns + best / 2) / best;
}

// warm_up computes for the time of the run-in, as the workers in Go do.
static void warm_up(void) {
	for (uint64_t until = now() + run_in; now() < until;) sink = think(sink, think_turns);
}

// bucket_of returns a wait's bucket, as Go's bucketOf does.
static inline unsigned bucket_of(uint64_t ns) {
	if (ns < 64) return (unsigned)ns;
	unsigned e = 63 - (unsigned)__builtin_clzll(ns);
	unsigned i = (e - 6) * 64 + (unsigned)(ns >> (e - 6));
	return i < buckets ? i : buckets - 1;
}

// record counts one wait.
static inline void record(struct slot *s, uint64_t ns) {
	if (ns > s->max) s->max = ns;
	s->bucket[bucket_of(ns)]++;
}

static inline int file_lock(short type) {
	struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};
	int rc;
	do rc = fcntl(lock_fd, F_OFD_SETLKW, &l); while (rc != 0 && errno == EINTR);
	return rc == 0 ? 0 : errno;
}

static inline int sem_take(sem_t *s) {
	int rc;
	do rc = sem_wait(s); while (rc != 0 && errno == EINTR);
	return rc == 0 ? 0 : errno;
}

static inline int sem_give(sem_t *s) { return sem_post(s) == 0 ? 0 : errno; }

// PAIRS makes the loops of one lock: n pairs alone; pairs among others until it
// is over; and the same with each wait recorded.
#define PAIRS(name, LOCK, UNLOCK)                                              \
	static int name##_alone(struct job *j, struct slot *s) {               \
		struct cell *c = &board->cell;                                 \
		int rc;                                                        \
		for (uint64_t n = j->ops; n > 0; n--) {                        \
			if ((rc = LOCK) != 0) return rc;                       \
			c->count++;                                            \
			if ((rc = UNLOCK) != 0) return rc;                     \
		}                                                              \
		s->ops = j->ops;                                               \
		return 0;                                                      \
	}                                                                      \
	static int name##_contend(struct job *j, struct slot *s) {             \
		struct cell *c = &board->cell;                                 \
		uint64_t n = 0, x = j->index, turns = think_turns;             \
		int rc;                                                        \
		do {                                                           \
			if ((rc = LOCK) != 0) return rc;                       \
			uint64_t seen = ++c->count;                            \
			if ((rc = UNLOCK) != 0) return rc;                     \
			n++;                                                   \
			x = think(x ^ seen, turns);                            \
		} while (board->stop == 0);                                    \
		s->ops = n, s->sink = x;                                          \
		return 0;                                                      \
	}                                                                      \
	static int name##_timed(struct job *j, struct slot *s) {               \
		struct cell *c = &board->cell;                                 \
		uint64_t n = 0, x = j->index, turns = think_turns;             \
		int rc;                                                        \
		do {                                                           \
			uint64_t begin = now();                                \
			if ((rc = LOCK) != 0) return rc;                       \
			uint64_t took = now() - begin;                         \
			uint64_t seen = ++c->count;                            \
			if ((rc = UNLOCK) != 0) return rc;                     \
			record(s, took);                                       \
			n++;                                                   \
			x = think(x ^ seen, turns);                            \
		} while (board->stop == 0);                                    \
		s->ops = n, s->sink = x;                                          \
		return 0;                                                      \
	}

PAIRS(mutex, pthread_mutex_lock(&c->mutex), pthread_mutex_unlock(&c->mutex))
PAIRS(sem, sem_take(&c->sem), sem_give(&c->sem))
PAIRS(ofd, file_lock(F_WRLCK), file_lock(F_UNLCK))

// READS makes the loop of readers. What each did is added up under the lock
// for writing.
#define READS(name, RLOCK, WLOCK, UNLOCK)                                      \
	static int name##_read(struct job *j, struct slot *s) {                \
		struct cell *c = &board->cell;                                 \
		uint64_t n = 0;                                                \
		int rc;                                                        \
		(void)j;                                                       \
		do {                                                           \
			if ((rc = RLOCK) != 0) return rc;                      \
			if ((rc = UNLOCK) != 0) return rc;                     \
			n++;                                                   \
		} while (board->stop == 0);                                    \
		s->ops = n, s->end = now();                                    \
		if ((rc = WLOCK) != 0) return rc;                              \
		c->count += n;                                                 \
		return UNLOCK;                                                 \
	}

READS(rwlock, pthread_rwlock_rdlock(&c->rwlock), pthread_rwlock_wrlock(&c->rwlock), pthread_rwlock_unlock(&c->rwlock))
READS(ofd, file_lock(F_RDLCK), file_lock(F_WRLCK), file_lock(F_UNLCK))

// barrier_rounds passes the barrier until worker 0 has named the last round.
static int barrier_rounds(struct job *j, struct slot *s) {
	struct cell *c = &board->cell;
	uint64_t serial = 0, r = 1;
	for (;; r++) {
		if (j->index == 0 && board->stop != 0) board->last = r;
		int rc = pthread_barrier_wait(&c->barrier);
		if (rc == PTHREAD_BARRIER_SERIAL_THREAD) serial++;
		else if (rc != 0) return rc;
		uint64_t last = board->last;
		if (last != 0 && last <= r) break;
	}
	s->ops = r, s->serial = serial;
	return 0;
}

// calm is how long the waker lets the sleeper fall asleep.
static const uint64_t calm = 200000;

// awaited returns when the sleeper is asleep for round r, at the time to wake it.
static void awaited(uint64_t r) {
	while (board->asleep != (uint32_t)r) pause_cpu();
	for (uint64_t until = now() + calm; now() < until;) pause_cpu();
	board->stamp = now();
}

static int cond_wake(struct job *j, struct slot *s) {
	struct cell *c = &board->cell;
	for (uint64_t r = 1; r <= j->ops; r++) {
		if (j->index == 0) {
			awaited(r);
			pthread_mutex_lock(&c->event.mutex);
			c->event.set = 1;
			pthread_mutex_unlock(&c->event.mutex);
			pthread_cond_broadcast(&c->event.cond);
			continue;
		}
		board->asleep = (uint32_t)r;
		pthread_mutex_lock(&c->event.mutex);
		while (c->event.set == 0) pthread_cond_wait(&c->event.cond, &c->event.mutex);
		pthread_mutex_unlock(&c->event.mutex);
		record(s, now() - board->stamp);
		pthread_mutex_lock(&c->event.mutex);
		c->event.set = 0;
		pthread_mutex_unlock(&c->event.mutex);
	}
	s->ops = j->ops;
	return 0;
}

static int sem_wake(struct job *j, struct slot *s) {
	struct cell *c = &board->cell;
	int rc;
	for (uint64_t r = 1; r <= j->ops; r++) {
		if (j->index == 0) {
			awaited(r);
			if ((rc = sem_give(&c->sem)) != 0) return rc;
			continue;
		}
		board->asleep = (uint32_t)r;
		if ((rc = sem_take(&c->sem)) != 0) return rc;
		record(s, now() - board->stamp);
	}
	s->ops = j->ops;
	return 0;
}

static const struct loop {
	const char *kind, *system;
	int (*run)(struct job *, struct slot *);
} loops[] = {
	{"alone", "pthread", mutex_alone}, {"alone", "pthread-robust", mutex_alone},
	{"alone", "sem", sem_alone}, {"alone", "ofd", ofd_alone},
	{"contend", "pthread", mutex_contend}, {"contend", "pthread-robust", mutex_contend},
	{"contend", "sem", sem_contend}, {"contend", "ofd", ofd_contend},
	{"timed", "pthread", mutex_timed}, {"timed", "pthread-robust", mutex_timed},
	{"timed", "sem", sem_timed}, {"timed", "ofd", ofd_timed},
	{"read", "pthread", rwlock_read}, {"read", "ofd", ofd_read},
	{"rounds", "pthread", barrier_rounds},
	{"pair", "sem", sem_alone},
	{"wake", "pthread", cond_wake}, {"wake", "sem", sem_wake},
};

// An adaptive mutex spins before it sleeps, where the library has that; it costs
// more where nobody else wants it.
static void init_mutex(pthread_mutex_t *m, int robust, int adaptive) {
	pthread_mutexattr_t a;
	pthread_mutexattr_init(&a);
	pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
	if (robust) pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
#ifdef __GLIBC__
	else if (adaptive) pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ADAPTIVE_NP);
#else
	(void)adaptive;
#endif
	pthread_mutex_init(m, &a);
}

// set makes the lock of one kind and system anew. Nobody uses it now.
static void set(const char *kind, const char *system, unsigned parties) {
	struct cell *c = &board->cell;
	memset(c, 0, sizeof *c);
	if (strcmp(kind, "wake") == 0) {
		pthread_condattr_t a;
		pthread_condattr_init(&a);
		pthread_condattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
		pthread_cond_init(&c->event.cond, &a);
		init_mutex(&c->event.mutex, 0, 0);
		sem_init(&c->sem, 1, 0);
	} else if (strcmp(kind, "read") == 0) {
		pthread_rwlockattr_t a;
		pthread_rwlockattr_init(&a);
		pthread_rwlockattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
		pthread_rwlock_init(&c->rwlock, &a);
	} else if (strcmp(kind, "rounds") == 0) {
		pthread_barrierattr_t a;
		pthread_barrierattr_init(&a);
		pthread_barrierattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
		pthread_barrier_init(&c->barrier, &a, parties);
	} else if (strcmp(system, "sem") == 0) {
		sem_init(&c->sem, 1, 1);
	} else {
		init_mutex(&c->mutex, strcmp(system, "pthread-robust") == 0, strcmp(kind, "alone") != 0);
	}
}

static void pin(int cpu) {
	if (cpu < 0) return;
	cpu_set_t s;
	CPU_ZERO(&s);
	CPU_SET((size_t)cpu, &s);
	if (sched_setaffinity(0, sizeof s, &s) != 0) {
		fail("pin to a CPU", errno);
		exit(1);
	}
}

// run does what one line "run" asks for.
static void run(struct job *j) {
	int (*body)(struct job *, struct slot *) = NULL;
	for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
		if (strcmp(loops[i].kind, j->kind) == 0 && strcmp(loops[i].system, j->system) == 0) body = loops[i].run;
	if (body == NULL || j->index >= workers) {
		fail("run", EINVAL);
		return;
	}
	struct slot *s = &board->slot[j->index];
	memset(s, 0, sizeof *s);
	pin(j->cpu);
	reply("ready\n");
	while (board->start != j->seq) sched_yield();
	if (strcmp(j->kind, "contend") == 0) warm_up();
	s->begin = now();
	int rc = body(j, s);
	if (s->end == 0) s->end = now();
	if (rc != 0) fail(j->system, rc);
	else reply("done\n");
}

// own takes the lock and keeps it: the process is going to be killed.
static void own(const char *system, int cpu) {
	pin(cpu);
	int rc = strcmp(system, "ofd") == 0 ? file_lock(F_WRLCK) : pthread_mutex_lock(&board->cell.mutex);
	if (rc != 0) fail("own", rc);
	else reply("held\n");
}

// inherit waits for the lock of an owner that is killed meanwhile.
static void inherit(const char *system, unsigned index, int cpu) {
	struct slot *s = &board->slot[index % workers];
	memset(s, 0, sizeof *s);
	pin(cpu);
	reply("waiting\n");
	int ofd = strcmp(system, "ofd") == 0;
	s->begin = now();
	int rc = ofd ? file_lock(F_WRLCK) : pthread_mutex_lock(&board->cell.mutex);
	s->end = now();
	s->ops = 1;
	if (!ofd && rc == EOWNERDEAD) rc = pthread_mutex_consistent(&board->cell.mutex);
	else if (!ofd && rc == 0) rc = EALREADY; // nobody told us of the death
	if (rc == 0) rc = ofd ? file_lock(F_UNLCK) : pthread_mutex_unlock(&board->cell.mutex);
	if (rc != 0) fail("inherit", rc);
	else reply("done\n");
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

static void obey(const char *line) {
	struct job j = {.cpu = -1};
	unsigned long long ns, ops;
	if (sscanf(line, "run %31s %31s %u %u %d %llu %u", j.kind, j.system, &j.index, &j.parties, &j.cpu, &ops, &j.seq) == 7) {
		j.ops = ops;
		run(&j);
	} else if (sscanf(line, "set %31s %31s %u", j.kind, j.system, &j.parties) == 3) {
		set(j.kind, j.system, j.parties);
		reply("ok\n");
	} else if (sscanf(line, "calibrate %llu %d", &ns, &j.cpu) == 2) {
		pin(j.cpu);
		dprintf(out_fd, "turns %llu\n", (unsigned long long)calibrate(ns));
	} else if (sscanf(line, "think %llu", &ops) == 1) {
		think_turns = ops;
		reply("ok\n");
	} else if (sscanf(line, "own %31s %d", j.system, &j.cpu) == 2) {
		own(j.system, j.cpu);
	} else if (sscanf(line, "inherit %31s %u %d", j.system, &j.index, &j.cpu) == 3) {
		inherit(j.system, j.index, j.cpu);
	} else if (sscanf(line, "bucket %llu", &ns) == 1) { // for tests
		dprintf(out_fd, "bucket %u\n", bucket_of(ns));
	} else if (strcmp(line, "count\n") == 0) {
		dprintf(out_fd, "count %llu\n", (unsigned long long)board->cell.count);
	} else if (strcmp(line, "hello\n") == 0) {
		hello();
	} else {
		fail("command", EINVAL);
	}
}

int main(void) {
	signal(SIGINT, SIG_IGN); // Ctrl-C is for the one who started us
	const char *group = getenv("SHMENGINE_GROUP");
	if (group != NULL) setpgid(0, atoi(group));
	board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, board_fd, 0);
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", board_fd);
	lock_fd = open(path, O_RDWR | O_CLOEXEC);
	FILE *in = fdopen(in_fd, "r");
	if (board == MAP_FAILED || lock_fd < 0 || in == NULL) {
		fprintf(stderr, "twin: %s\n", strerror(errno));
		return 1;
	}
	char line[256];
	while (fgets(line, sizeof line, in) != NULL) obey(line);
	return 0; // the pipe is closed: the one who started us is done, or dead
}
