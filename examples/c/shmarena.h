/* Reads arenas of shmarena from C: finds a published array by name and maps it,
 * read-only, without a copy.
 *
 *     struct shmarena a;
 *     struct shmarena_array x;
 *     if (shmarena_open(&a, "prices") != 0 ||
 *         shmarena_find(&a, "mid", SHMARENA_FLOAT64, &x) != 0)
 *             errx(1, "%s", a.error);
 *     const double *p = shmarena_map(&a, &x, sizeof *p);   // x.length elements
 *     ...
 *     if (!shmarena_live(&a, &x)) ...             // freed while it was being read
 *     shmarena_close(&a);
 *
 * What it may do. It takes no slot of the arena's members, writes nothing, and so
 * can disturb nobody. It cannot lock or sleep in the arena either: what the values
 * mean while others write them is between the programs. Aligned numbers of 8 bytes
 * or less are never torn.
 *
 * What keeps the arena there. A shared lock on two bytes behind the end of the file,
 * from shmarena_open to shmarena_close: a sweep of dead arenas leaves the name
 * alone meanwhile, and the kernel gives the lock up however this process ends. It keeps
 * no array from being freed: ask shmarena_live behind what was read.
 *
 * What it believes. Nothing: numbers of the file are loaded once and checked, and
 * lead nowhere outside it. A file in /dev/shm that is cut short while it is mapped is
 * SIGBUS, as for everybody.
 *
 * The bytes are drawn in docs/memory-layout.md; a test compares the numbers below with
 * those of the Go package. C11, little-endian, 64-bit Linux.
 */
#ifndef SHMARENA_H
#define SHMARENA_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a file must say for the rest to be true. */
#define SHMARENA_MAGIC "SHMARENA"
#define SHMARENA_VERSION 3
#define SHMARENA_PLATFORM "le64"
#define SHMARENA_LAYOUT UINT64_C(0x11de7c32958391d)

/* Where things are. */
#define SHMARENA_HEADER_SIZE 128
#define SHMARENA_HEADER_CHECKSUM 124
#define SHMARENA_MEMBERS_AT 4096
#define SHMARENA_MEMBERS_HEADER 64
#define SHMARENA_MEMBER_SIZE 576
#define SHMARENA_MAX_MEMBERS 1023
#define SHMARENA_ENTRY_SIZE 128
#define SHMARENA_HOLDS_SIZE 32768
#define SHMARENA_ENTRIES 512
#define SHMARENA_ENTRY_TYPE 8
#define SHMARENA_ENTRY_GENERATION 16
#define SHMARENA_ENTRY_OFFSET 24
#define SHMARENA_ENTRY_LENGTH 32
#define SHMARENA_ENTRY_NAME 72
#define SHMARENA_NAME_SIZE 56
#define SHMARENA_SPAN_SHIFT 16
#define SHMARENA_SPAN_BYTES 32
#define SHMARENA_SPAN_LARGE 1
#define SHMARENA_SPAN_SMALL 5
#define SHMARENA_SPAN_HELD 6
#define SHMARENA_KIND_SHIFT 49
#define SHMARENA_CELL_SIZE 768
#define SHMARENA_CELL_ALIGN 128
#define SHMARENA_TABLE_SIZE 8192
#define SHMARENA_TABLE_ALIGN 4096
#define SHMARENA_TABLE_BLOCKS_AT 192
#define SHMARENA_TABLE_BLOCKS 1000
#define SHMARENA_BLOCK_SHIFT 62
#define SHMARENA_BLOCK_LIVE 2
#define SHMARENA_MAX_SIZE (UINT64_C(1) << 47)

/* Bytes that are locked, never read: the gate that a sweep closes, and the one of
 * the readers behind it. */
#define SHMARENA_LOCK_GATE (INT64_C(1) << 48)
#define SHMARENA_LOCK_BYTES 2

struct shmarena_header {
	char magic[8];
	uint32_t version;
	char platform[4];
	uint64_t layout;
	uint32_t id, members;
	uint64_t asked, capacity, size;
	int64_t created;
	uint64_t keep;
	uint32_t flags;
	char zero[48];
	uint32_t checksum;
};

struct shmarena_entry {
	uint64_t state, type, generation, offset, length, unused[4];
	char name[SHMARENA_NAME_SIZE]; /* one byte of length, then its bytes */
};

struct shmarena_span {
	uint64_t ctrl; /* state:4 | owner:30 | generation:30 */
	uint64_t ext;  /* kind:15 | slack:17 | spans:32 */
	uint64_t room, table;
};

/* An array, as it lies in shared memory too. */
struct shmarena_array {
	uint32_t arena, generation;
	uint64_t offset, length;
};

/* A shape over one: element (i, j) is element first + i dims[0].stride + j dims[1].stride. */
struct shmarena_view {
	struct shmarena_array array;
	uint64_t first, rank;
	struct {
		uint64_t length, stride;
	} dims[4];
};

_Static_assert(sizeof(struct shmarena_header) == SHMARENA_HEADER_SIZE, "header");
_Static_assert(offsetof(struct shmarena_header, checksum) == SHMARENA_HEADER_CHECKSUM, "header");
_Static_assert(sizeof(struct shmarena_entry) == SHMARENA_ENTRY_SIZE, "entry");
_Static_assert(offsetof(struct shmarena_entry, type) == SHMARENA_ENTRY_TYPE, "entry");
_Static_assert(offsetof(struct shmarena_entry, generation) == SHMARENA_ENTRY_GENERATION, "entry");
_Static_assert(offsetof(struct shmarena_entry, offset) == SHMARENA_ENTRY_OFFSET, "entry");
_Static_assert(offsetof(struct shmarena_entry, length) == SHMARENA_ENTRY_LENGTH, "entry");
_Static_assert(offsetof(struct shmarena_entry, name) == SHMARENA_ENTRY_NAME, "entry");
_Static_assert(sizeof(struct shmarena_span) == SHMARENA_SPAN_BYTES, "span");
_Static_assert(sizeof(struct shmarena_array) == 24, "array");
_Static_assert(sizeof(struct shmarena_view) == 104, "view");

/* A type of elements: what the directory calls it, and its size. Numbers are described
 * by their kind ('i', 'u', 'f', 'c') and size; see docs/memory-layout.md for structs. */
struct shmarena_type {
	uint64_t hash, size;
};

static inline uint64_t shmarena_fnv(const unsigned char *b, size_t n) {
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (; n > 0; n--) h = (h ^ *b++) * UINT64_C(0x100000001b3);
	return h;
}

static inline struct shmarena_type shmarena_number(char kind, uint64_t size) {
	unsigned char b[9] = {(unsigned char)kind};
	memcpy(b + 1, &size, 8);
	return (struct shmarena_type){shmarena_fnv(b, sizeof b), size};
}

#define SHMARENA_FLOAT64 shmarena_number('f', 8)
#define SHMARENA_FLOAT32 shmarena_number('f', 4)
#define SHMARENA_INT64 shmarena_number('i', 8)
#define SHMARENA_INT32 shmarena_number('i', 4)
#define SHMARENA_UINT64 shmarena_number('u', 8)
#define SHMARENA_UINT8 shmarena_number('u', 1)

/* An arena that is being read. error says why a call failed. */
struct shmarena {
	int fd;
	const unsigned char *tables; /* everything before the blocks */
	uint64_t members, directory, spans, span_count, small, blocks, size;
	uint32_t id;
	char error[160];
};

static inline int shmarena_fail(struct shmarena *a, const char *what, int code) {
	snprintf(a->error, sizeof a->error, "%s%s%s", what, code ? ": " : "", code ? strerror(code) : "");
	return -1;
}

/* CRC-32C, bit by bit: it is done once for 124 bytes. */
static inline uint32_t shmarena_crc(const unsigned char *b, size_t n) {
	uint32_t c = ~UINT32_C(0);
	for (; n > 0; n--) {
		c ^= *b++;
		for (int i = 0; i < 8; i++) c = (c >> 1) ^ (UINT32_C(0x82f63b78) & -(c & 1));
	}
	return ~c;
}

static inline uint64_t shmarena_align(uint64_t n, uint64_t to) { return (n + to - 1) & ~(to - 1); }

/* Checks the header and finds the tables: their places follow from two numbers. */
static inline int shmarena_header_ok(struct shmarena *a, const struct shmarena_header *h, uint64_t file_size) {
	if (memcmp(h->magic, SHMARENA_MAGIC, 8) != 0) return shmarena_fail(a, "not an arena", 0);
	if (shmarena_crc((const unsigned char *)h, SHMARENA_HEADER_CHECKSUM) != h->checksum) return shmarena_fail(a, "arena is corrupt: header checksum", 0);
	if (h->version != SHMARENA_VERSION || memcmp(h->platform, SHMARENA_PLATFORM, 4) != 0 || h->layout != SHMARENA_LAYOUT)
		return shmarena_fail(a, "an arena of another version, platform or layout", 0);
	if (h->members < 1 || h->members > SHMARENA_MAX_MEMBERS || h->capacity == 0 || h->capacity > SHMARENA_MAX_SIZE ||
	    h->capacity % (1 << SHMARENA_SPAN_SHIFT) != 0)
		return shmarena_fail(a, "arena is corrupt: header sizes", 0);
	a->id = h->id;
	a->members = h->members;
	a->span_count = h->capacity >> SHMARENA_SPAN_SHIFT;
	a->directory = SHMARENA_CELL_SIZE * a->members +
	               shmarena_align(SHMARENA_MEMBERS_AT + SHMARENA_MEMBERS_HEADER + SHMARENA_MEMBER_SIZE * a->members, SHMARENA_CELL_ALIGN);
	a->spans = a->directory + SHMARENA_ENTRIES * SHMARENA_ENTRY_SIZE + SHMARENA_HOLDS_SIZE;
	a->small = shmarena_align(a->spans + a->span_count * SHMARENA_SPAN_BYTES, SHMARENA_TABLE_ALIGN);
	a->blocks = shmarena_align(a->small + a->span_count * SHMARENA_TABLE_SIZE, 1 << SHMARENA_SPAN_SHIFT);
	a->size = a->blocks + h->capacity;
	if (a->size != h->size || a->size > file_size) return shmarena_fail(a, "arena is corrupt: the file is shorter than it says", 0);
	return 0;
}

/* Takes the shared lock, for as long as the file is open, and looks whether the arena
 * still has its name then. */
static inline int shmarena_lock(struct shmarena *a, int named) {
	struct flock l = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = SHMARENA_LOCK_GATE, .l_len = SHMARENA_LOCK_BYTES};
	struct stat st;
	for (int tries = 0; fcntl(a->fd, F_OFD_SETLK, &l) != 0; tries++) { /* a sweep holds it for some system calls */
		if ((errno != EAGAIN && errno != EACCES && errno != EINTR) || tries == 2000) return shmarena_fail(a, "lock the arena", errno);
		usleep(1000);
	}
	if (fstat(a->fd, &st) != 0) return shmarena_fail(a, "fstat", errno);
	if (named && st.st_nlink == 0) return shmarena_fail(a, "open the arena", ENOENT);
	return 0;
}

static inline void shmarena_close(struct shmarena *a) {
	if (a->tables != NULL) munmap((void *)a->tables, a->blocks);
	if (a->fd >= 0) close(a->fd);
	a->tables = NULL, a->fd = -1;
}

/* Opens the arena of a name; with a slash in it, of a path, such as /proc/self/fd/3 for
 * one that has no name. 0, or -1 with a->error. */
static inline int shmarena_open(struct shmarena *a, const char *name) {
	char path[300];
	int named = strchr(name, '/') == NULL;
	struct shmarena_header h;
	struct stat st;
	memset(a, 0, sizeof *a);
	if (snprintf(path, sizeof path, "%s%s", named ? "/dev/shm/shmarena-" : "", name) >= (int)sizeof path)
		return a->fd = shmarena_fail(a, "open the arena", ENAMETOOLONG);
	a->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (named ? O_NOFOLLOW : 0));
	if (a->fd < 0) return shmarena_fail(a, "open the arena", errno);
	if (fstat(a->fd, &st) != 0 || !S_ISREG(st.st_mode) || pread(a->fd, &h, sizeof h, 0) != (ssize_t)sizeof h) {
		shmarena_fail(a, "not an arena", 0);
	} else if (shmarena_lock(a, named) == 0 && shmarena_header_ok(a, &h, (uint64_t)st.st_size) == 0) {
		void *m = mmap(NULL, a->blocks, PROT_READ, MAP_SHARED, a->fd, 0);
		if (m != MAP_FAILED) {
			a->tables = m;
			return 0;
		}
		shmarena_fail(a, "map the arena", errno);
	}
	shmarena_close(a);
	return -1;
}

static inline uint64_t shmarena_load(const uint64_t *p) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); }

/* Copies an entry of the directory, word by word; 0 if it is not in use. An entry
 * that changes meanwhile is copied again. */
static inline int shmarena_entry_at(const struct shmarena *a, unsigned i, struct shmarena_entry *e) {
	enum { words = SHMARENA_ENTRY_SIZE / 8 };
	const uint64_t *from = (const uint64_t *)(const void *)(a->tables + a->directory + i * SHMARENA_ENTRY_SIZE);
	for (int tries = 0; tries < 1000 && shmarena_load(from) == 1; tries++) {
		uint64_t once[words], again[words];
		for (int w = 0; w < words; w++) once[w] = shmarena_load(from + w);
		for (int w = 0; w < words; w++) again[w] = shmarena_load(from + w);
		if (once[0] == 1 && memcmp(once, again, sizeof once) == 0) {
			memcpy(e, once, sizeof once);
			return 1;
		}
	}
	return 0;
}

/* The sizes of small blocks, by class. */
static const uint16_t shmarena_classes[] = {64, 128, 192, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096, 5120, 6144, 7168, 8192, 10880, 13056, 16384, 21824, 32768};

/* Says whether the array's block is still the one that was published: a span, or a
 * block in one that is cut into small blocks, whose table has a word for each. */
static inline int shmarena_live(const struct shmarena *a, const struct shmarena_array *x) {
	if (x->arena != a->id || x->offset < a->blocks || x->offset >= a->size) return 0;
	uint64_t span = (x->offset - a->blocks) >> SHMARENA_SPAN_SHIFT, in = x->offset % (1 << SHMARENA_SPAN_SHIFT);
	const struct shmarena_span *s = (const struct shmarena_span *)(const void *)(a->tables + a->spans) + span;
	uint64_t word = shmarena_load(&s->ctrl), kind = shmarena_load(&s->ext) >> SHMARENA_KIND_SHIFT;
	const uint64_t generation = (UINT64_C(1) << 30) - 1;
	if (word >> 60 == SHMARENA_SPAN_LARGE) return in == 0 && (word & generation) == x->generation;
	if (word >> 60 != SHMARENA_SPAN_SMALL && word >> 60 != SHMARENA_SPAN_HELD) return 0;
	if (kind < 1 || kind > sizeof shmarena_classes / sizeof *shmarena_classes) return 0;
	uint64_t size = shmarena_classes[kind - 1], i = in / size;
	if (in % size != 0 || i >= SHMARENA_TABLE_BLOCKS || in + size > 1 << SHMARENA_SPAN_SHIFT) return 0;
	const uint64_t *table = (const void *)(a->tables + a->small + span * SHMARENA_TABLE_SIZE + SHMARENA_TABLE_BLOCKS_AT);
	word = shmarena_load(table + i);
	return word >> SHMARENA_BLOCK_SHIFT == SHMARENA_BLOCK_LIVE && (word & generation) == x->generation;
}

/* Finds a published array of that type. 0, or -1 with a->error. */
static inline int shmarena_find(struct shmarena *a, const char *name, struct shmarena_type t, struct shmarena_array *x) {
	char key[SHMARENA_NAME_SIZE] = {0};
	size_t n = strlen(name);
	struct shmarena_entry e;
	if (n < 1 || n >= sizeof key) return shmarena_fail(a, "a name has 1 to 55 bytes", 0);
	key[0] = (char)n;
	memcpy(key + 1, name, n);
	for (unsigned i = 0; i < SHMARENA_ENTRIES; i++) {
		if (!shmarena_entry_at(a, i, &e) || memcmp(e.name, key, sizeof key) != 0) continue;
		if (e.type != t.hash) return shmarena_fail(a, "the array is of another type", 0);
		if (e.offset > a->size || e.length > (a->size - e.offset) / t.size) return shmarena_fail(a, "arena is corrupt: an array is longer than it", 0);
		*x = (struct shmarena_array){a->id, (uint32_t)e.generation, e.offset, e.length};
		if (!shmarena_live(a, x)) return shmarena_fail(a, "the array was freed", 0);
		return 0;
	}
	return shmarena_fail(a, "no array of that name", 0);
}

/* Maps the bytes of an array that was found, read-only, at a 64-byte boundary; NULL with
 * a->error. Unmap with shmarena_unmap. */
static inline const void *shmarena_map(struct shmarena *a, const struct shmarena_array *x, uint64_t element) {
	uint64_t skip = x->offset % (uint64_t)sysconf(_SC_PAGESIZE);
	const char *m = mmap(NULL, skip + x->length * element, PROT_READ, MAP_SHARED, a->fd, (off_t)(x->offset - skip));
	if (m == MAP_FAILED) {
		shmarena_fail(a, "map the array", errno);
		return NULL;
	}
	return m + skip;
}

static inline void shmarena_unmap(const struct shmarena_array *x, const void *p, uint64_t element) {
	uint64_t skip = x->offset % (uint64_t)sysconf(_SC_PAGESIZE);
	munmap((char *)p - skip, skip + x->length * element);
}

#endif
