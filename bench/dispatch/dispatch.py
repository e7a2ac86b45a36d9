"""The rivals of package dispatch that are Python, with the standard library only:
multiprocessing.Pool (py-pool) and concurrent.futures.ProcessPoolExecutor (py-executor),
each with one worker.

Descriptors: 3 commands in, 4 answers out, 5 a lifeline.
"""
import collections
import concurrent.futures
import multiprocessing
import os
import signal
import sys
import threading
import time

IN_FLIGHT, CHUNK = 256, 256
MASK = (1 << 64) - 1
now = time.monotonic_ns


def end_with_coordinator():
    """Ends this process when the one that started the worker is gone."""

    def wait():
        os.read(5, 1)
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started us
    threading.Thread(target=wait, daemon=True).start()


def triple(x):
    return 3 * x + 1


class Pool:
    def __init__(self):
        self.pool = multiprocessing.Pool(1, end_with_coordinator)

    def submit(self, x):
        return self.pool.apply_async(triple, (x,))

    @staticmethod
    def result(f):
        return f.get()

    def map(self, xs):
        return self.pool.map(triple, xs, chunksize=1)

    def close(self):
        self.pool.terminate()
        self.pool.join()


class Executor:
    def __init__(self):
        self.pool = concurrent.futures.ProcessPoolExecutor(1, initializer=end_with_coordinator)

    def submit(self, x):
        return self.pool.submit(triple, x)

    @staticmethod
    def result(f):
        return f.result()

    def map(self, xs):
        return self.pool.map(triple, xs, chunksize=1)

    def close(self):
        self.pool.shutdown()


def roundtrip(does, i):
    return does.result(does.submit(i)), 1


def stream(does, i):
    under, total = collections.deque(), 0
    for k in range(i, i + CHUNK):
        if len(under) == IN_FLIGHT:
            total += does.result(under.popleft())
        under.append(does.submit(k))
    return total + sum(does.result(f) for f in under), CHUNK


def batch(does, i):
    return sum(does.map(range(i, i + CHUNK))), CHUNK


def run(does, kind, window):
    op = {"roundtrip": roundtrip, "stream": stream, "batch": batch}[kind]
    ops = total = took = 0
    waits, begin = [], now()
    while took < window or ops == 0:
        r, n = op(does, ops)
        ops, total, last = ops + n, total + r, took
        took = now() - begin
        waits.append(took - last)
    waits.sort()
    return ops, total & MASK, took, waits[len(waits) // 2], waits[len(waits) * 99 // 100]


def main():
    end_with_coordinator()
    does = {"py-pool": Pool, "py-executor": Executor}[sys.argv[1]]()
    lines, out = open(3), open(4, "w", buffering=1)
    try:
        while line := lines.readline():
            words = line.split()
            if words[0] == "hello":
                print("hello", f"CPython {sys.version.split()[0]}", file=out)
                continue
            try:
                print("done", *run(does, words[1], int(words[2])), file=out)
            except Exception as e:
                print(f"error {type(e).__name__}: {e}", file=out)
    finally:
        does.close()


main()
