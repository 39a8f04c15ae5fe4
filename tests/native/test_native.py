"""Compiled code for the audio thread: nothing in it allocates, locks or raises."""

import re

import numpy as np
import pytest
from numba import carray, cfunc, types

from phosphene.engine.audio import callback, core, drift
from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain import plan
from phosphene.engine.native import FILL_SIGNATURE
from phosphene.engine.native.kernel import OPTIONS
from tests.rings.test_rings_llvm import FORBIDDEN

NATIVES = {
    "play": core.play,
    "through": plan.play_whole,
    "supply": core.fill_from_ring,
    "drift": drift.fill_from_drift,
    "output": callback.output_callback,
    "input": callback.input_callback,
    **{op: plan.compiled_operator(op) for op in EFFECTS},
}


def llvm_of(signature, function, **options):
    """The LLVM of a function, newly compiled: one loaded from the cache has no code to inspect."""
    return cfunc(signature, **options)(function).inspect_llvm()


def faults(code):
    """The forbidden names in LLVM code."""
    assert "define" in code
    return set(re.findall(FORBIDDEN, code))


@pytest.mark.parametrize("function", NATIVES.values(), ids=NATIVES)
def test_audio_thread_code_has_no_allocation_lock_or_raise(function):
    assert not faults(llvm_of(function.signature, function.function, **OPTIONS))


def allocates(state, block, frames):
    return int(np.zeros(frames).sum())


def divides(state, block, frames):
    return block // frames


def reads_carray(block, frames):
    return carray(block, frames)[0]


CARRAY_SIGNATURE = types.float32(types.CPointer(types.float32), types.int64)


@pytest.mark.parametrize(
    ("signature", "function", "options", "fault"),
    [
        (FILL_SIGNATURE, allocates, OPTIONS, "NRT_"),
        (FILL_SIGNATURE, divides, {}, "raise"),
        (CARRAY_SIGNATURE, reads_carray, {"error_model": "numpy"}, "gil_"),
    ],
    ids=["allocation", "division", "carray"],
)
def test_each_fault_is_detected(signature, function, options, fault):
    assert any(fault in name for name in faults(llvm_of(signature, function, **options)))


def test_division_does_not_raise_with_the_engines_options():
    assert not faults(llvm_of(FILL_SIGNATURE, divides, **OPTIONS))
