"""The ground floor: what numba lacks, so that everything above can be written in Python."""

from phosphene.engine.native.cache import settle

settle()

from phosphene.engine.native.atomics import (
    bits_of,
    exchange,
    float_of,
    load_acquire,
    load_relaxed,
    store_relaxed,
    store_release,
)
from phosphene.engine.native.denormals import flush_denormals, restore_denormals  # noqa: E402
from phosphene.engine.native.function_pointers import FILLER, call, entry, fill  # noqa: E402
from phosphene.engine.native.kernel import ULONG, kernel, native  # noqa: E402
from phosphene.engine.native.memory import (
    address_of,
    aligned,
    as_word,
    copy_rows,
    describe,
    flat,
    interleaved,
    load_float64,
    reader_of,
)
from phosphene.engine.native.reductions import dot, peak  # noqa: E402
from phosphene.engine.native.stream_clock import stream_time  # noqa: E402

__all__ = [
    "FILLER",
    "ULONG",
    "address_of",
    "aligned",
    "as_word",
    "bits_of",
    "call",
    "copy_rows",
    "describe",
    "dot",
    "entry",
    "exchange",
    "fill",
    "flat",
    "float_of",
    "flush_denormals",
    "interleaved",
    "kernel",
    "load_acquire",
    "load_float64",
    "load_relaxed",
    "native",
    "peak",
    "reader_of",
    "restore_denormals",
    "store_relaxed",
    "store_release",
    "stream_time",
]
