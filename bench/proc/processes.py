# Measures multiprocessing with one start method. Reads lines "KIND N" from descriptor 3 and
# answers each with a line of JSON on descriptor 4: N times [before, child's, after].
import json
import multiprocessing as mp
import multiprocessing.connection
import os
import platform
import sys
import time

now = time.monotonic_ns

# What a child runs is found by name in every process: exec is.
STAMP = "import time; t = time.monotonic_ns(); c.send(t)"
STAY = "import time; t = time.monotonic_ns(); c.send(t); time.sleep(3600)"


def fresh(ctx, kind):
    mine, its = ctx.Pipe(False)
    code = STAY if kind == "death" else STAMP
    p = ctx.Process(target=exec, args=(code, {"c": its}))
    before = now()
    p.start()
    its.close()
    want = 0
    if kind == "death":
        mine.recv()
        time.sleep(0.002)
        before = now()
        p.kill()
        mp.connection.wait([p.sentinel])
        p.join()
        after, want, stamp = now(), -9, before
    else:
        p.join()
        after = now()
        stamp = mine.recv()
    if p.exitcode != want:
        raise SystemExit("exit code %r, not %d" % (p.exitcode, want))
    mine.close()
    p.close()
    return [before, stamp, after]


def standby(pool, kind):
    if kind == "idle":
        time.sleep(0.002)
    before = now()
    stamp = pool.apply(time.monotonic_ns)
    return [before, stamp, now()]


def stop_helpers():
    # They would end by themselves, but after this process: nobody could wait for them.
    try:
        from multiprocessing import forkserver, resource_tracker
        forkserver._forkserver._stop()
        resource_tracker._resource_tracker._stop()
    except Exception:
        pass


def main():
    ctx = mp.get_context(sys.argv[1])
    pool = None
    answers = os.fdopen(4, "w", buffering=1)
    os.set_inheritable(3, False)
    os.set_inheritable(4, False)
    answers.write(json.dumps(platform.python_version()) + "\n")
    for line in os.fdopen(3):
        kind, n = line.split()
        if kind in ("hot", "idle"):
            if pool is None:
                pool = ctx.Pool(1)
            pool.apply(time.monotonic_ns)
            got = [standby(pool, kind) for _ in range(int(n))]
        else:
            got = [fresh(ctx, kind) for _ in range(int(n))]
        answers.write(json.dumps(got) + "\n")
    if pool is not None:
        pool.close()
        pool.join()
    stop_helpers()


main()
