"""Reads arenas of shmarena from Python: finds a published array by name and gives it
as a memoryview onto the shared pages, read-only, without a copy.

    with shmarena.Arena("prices") as a:
        mid, where = a.find("mid", "d") # "d" is float64; len(mid), mid[0], sum(mid)
        ...
        if not a.live(where): ...       # freed while it was being read

The standard library only. With numpy: numpy.frombuffer(mid); see with_numpy.py.

What it may do. It takes no slot of the arena's members, writes nothing, and so can
disturb nobody. It cannot lock or sleep in the arena either: what the values mean while
others write them is between the programs.

What keeps the arena there. A shared lock on two bytes behind the end of the file, until
close: a sweep of dead arenas leaves the name alone meanwhile, and the kernel gives the lock
up however this process ends. It keeps no array from being freed: ask live behind
what was read.

What it believes. Nothing: numbers of the file are read once and checked, and lead
nowhere outside it.

The bytes are drawn in docs/memory-layout.md; a test compares the numbers below with
those of the Go package. Little-endian, 64-bit Linux; Python 3.9 or later.
"""
import errno
import fcntl
import mmap
import os
import struct
import time
from collections import namedtuple

# What a file must say for the rest to be true.
MAGIC = b"SHMARENA"
VERSION = 3
PLATFORM = b"le64"
LAYOUT = 0x11de7c32958391d

# Where things are.
HEADER_SIZE = 128
HEADER_CHECKSUM = 124
MEMBERS_AT = 4096
MEMBERS_HEADER = 64
MEMBER_SIZE = 576
MAX_MEMBERS = 1023
ENTRY_SIZE = 128
HOLDS_SIZE = 32768
ENTRIES = 512
ENTRY_TYPE = 8
ENTRY_GENERATION = 16
ENTRY_OFFSET = 24
ENTRY_LENGTH = 32
ENTRY_NAME = 72
NAME_SIZE = 56
SPAN_SHIFT = 16
SPAN_BYTES = 32
SPAN_LARGE = 1
SPAN_SMALL = 5
SPAN_HELD = 6
KIND_SHIFT = 49
CELL_SIZE = 768
CELL_ALIGN = 128
TABLE_SIZE = 8192
TABLE_ALIGN = 4096
TABLE_BLOCKS_AT = 192
TABLE_BLOCKS = 1000
BLOCK_SHIFT = 62
BLOCK_LIVE = 2
MAX_SIZE = 1 << 47

# The sizes of small blocks, by class.
CLASSES = (64, 128, 192, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096, 5120, 6144,
           7168, 8192, 10880, 13056, 16384, 21824, 32768)

# Bytes that are locked, never read: the gate that a sweep closes, and the one of the
# readers behind it.
LOCK_GATE = 1 << 48
LOCK_BYTES = 2

HEADER = struct.Struct("<8sI4sQIIQQQqQI48sI")
NUMBERS = {"b": "i1", "h": "i2", "i": "i4", "q": "i8", "B": "u1", "H": "u2", "I": "u4", "Q": "u8", "f": "f4", "d": "f8"}


class Error(Exception):
    """The arena cannot be read; the message says why."""


def fnv(data):
    """FNV-1a of 64 bits: what types are hashed with."""
    h = 0xCBF29CE484222325
    for b in data:
        h = (h ^ b) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


def number(name):
    """The description of a number: i, u, f or c and its size, such as f8."""
    return struct.pack("<cQ", name[:1].encode(), int(name[1:]))


def record(size, *fields):
    """The description of a struct of Go: its size, and (offset, name, description) of
    each field, spelled as in Go."""
    text = struct.pack("<cQ", b"{", size)
    for offset, name, kind in fields:
        text += struct.pack("<cQcQ", b".", offset, b".", len(name)) + name.encode() + kind
    return text + struct.pack("<cQ", b"}", 0)


def crc32c(data):
    """CRC-32C, which zlib has not; it is done once for 124 bytes."""
    c = 0xFFFFFFFF
    for b in data:
        c ^= b
        for _ in range(8):
            c = c >> 1 ^ (0x82F63B78 if c & 1 else 0)
    return c ^ 0xFFFFFFFF


def align(n, to):
    return (n + to - 1) // to * to


# An array that was found: where its bytes are in the file.
Array = namedtuple("Array", "generation offset length size")


class Arena:
    """An arena that is being read. The name is that of the arena, or, with a slash in it,
    a path, such as /proc/self/fd/3 for one that has no name."""

    def __init__(self, name):
        named = "/" not in name
        self.path = "/dev/shm/shmarena-" + name if named else name
        self._tables = None
        self._fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (os.O_NOFOLLOW if named else 0))
        try:
            self._lock(named)
            self._check(os.pread(self._fd, HEADER_SIZE, 0), os.fstat(self._fd).st_size)
            self._tables = mmap.mmap(self._fd, self._blocks, mmap.MAP_SHARED, mmap.PROT_READ)
            self._words = memoryview(self._tables).cast("Q")
        except BaseException:
            self.close()
            raise

    def _lock(self, named):
        lock = struct.pack("hhqqi4x", fcntl.F_RDLCK, os.SEEK_SET, LOCK_GATE, LOCK_BYTES, 0)
        for tries in range(2001):
            try:
                fcntl.fcntl(self._fd, fcntl.F_OFD_SETLK, lock)
                break
            except OSError as e:  # a sweep holds it for some system calls
                if e.errno not in (errno.EAGAIN, errno.EACCES) or tries == 2000:
                    raise
                time.sleep(0.001)
        if named and os.fstat(self._fd).st_nlink == 0:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.path)

    def _check(self, head, file_size):
        """Checks the header and finds the tables: their places follow from two numbers."""
        if len(head) < HEADER_SIZE or head[:8] != MAGIC:
            raise Error("not an arena")
        _, version, platform, layout, self.id, members, _, capacity, size, _, _, _, _, checksum = HEADER.unpack(head)
        if crc32c(head[:HEADER_CHECKSUM]) != checksum:
            raise Error("arena is corrupt: header checksum")
        if (version, platform, layout) != (VERSION, PLATFORM, LAYOUT):
            raise Error("an arena of another version, platform or layout")
        if not 1 <= members <= MAX_MEMBERS or not 0 < capacity <= MAX_SIZE or capacity % (1 << SPAN_SHIFT):
            raise Error("arena is corrupt: header sizes")
        self._directory = align(MEMBERS_AT + MEMBERS_HEADER + MEMBER_SIZE * members, CELL_ALIGN) + CELL_SIZE * members
        self._holds = self._directory + ENTRIES * ENTRY_SIZE
        self._spans = self._holds + HOLDS_SIZE
        self._small = align(self._spans + (capacity >> SPAN_SHIFT) * SPAN_BYTES, TABLE_ALIGN)
        self._blocks = align(self._small + (capacity >> SPAN_SHIFT) * TABLE_SIZE, 1 << SPAN_SHIFT)
        self._size = self._blocks + capacity
        if self._size != size or size > file_size:
            raise Error("arena is corrupt: the file is shorter than it says")

    def close(self):
        """Gives up the memory and the lock. Views that are still in use keep theirs
        until they are gone."""
        if self._tables is not None:
            self._words.release()
            self._tables.close()
            self._tables = None
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _entries(self):
        """The entries in use: (name, words). One that changes meanwhile is read again."""
        n = ENTRY_SIZE // 8
        for at in range(self._directory // 8, self._holds // 8, n):
            for _ in range(1000):
                if self._words[at] != 1:
                    break
                once, again = (self._words[at : at + n].tolist() for _ in range(2))
                if once[0] == 1 and once == again:
                    name = struct.pack("<7Q", *once[ENTRY_NAME // 8 :])
                    yield name[1 : 1 + min(name[0], NAME_SIZE - 1)].decode(errors="replace"), once
                    break

    def names(self):
        """The names of all published arrays."""
        return [name for name, _ in self._entries()]

    def live(self, x):
        """Says whether the block of a located array is still the one that was published: a
        span, or a block in one that is cut into small blocks, whose table has a word for
        each."""
        if not self._blocks <= x.offset < self._size:
            return False
        span, inside = x.offset - self._blocks >> SPAN_SHIFT, x.offset % (1 << SPAN_SHIFT)
        at = (self._spans + span * SPAN_BYTES) // 8
        word, kind = self._words[at], self._words[at + 1] >> KIND_SHIFT
        if word >> 60 == SPAN_LARGE:
            return inside == 0 and word & (1 << 30) - 1 == x.generation
        if word >> 60 not in (SPAN_SMALL, SPAN_HELD) or not 1 <= kind <= len(CLASSES):
            return False
        i, rest = divmod(inside, CLASSES[kind - 1])
        if rest or i >= TABLE_BLOCKS or inside + CLASSES[kind - 1] > 1 << SPAN_SHIFT:
            return False
        word = self._words[(self._small + span * TABLE_SIZE + TABLE_BLOCKS_AT) // 8 + i]
        return word >> BLOCK_SHIFT == BLOCK_LIVE and word & (1 << 30) - 1 == x.generation

    def locate(self, name, description, size):
        """Finds a published array of elements of that description and size."""
        for found, e in self._entries():
            if found != name:
                continue
            if e[ENTRY_TYPE // 8] != fnv(description):
                raise Error(f"array {name!r} is of another type")
            x = Array(e[ENTRY_GENERATION // 8], e[ENTRY_OFFSET // 8], e[ENTRY_LENGTH // 8], size)
            if x.offset + x.length * size > self._size:
                raise Error(f"arena is corrupt: array {name!r} is longer than it")
            if not self.live(x):
                raise Error(f"array {name!r} was freed")
            return x
        raise Error(f"no array {name!r}")

    def bytes(self, x):
        """The bytes of a located array, as a memoryview onto the shared pages."""
        skip = x.offset % mmap.ALLOCATIONGRANULARITY
        m = mmap.mmap(self._fd, skip + x.length * x.size, mmap.MAP_SHARED, mmap.PROT_READ, offset=x.offset - skip)
        return memoryview(m)[skip:]

    def find(self, name, code):
        """A published array of numbers, as a memoryview of that format code, and where it
        is: b h i q for int8 to int64, B H I Q for uint8 to uint64, f d for float32 and
        float64."""
        kind = NUMBERS[code]
        x = self.locate(name, number(kind), int(kind[1:]))
        return self.bytes(x).cast(code), x
