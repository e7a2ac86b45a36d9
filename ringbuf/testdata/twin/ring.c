// A ring of fixed slots between one producer and one consumer, with indices that each side keeps a
// copy of: what a C program would use in the place of ringbuf.Bytes. The benchmark runs it beside.
//
// It takes the bytes of a slot and the number of slots, a power of two, forks, and pins itself to
// CPU 0 and the child, which is the consumer, to CPU 1. For each number on its input it moves so
// many messages, copied in and copied out, and prints the nanoseconds that took.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct ring {
	_Alignas(128) _Atomic uint64_t head;
	_Alignas(128) _Atomic uint64_t tail;
	_Alignas(128) _Atomic uint64_t done; // rounds that the consumer has finished
	_Alignas(128) char slots[];
};

static size_t size, slots;
static struct ring *ring;

static void fail(const char *what) {
	perror(what);
	exit(1);
}

static void pin(int cpu) {
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof set, &set); // without a second CPU the figures say so themselves
}

static void push(const char *b) {
	static uint64_t tail, head; // of the consumer, as last read
	while (tail - head == slots) {
		head = atomic_load_explicit(&ring->head, memory_order_acquire);
		if (tail - head == slots)
			__builtin_ia32_pause();
	}
	memcpy(ring->slots + (tail & (slots - 1)) * size, b, size);
	atomic_store_explicit(&ring->tail, ++tail, memory_order_release);
}

static void pop(char *b) {
	static uint64_t head, tail; // of the producer, as last read
	while (head == tail) {
		tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
		if (head == tail)
			__builtin_ia32_pause();
	}
	memcpy(b, ring->slots + (head & (slots - 1)) * size, size);
	atomic_store_explicit(&ring->head, ++head, memory_order_release);
}

static void consume(int in, int out) {
	char *b = malloc(size);
	uint64_t n, rounds = 0;
	pin(1);
	while (read(in, &n, sizeof n) == sizeof n) {
		if (write(out, "", 1) != 1)
			fail("write");
		while (n--)
			pop(b);
		atomic_store(&ring->done, ++rounds);
	}
	exit(0);
}

static uint64_t now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int main(int argc, char **argv) {
	if (argc != 3)
		return 2;
	size = strtoul(argv[1], 0, 10), slots = strtoul(argv[2], 0, 10);
	ring = mmap(0, sizeof *ring + size * slots, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	int to[2], from[2];
	if (ring == MAP_FAILED || pipe(to) || pipe(from))
		fail("twin");
	pid_t child = fork();
	if (child < 0)
		fail("fork");
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(to[1]);
		consume(to[0], from[1]);
	}
	pin(0);
	char *b = calloc(1, size), ready;
	uint64_t n, rounds = 0;
	while (scanf("%lu", &n) == 1) {
		if (write(to[1], &n, sizeof n) != sizeof n || read(from[0], &ready, 1) != 1)
			fail("consumer");
		uint64_t begin = now();
		for (uint64_t i = 0; i < n; i++)
			push(b);
		for (rounds++; atomic_load(&ring->done) != rounds;)
			__builtin_ia32_pause();
		printf("%lu\n", now() - begin);
		fflush(stdout);
	}
	close(to[1]);
	waitpid(child, 0, 0);
	return 0;
}
