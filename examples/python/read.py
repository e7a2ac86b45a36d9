"""Prints the sum of a published array of float64, as another program has it now.

    python3 examples/python/read.py ARENA NAME
    python3 examples/python/read.py ARENA NAME wait     again for each line of its input

examples/publish makes an arena to try it on. The standard library only.
"""
import math
import sys

import shmarena


def print_sum(a, values, where):
    total = math.fsum(values)
    if not a.live(where):
        raise shmarena.Error("the array was freed")
    print(f"{len(values)} float64, sum {total:.17g}", flush=True)


def main(name, array, wait=None):
    with shmarena.Arena(name) as a:
        values, where = a.find(array, "d")
        print_sum(a, values, where)
        for _ in sys.stdin if wait else ():
            print_sum(a, values, where)


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (shmarena.Error, OSError) as e:
        sys.exit(f"read.py: {e}")
