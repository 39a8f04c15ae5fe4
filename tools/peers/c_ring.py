"""The ring in C11, for comparing speed: the same algorithm."""

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from numba import types

from phosphene.engine.audio.core import read_ring
from phosphene.engine.native import audio_at, make_descriptor, native_function
from phosphene.engine.rings import allocate, ring

FRAMES, CHANNELS, SIZE = 256, 2, 4096
SOURCE = """
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#define CHANNELS 2
typedef struct { _Alignas(64) _Atomic int64_t count; int64_t seen; } end;
typedef struct { float *rows; int64_t size; end written, taken; } ring;
static float memory[4096 * CHANNELS];
static ring r = { memory, 4096 };

static int64_t push(ring *r, const float *block, int64_t frames) {
    int64_t written = atomic_load_explicit(&r->written.count, memory_order_relaxed);
    if (r->size - (written - r->written.seen) < frames)
        r->written.seen = atomic_load_explicit(&r->taken.count, memory_order_acquire);
    int64_t free = r->size - (written - r->written.seen), n = frames < free ? frames : free;
    int64_t at = written & (r->size - 1), run = n < r->size - at ? n : r->size - at;
    memcpy(r->rows + at * CHANNELS, block, run * CHANNELS * sizeof(float));
    memcpy(r->rows, block + run * CHANNELS, (n - run) * CHANNELS * sizeof(float));
    atomic_store_explicit(&r->written.count, written + n, memory_order_release);
    return n;
}
static int64_t pull(ring *r, float *out, int64_t frames) {
    int64_t taken = atomic_load_explicit(&r->taken.count, memory_order_relaxed);
    if (r->taken.seen - taken < frames)
        r->taken.seen = atomic_load_explicit(&r->written.count, memory_order_acquire);
    int64_t ready = r->taken.seen - taken, n = frames < ready ? frames : ready;
    int64_t at = taken & (r->size - 1), run = n < r->size - at ? n : r->size - at;
    memcpy(out, r->rows + at * CHANNELS, run * CHANNELS * sizeof(float));
    memcpy(out + run * CHANNELS, r->rows, (n - run) * CHANNELS * sizeof(float));
    atomic_store_explicit(&r->taken.count, taken + n, memory_order_release);
    return n;
}
int64_t through(const float *block, float *out, int64_t frames, int64_t count) {
    int64_t moved = 0;
    for (int64_t k = 0; k < count; k++) { push(&r, block, frames); moved += pull(&r, out, frames); }
    return moved;
}
"""

BLOCK = np.random.default_rng(1).normal(0, 0.1, (FRAMES, CHANNELS)).astype(np.float32)
OUT = np.zeros_like(BLOCK)
RING = allocate(ring.layout(SIZE, CHANNELS))
DESCRIPTOR = make_descriptor(RING)


def build():
    """Compile and load the C library; returns None if there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        return None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        source = Path(folder) / "ring.c"
        source.write_text(SOURCE)
        target = source.with_suffix(".so")
        command = [compiler, "-O3", "-march=native", "-std=c11", "-shared", "-fPIC", "-o", str(target), str(source)]
        subprocess.run(command, check=True)
        library = ctypes.CDLL(str(target))  # stays loaded after the file is deleted
    library.through.restype = ctypes.c_int64
    library.through.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64]
    return library


def run_c(library, count):
    """Move `count` blocks through the ring in C."""
    assert library.through(BLOCK.ctypes.data, OUT.ctypes.data, FRAMES, count) == FRAMES * count


@native_function(types.int64(*[types.int64] * 4))
def through(line, block, out, count):
    """Push and pull as the audio thread does: through addresses."""
    moved = 0
    for _ in range(count):
        ring.push(read_ring(line), audio_at(block, FRAMES, CHANNELS))
        moved += ring.pull(read_ring(line), audio_at(out, FRAMES, CHANNELS))
    return moved


def run_native(count):
    """Move `count` blocks through our ring."""
    function = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * 4)(through.address)
    assert function(DESCRIPTOR.ctypes.data, BLOCK.ctypes.data, OUT.ctypes.data, count) == FRAMES * count
