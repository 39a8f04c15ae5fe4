"""What numba lacks: atomics, SIMD lanes, functions by address, an FFT, and the cache of compiled kernels."""

from phosphene.engine.native.cache import set_numba_cache_dir

set_numba_cache_dir()

from phosphene.engine.native.atomics import (  # noqa: E402
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
from phosphene.engine.native.memory import (  # noqa: E402
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
    "audio_at",
    "bits_to_float",
    "call_fill",
    "call_process",
    "compile_process",
    "copy_rows",
    "descriptor_reader",
    "dot",
    "exchange",
    "flat",
    "float_to_bits",
    "flush_denormals",
    "kernel",
    "load_acquire",
    "load_float64",
    "load_relaxed",
    "make_descriptor",
    "native_function",
    "peak",
    "pointer_to_int",
    "restore_denormals",
    "store_relaxed",
    "store_release",
    "stream_time",
]
