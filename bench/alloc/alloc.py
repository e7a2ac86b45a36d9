"""The rivals of package alloc that are Python, with the standard library only:
multiprocessing.shared_memory (py-shm) and multiprocessing.Manager().dict() (py-manager).

Descriptors: 3 commands in, 4 answers out, 5 a lifeline. Commands and answers are those of
the workers in Go. Several parties are processes: the first is this one, the other is forked.
"""
import multiprocessing
import os
import signal
import struct
import sys
import threading
import time
from multiprocessing.managers import SyncManager
from multiprocessing.shared_memory import SharedMemory

WINDOW, KEYS, ODD, BIG = 64, 1 << 16, 0x9E3779B1, 256 << 20
MASK = (1 << 64) - 1
WORD = struct.Struct("<Q")
now = time.monotonic_ns


def end_with_coordinator():
    """Ends this process when the one that started the worker is gone."""

    def wait():
        os.read(5, 1)
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started us
    threading.Thread(target=wait, daemon=True).start()


def number(party, i):
    return (party + 1 << 48) + i


def key_of(party, i):
    return i * ODD % (1 << 64) % (KEYS // 2) * 2 + party


def value_of(key, n):
    return key * 31 + (n << 32) + 7


class Wrong(Exception):
    pass


class Job:
    def __init__(self, words):
        self.kind, self.index, self.parties = words[1], int(words[3]), int(words[4])
        self.cpus, self.bytes = [int(c) for c in words[5].split(",")], int(words[6])
        self.ops = self.sum = self.begun = self.ended = 0

    def tally(self):
        return f"done {self.ops} {self.sum & MASK} {self.begun} {self.ended or now()}"


class Shm:
    """py-shm: every block is a segment."""

    big = None

    def ready(self, j):
        if j.kind == "attach" and self.big is None:
            self.big = SharedMemory(create=True, size=BIG)
            for at in 0, BIG - 8:
                WORD.pack_into(self.big.buf, at, number(0, 0))

    def close(self):
        if self.big is not None:
            self.big.close()
            self.big.unlink()

    def run(self, j):
        getattr(self, j.kind)(j)

    def check(self, j, seg, want):
        first, last = WORD.unpack_from(seg.buf, 0)[0], WORD.unpack_from(seg.buf, j.bytes - 8)[0]
        if first != want or last != want:
            raise Wrong(f"a block holds {first:#x}, not {want:#x}")
        j.sum += first
        seg.close()
        seg.unlink()

    def pair(self, j):
        live, i = [None] * WINDOW, 0
        while i == 0 or now() < j.limit:
            if live[i % WINDOW] is not None:
                self.check(j, live[i % WINDOW], number(j.index, i - WINDOW))
            seg = SharedMemory(create=True, size=j.bytes)
            WORD.pack_into(seg.buf, 0, number(j.index, i))
            WORD.pack_into(seg.buf, j.bytes - 8, number(j.index, i))
            live[i % WINDOW] = seg
            i += 1
        j.ops = i
        for k in range(max(0, i - WINDOW), i):
            self.check(j, live[k % WINDOW], number(j.index, k))

    def create(self, j):
        while j.ops == 0 or now() < j.limit:
            seg = SharedMemory(create=True, size=j.bytes)
            WORD.pack_into(seg.buf, 0, number(j.index, j.ops))
            j.sum += WORD.unpack_from(seg.buf, 0)[0]
            j.ops += 1
            seg.close()
            seg.unlink()

    def fill(self, j):
        while j.ops == 0 or now() < j.limit:
            seg, word = SharedMemory(create=True, size=j.bytes), WORD.pack(number(j.index, j.ops))
            seg.buf[: j.bytes] = word * (j.bytes // 8)
            for at in range(0, j.bytes, 4096):
                if seg.buf[at : at + 8] != word:
                    raise Wrong("a block holds another number")
            j.sum += WORD.unpack_from(seg.buf, 0)[0]
            j.ops += 1
            seg.close()
            seg.unlink()

    def attach(self, j):
        while j.ops == 0 or now() < j.limit:
            seg = SharedMemory(self.big.name)
            first, last = WORD.unpack_from(seg.buf, 0)[0], WORD.unpack_from(seg.buf, BIG - 8)[0]
            if first != number(0, 0) or last != first:
                raise Wrong(f"the segment holds {first:#x}")
            j.sum += first
            j.ops += 1
            seg.close()


class Manager:
    """py-manager: a dict in a process of its own."""

    manager = table = None
    stale = True  # it was set since it was filled

    def ready(self, j):
        if self.manager is None:  # an abstract address: no file is left behind, whoever is killed
            self.manager = SyncManager(address=f"\0shmbench-alloc-{os.getpid()}", ctx=multiprocessing.get_context("fork"))
            self.manager.start(end_with_coordinator)
            self.table = self.manager.dict()
        if self.stale:
            self.table.update({k: value_of(k, 0) for k in range(KEYS)})
        self.stale = j.kind == "set"

    def close(self):
        if self.manager is not None:
            self.manager.shutdown()

    def run(self, j):
        getattr(self, j.kind)(j)

    def get(self, j):
        table = self.table
        while j.ops == 0 or now() < j.limit:
            j.sum += table[key_of(j.index, j.ops)]
            j.ops += 1

    def set(self, j):
        table, share = self.table, KEYS // 2
        while j.ops == 0 or now() < j.limit:
            table[key_of(j.index, j.ops)] = value_of(key_of(j.index, j.ops), j.ops // share + 1)
            j.ops += 1
        j.ended = now()
        whole = table.copy()
        j.sum = sum(whole[key_of(j.index, i)] for i in range(share))


def party(does, j):
    """Runs one party's window and returns the answer."""
    try:
        os.sched_setaffinity(0, j.cpus[j.index % len(j.cpus) :][:1])
        while now() < j.begin:
            pass
        j.begun = now()
        does.run(j)
        return j.tally()
    except Exception as e:
        return f"error {type(e).__name__}: {e}"


def forked(does, j, out):
    end_with_coordinator()
    out.send(party(does, j))


def parties(does, words, begin, limit):
    """Runs all parties and returns their answers."""
    others, jobs = [], [Job(words) for _ in range(int(words[4]))]
    for i, j in enumerate(jobs):
        j.index, j.begin, j.limit = i, begin, limit
    fork = multiprocessing.get_context("fork")
    for j in jobs[1:]:
        mine, its = fork.Pipe()
        p = fork.Process(target=forked, args=(does, j, its))
        p.start()
        others.append((p, mine))
    answers = [party(does, jobs[0])]
    for p, mine in others:
        answers.append(mine.recv())
        p.join()
    bad = [a for a in answers if a.startswith("error")]
    return bad[:1] or answers


def main():
    end_with_coordinator()
    does = {"py-shm": Shm, "py-manager": Manager}[sys.argv[1]]()
    lines, out = open(3), open(4, "w", buffering=1)
    print("hello", f"CPython {sys.version.split()[0]}", file=out)
    try:
        while line := lines.readline():
            words = line.split()
            try:
                does.ready(Job(words))
            except Exception as e:
                print(f"error {type(e).__name__}: {e}", file=out)
                continue
            print("ready", file=out)
            _, begin, limit = lines.readline().split()
            print(*parties(does, words, int(begin), int(limit)), sep="\n", file=out)
    finally:
        does.close()


main()
