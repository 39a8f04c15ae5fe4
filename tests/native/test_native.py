"""What is compiled: nothing in it allocates, locks or raises; and what numba lacks does as it says."""

import ast
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numba import carray, cfunc, config, njit, typeof, types

from phosphene.engine.audio import callback, core, drift
from phosphene.engine.audio.clocks import FILLER as CALL
from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain import plan
from phosphene.engine.native import (
    FILL_SIGNATURE,
    aligned_zeros,
    cache,
    call_fill,
    descriptor_reader,
    flush_denormals,
    make_descriptor,
    native_function,
    restore_denormals,
)
from phosphene.engine.native.denormals import ARM, X86
from phosphene.engine.native.fft import inverse, make_fft, run_stage, stage_count, transform
from phosphene.engine.native.kernel import OPTIONS
from phosphene.engine.native.simd import load_lanes, load_wide, ramp_lanes, shift_lanes, store_interleaved, store_lanes
from tests.rings.test_rings_llvm import FORBIDDEN

NATIVES = {
    "play": core.play,
    "through": plan.through,
    "supply": core.supply,
    "drift": drift.supply,
    "output": callback.output_callback,
    "input": callback.input_callback,
    **{op: plan.entry_of(op) for op in EFFECTS},
}


def code(signature, function, **options):
    """The LLVM of a function, compiled afresh: one loaded from the cache has no code to inspect."""
    return cfunc(signature, **options)(function).inspect_llvm()


def faults(code):
    assert "define" in code
    return set(re.findall(FORBIDDEN, code))


@pytest.mark.parametrize("function", NATIVES.values(), ids=NATIVES)
def test_what_the_audio_thread_runs_neither_allocates_nor_locks_nor_raises(function):
    assert not faults(code(function.signature, function.function, **OPTIONS))


def allocates(state, block, frames):
    return int(np.zeros(frames).sum())


def divides(state, block, frames):
    return block // frames


def views(block, frames):
    return carray(block, frames)[0]


VIEWER = types.float32(types.CPointer(types.float32), types.int64)


@pytest.mark.parametrize(
    ("signature", "function", "options", "fault"),
    [
        (FILL_SIGNATURE, allocates, OPTIONS, "NRT_"),
        (FILL_SIGNATURE, divides, {}, "raise"),
        (VIEWER, views, {"error_model": "numpy"}, "gil_"),
    ],
    ids=["allocation", "division", "carray"],
)
def test_a_fault_would_be_seen(signature, function, options, fault):
    assert any(fault in name for name in faults(code(signature, function, **options)))


def test_division_is_clean_as_the_engine_compiles_it():
    assert not faults(code(FILL_SIGNATURE, divides, **OPTIONS))


class Inner(NamedTuple):
    grid: np.ndarray
    factor: float


class Outer(NamedTuple):
    before: int
    counts: np.ndarray
    inner: Inner
    pair: tuple
    sound: np.ndarray


def outer():
    rng = np.random.default_rng(3)
    inner = Inner(rng.normal(size=(3, 5)), -0.1)
    sound = rng.normal(size=(7, 2)).astype(np.float32)
    return Outer(-(2**62) - 1, rng.integers(-9, 9, 4), inner, (Inner(rng.normal(size=(2, 1)), 5e-324), 7), sound)


read_outer = descriptor_reader(typeof(outer()))


@native_function(FILL_SIGNATURE)
def copy_outer(source, target, unused):
    """Everything that one description leads to, into the arrays of another."""
    given, wanted = read_outer(source), read_outer(target)
    for n in range(given.counts.shape[0]):
        wanted.counts[n] = given.counts[n]
    for row in range(given.inner.grid.shape[0]):
        for column in range(given.inner.grid.shape[1]):
            wanted.inner.grid[row, column] = given.inner.grid[row, column] * given.inner.factor
    for n in range(given.sound.shape[0]):
        wanted.sound[n, 1] = given.sound[n, 1]
    wanted.sound[0, 0] = given.pair[1]
    wanted.pair[0].grid[1, 0] = given.pair[0].factor
    return given.before


def test_a_description_reads_back_as_what_it_describes():
    given, wanted = outer(), outer()
    for array in (wanted.counts, wanted.inner.grid, wanted.pair[0].grid, wanted.sound):
        array[:] = 0
    words = make_descriptor(given), make_descriptor(wanted)
    assert CALL(copy_outer.address)(words[0].ctypes.data, words[1].ctypes.data, 0) == given.before
    np.testing.assert_array_equal(wanted.counts, given.counts)
    np.testing.assert_array_equal(wanted.inner.grid, given.inner.grid * given.inner.factor)
    np.testing.assert_array_equal(wanted.sound[:, 1], given.sound[:, 1])
    assert wanted.sound[0, 0] == 7 and wanted.pair[0].grid.tolist() == [[0.0], [5e-324]]


def test_only_contiguous_arrays_are_described():
    with pytest.raises(TypeError, match=r"contiguous arrays, got strides \(16,\)"):
        make_descriptor((np.zeros(8)[::2],))


def test_two_owners_never_share_a_cache_line():
    arrays = [aligned_zeros((3, n), np.float32) for n in range(1, 40)]
    assert all(array.ctypes.data % 64 == 0 and not array.any() for array in arrays)


read_numbers = descriptor_reader(typeof((np.zeros(2),)))


@native_function(FILL_SIGNATURE)
def multiply(numbers, unused, place):
    found = read_numbers(numbers)[0]
    found[place] = found[0] * found[1]
    return 0


@native_function(FILL_SIGNATURE)
def multiply_flushed(numbers, address, place):
    mode = flush_denormals()
    call_fill(address, numbers, 0, place)
    restore_denormals(mode)
    return 0


@pytest.mark.skipif(not (X86 or ARM), reason=f"what {platform.machine()} does with denormals is not known")
def test_denormals_are_flushed_inside_and_not_behind():
    numbers = np.array([1e-300, 1e-10, 1.0, 1.0, 1.0])
    words = make_descriptor((numbers,))
    CALL(multiply.address)(words.ctypes.data, 0, 2)
    CALL(multiply_flushed.address)(words.ctypes.data, multiply.address, 3)
    CALL(multiply.address)(words.ctypes.data, 0, 4)
    assert numbers[2:].tolist() == [1e-310, 0.0, 1e-310]


@pytest.mark.parametrize(("dtype", "rounding"), [(np.float64, 1e-15), (np.float32, 5e-7)], ids=["double", "single"])
@pytest.mark.parametrize("length", [32, 64, 128, 1024, 8192])
def test_the_transform_is_numpys(length, dtype, rounding):
    rng, fft = np.random.default_rng(length), make_fft(length, dtype)
    x = rng.normal(size=length) + 1j * rng.normal(size=length)
    for _ in range(2):  # the second finds a used work space
        fft.real[:], fft.imag[:] = x.real, x.imag
        transform(fft)
        expected = np.fft.fft(x)
        np.testing.assert_allclose(fft.real + 1j * fft.imag, expected, rtol=0, atol=rounding * np.abs(expected).max())
    for index in range(stage_count(fft)):
        run_stage(inverse(fft), index)
    np.testing.assert_allclose((fft.real + 1j * fft.imag) / length, x, rtol=0, atol=10 * rounding)


@pytest.mark.parametrize("length", [0, 16, 48, 1000])
def test_a_length_that_the_transform_cannot_do_is_refused(length):
    with pytest.raises(ValueError, match=f"an FFT of {length}: its length must be a power of two, at least 32"):
        make_fft(length)


@pytest.mark.parametrize("group", [1, 4])
def test_four_runs_are_woven(group):
    target = np.zeros(37, np.float32)
    four = np.arange(32, dtype=np.float32).reshape(4, 8)

    @njit
    def woven(runs, target):
        runs = load_lanes(runs, 0), load_lanes(runs, 8), load_lanes(runs, 16), load_lanes(runs, 24)
        store_interleaved(target, 3, runs, group)

    woven(four.ravel(), target)
    np.testing.assert_array_equal(target[3:35], four.reshape(4, 8 // group, group).swapaxes(0, 1).ravel())
    assert not target[:3].any() and not target[35:].any()


@pytest.mark.parametrize("load, width", [(load_lanes, 8), (load_wide, 16)])
def test_lanes_calculate_with_their_like_and_with_one_number(load, width):
    x, y = (np.random.default_rng(seed).normal(size=3 * width).astype(np.float32) for seed in (1, 2))
    target, three = np.zeros_like(x), np.float32(3.0)

    @njit
    def calculate(x, y, target):
        here, after = load(x, 1), load(x, 1 + width)
        store_lanes(target, 0, (three - here) * load(y, 2) + three)
        store_lanes(target, width, shift_lanes(here, after, 3))
        here -= three
        store_lanes(target, 2 * width, here)

    calculate(x, y, target)
    here, other = x[1 : 1 + width], y[2 : 2 + width]
    np.testing.assert_array_equal(target, np.concatenate([(3 - here) * other + 3, x[4 : 4 + width], here - 3]))


def test_lanes_climb():
    target = np.zeros(16, np.float32)

    @njit
    def climbed(target, start, step):
        store_lanes(target, 0, ramp_lanes(start, step))

    climbed(target, np.float32(0.5), np.float32(-0.25))
    np.testing.assert_array_equal(target, 0.5 - 0.25 * np.arange(16))


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A copy of the engine, whose fingerprint is taken."""
    copy = tmp_path / "engine"
    shutil.copytree(cache.SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(cache, "SOURCE", copy)
    return copy


def test_a_change_of_a_kernels_source_is_another_folder(house):
    seen = [cache.fingerprint()]
    for room in cache.ROOMS:
        place = house / room
        files = [place] if place.is_file() else sorted(place.rglob("*.py"))
        assert files, f"there is no {room}"
        for file in files:
            file.write_bytes(file.read_bytes() + b"\n")
            seen.append(cache.fingerprint())
        files[-1].rename(files[-1].with_name("renamed.py"))
        seen.append(cache.fingerprint())
    assert len(seen) == len(set(seen))


def test_a_change_elsewhere_is_not(house):
    before = cache.fingerprint()
    (house / "cli.py").write_text("# another\n")
    assert cache.fingerprint() == before


def test_every_kernel_lies_in_a_room_that_is_watched():
    compiling = {"kernel", "native", "njit", "cfunc", "intrinsic"}
    found = set()
    for file in cache.SOURCE.rglob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Name)}
        if names & compiling:
            found.add(file.relative_to(cache.SOURCE).parts[0])
    assert found and found <= {*cache.ROOMS}


@pytest.mark.parametrize("first", ["numba", "phosphene.engine.native"])
def test_kernels_are_kept_in_our_folder_whoever_imports_numba_first(tmp_path, first):
    script = f"import {first}; from engine.rings import board, local; board.put(local(board.plan(2)), 0, 1.0)"
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    environment |= {"PHOSPHENE_CACHE": str(tmp_path), "PYTHONPATH": str(cache.SOURCE.parent)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
    assert list(tmp_path.glob("kernels/*/*/board.put*"))


def test_old_folders_are_dropped(tmp_path, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("PHOSPHENE_CACHE", str(tmp_path))
    monkeypatch.setattr(config, "CACHE_DIR", config.CACHE_DIR)  # set by settle, and back when we are done
    kernels = tmp_path / "kernels"
    for age in range(2 * cache.MAX_FOLDERS):
        old = kernels / f"old{age}"
        old.mkdir(parents=True)
        (old / "one.nbi").write_text("")
        os.utime(old, (1e9 - age, 1e9 - age))
    ours = cache.set_numba_cache_dir()
    kept = [ours.name, *(f"old{age}" for age in range(cache.MAX_FOLDERS - 1))]
    assert sorted(folder.name for folder in kernels.iterdir()) == sorted(kept)
    assert cache.set_numba_cache_dir() == ours == Path(os.environ["NUMBA_CACHE_DIR"])
