"""The main job in multiprocessing.Pool, with the standard library only.

Descriptors: 3 commands in, 4 answers out, 5 the table, 6 a lifeline. The table is three
columns of int64, one after the other. Each command is a line; "run" answers with
one line of JSON; the end of the input ends the program.
"""
import array
import json
import multiprocessing
import os
import sys
import threading
from collections import Counter
from operator import mul

HOUR, HOURS = 3_600_000_000, 24
LOW, WIDTH, BINS = -60, 15, 20


def end_with_coordinator():
    """Ends this process when the one that started the pool is gone."""

    def wait():
        os.read(6, 1)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def chunk(columns):
    """Reduces one chunk: how often each delay occurs in each hour, and exact sums."""
    date, delay, distance = columns
    seen = Counter(zip([t // HOUR % HOURS for t in date], delay))
    return seen, sum(distance), sum(map(mul, distance, distance)), sum(map(mul, delay, distance))


def moments(n, sxy, sx, sy):
    """The sum of products of deviations; integers until the last division."""
    return (n * sxy - sx * sy) / n


def answer(parts):
    seen, y, yy, xy = Counter(), 0, 0, 0
    for s, a, b, c in parts:
        seen.update(s)
        y, yy, xy = y + a, yy + b, xy + c
    hours = [dict(n=0, sum=0, sq=0, min=0, max=0, hist=[0] * (BINS + 2)) for _ in range(HOURS)]
    for (h, x), k in seen.items():
        g = hours[h]
        g["min"] = min(g["min"], x) if g["n"] else x
        g["max"] = max(g["max"], x) if g["n"] else x
        g["n"] += k
        g["sum"] += k * x
        g["sq"] += k * x * x
        g["hist"][min(max((x - LOW) // WIDTH, -1), BINS) + 1] += k
    n, x, xx = (sum(g[f] for g in hours) for f in ("n", "sum", "sq"))
    for g in hours:
        if g["n"]:
            g["mean"], g["m2"] = g["sum"] / g["n"], moments(g["n"], g["sq"], g["sum"], g["sum"])
        del g["sum"], g["sq"]
    co = dict(n=n, mean_x=x / n, mean_y=y / n, m2_x=moments(n, xx, x, x), m2_y=moments(n, yy, y, y), c_xy=moments(n, xy, x, y))
    return dict(hours=hours, co=co)


def table(rows):
    columns = [array.array("q") for _ in range(3)]
    with open(5, "rb", closefd=False) as f:
        for c in columns:
            c.fromfile(f, rows)
    return columns


def main():
    workers, rows, size = (int(a) for a in sys.argv[1:4])
    columns = table(rows)
    out = open(4, "w")
    with multiprocessing.get_context("fork").Pool(workers, end_with_coordinator) as pool:
        end_with_coordinator()
        pids = [p.pid for p in multiprocessing.active_children()]
        print(json.dumps(dict(pids=pids, version=sys.version.split()[0])), file=out, flush=True)
        for _ in open(3):
            chunks = ([c[lo : lo + size] for c in columns] for lo in range(0, rows, size))
            print(json.dumps(answer(pool.imap_unordered(chunk, chunks))), file=out, flush=True)


main()
