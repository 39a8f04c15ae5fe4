"""The ground floor: what numba lacks, so that everything above can be written in Python."""

from phosphene.engine.native.cache import set_numba_cache_dir

set_numba_cache_dir()

from phosphene.engine.native.atomics import (
    bits_to_float,
    exchange,
    float_to_bits,
    load_acquire,
    load_relaxed,
    store_relaxed,
    store_release,
)
from phosphene.engine.native.denormals import flush_denormals, restore_denormals  # noqa: E402
from phosphene.engine.native.function_pointers import FILL_SIGNATURE, call_fill, call_process, compile_process  # noqa: E402
from phosphene.engine.native.kernel import ULONG, kernel, native_function  # noqa: E402
from phosphene.engine.native.memory import (
    address_of,
    aligned_zeros,
    audio_at,
    copy_rows,
    descriptor_reader,
    flat,
    load_float64,
    make_descriptor,
    pointer_to_int,
)
from phosphene.engine.native.reductions import dot, peak  # noqa: E402
from phosphene.engine.native.stream_clock import stream_time  # noqa: E402

__all__ = [
    "FILL_SIGNATURE",
    "ULONG",
    "address_of",
    "aligned_zeros",
    "pointer_to_int",
    "float_to_bits",
    "call_process",
    "copy_rows",
    "make_descriptor",
    "dot",
    "compile_process",
    "exchange",
    "call_fill",
    "flat",
    "bits_to_float",
    "flush_denormals",
    "audio_at",
    "kernel",
    "load_acquire",
    "load_float64",
    "load_relaxed",
    "native_function",
    "peak",
    "descriptor_reader",
    "restore_denormals",
    "store_relaxed",
    "store_release",
    "stream_time",
]
