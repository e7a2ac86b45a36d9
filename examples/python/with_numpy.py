"""numpy on arrays of an arena, without a copy: what examples/publish publishes.

    python3 examples/python/with_numpy.py ARENA
"""
import sys

try:
    import numpy as np
except ImportError:
    sys.exit("with_numpy.py: this needs numpy (pip install numpy; Debian: apt-get install python3-numpy)")

import shmarena


def shape(v):
    """A view (shmarena.View of float64), from its 104 bytes."""
    w = v.cast("Q").tolist()
    first, rank, dims = w[3], w[4], w[5:13]
    if rank > 4 or any(n * s > 1 << 47 for n, s in zip(dims[::2], dims[1::2])):
        raise shmarena.Error("a view of impossible numbers")
    array = shmarena.Array(w[0] >> 32, w[1], w[2], 8)
    return array, first, dims[: 2 * rank : 2], dims[1 : 2 * rank : 2]


def main(name):
    with shmarena.Arena(name) as a:
        # An array of numbers is a buffer.
        mid = np.frombuffer(a.find("mid", "d")[0])
        print("mid", mid.dtype, mid.shape, mid.sum(), "owns its data:", mid.flags.owndata)

        # The same by path and offset, with numpy's own mapping.
        x = a.locate("mid", shmarena.number("f8"), 8)
        again = np.memmap(a.path, "f8", "r", x.offset, (x.length,))
        print("memmap", np.array_equal(mid, again))

        # A struct of Go is a structured type, with Go's offsets.
        kind = shmarena.record(16, (0, "ID", shmarena.number("u8")), (8, "X", shmarena.number("f4")), (12, "Y", shmarena.number("f4")))
        points = np.frombuffer(a.bytes(a.locate("points", kind, 16)), [("ID", "u8"), ("X", "f4"), ("Y", "f4")])
        print("points", points["ID"].sum(), points["Y"].mean())

        # A View is a shape: here the transpose of a part of a table.
        handle = shmarena.record(24, (0, "_", b"*" + bytes(8) + shmarena.number("f8")), (0, "id", shmarena.number("u8")),
                                 (8, "off", shmarena.number("u8")), (16, "n", shmarena.number("u8")))
        dim = shmarena.record(16, (0, "n", shmarena.number("u8")), (8, "stride", shmarena.number("u8")))
        kind = shmarena.record(104, (0, "array", handle), (24, "first", shmarena.number("u8")), (32, "rank", shmarena.number("u8")),
                               (40, "dims", b"[" + (4).to_bytes(8, "little") + dim))
        array, first, lengths, strides = shape(a.bytes(a.locate("table", kind, 104)))
        if not a.live(array):
            raise shmarena.Error("the view's array was freed")
        table = np.ndarray(lengths, "f8", a.bytes(array), 8 * first, [8 * s for s in strides])
        print("table", table.shape, table.tolist())

        # A whole .npy file in an array of bytes. np.load would look for its header at
        # offset 0 of the file; these five lines look where it is.
        x = a.locate("ticks.npy", shmarena.number("u1"), 1)
        with open(a.path, "rb") as f:
            f.seek(x.offset)
            assert np.lib.format.read_magic(f) == (1, 0)
            dims, fortran, dtype = np.lib.format.read_array_header_1_0(f)
            ticks = np.memmap(a.path, dtype, "r", f.tell(), dims, "F" if fortran else "C")
        print("ticks.npy", ticks.dtype, ticks.shape, ticks.tolist())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        main(sys.argv[1])
    except (shmarena.Error, OSError) as e:
        sys.exit(f"with_numpy.py: {e}")
