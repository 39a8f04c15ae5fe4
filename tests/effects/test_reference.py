"""The kernels, compared with plain numpy and scipy."""

import numpy as np
import pytest

from phosphene.engine.common.params import default_values
from phosphene.engine.effects import EFFECTS
from tools.bench.evolution_recovery import music
from tools.peers import reference_effects

RATE = 48_000
MUSIC = music(4, RATE, 1.0)


def kernel_and_reference(op, x=MUSIC, **params_changed):
    params = {name: float(value) for name, value in (default_values(EFFECTS[op].PARAMS) | params_changed).items()}
    return run_kernel(EFFECTS[op], x, np.array([*params.values()])), reference_effects.OPERATORS[op](
        x.astype(float), RATE, **params
    )


def run_kernel(effect, x, params):
    """The output of an operator, without the guard of a plan."""
    if hasattr(effect, "render"):
        return effect.render(x, RATE, params)
    state = effect.init(float(RATE), x.shape[1])
    if hasattr(state, "smoothed"):
        state.smoothed[:] = params
    latency = effect.latency(float(RATE)) if hasattr(effect, "latency") else 0
    out = np.concatenate([x, np.zeros((latency, x.shape[1]), np.float32)])
    effect.process(state, params, out, out)
    return out[latency:]


def decibels(x):
    return 10 * np.log10(np.mean(np.square(x)) + 1e-20)


def error(found, expected):
    """The error in dB relative to the expected output."""
    return decibels(found - expected) - decibels(expected)


@pytest.mark.parametrize(
    "op, params_changed",
    [
        ("volume", {"gain": -7.0}),
        ("volume", {"gain": 12.0}),
        ("fade", {"fade_in": 0.2, "fade_out": 0.5}),
        ("fade", {"fade_in": 3.0, "fade_out": 1.0}),
        ("trim", {"threshold": -20.0, "start": 0.1, "end": 0.8}),
        ("echo", {"time": 0.05, "feedback": 0.8, "damping": 0.5, "mix": 0.7}),
        ("echo", {"time": 0.3, "feedback": 0.5, "damping": 0.0, "pingpong": 1.0}),
        ("echo", {"time": 0.01, "feedback": 0.9, "damping": 1.0, "pingpong": 0.4}),
    ],
)
def test_kernel_equals_the_reference(op, params_changed):
    found, expected = kernel_and_reference(op, **params_changed)
    assert found.shape == expected.shape and error(found, expected) < -80
    assert found.shape != MUSIC.shape or error(found, MUSIC) > -40, "the effect did nothing, so this proved nothing"


def test_slow_sine_follows_the_distortion_curve():
    x = np.sin(2 * np.pi * 50 * np.arange(RATE) / RATE).astype(np.float32)[:, None]
    for drive in (6.0, 20.0, 34.0):
        found, _ = kernel_and_reference("distort", x, drive=drive)
        assert error(found[2_000:-2_000], reference_effects.curve(x, drive)[2_000:-2_000]) < -50


@pytest.mark.parametrize("decay", [0.5, 2.0])
def test_both_reverbs_have_the_given_decay(decay):
    impulse = np.zeros((4 * RATE, 2), np.float32)
    impulse[0] = 1.0
    for output in kernel_and_reference("reverb", impulse, decay=decay, damping=0.0, mix=1.0, modulation=0.0):
        remaining = np.cumsum(np.sum(np.square(output[::-1].astype(float)), axis=1))[::-1]
        level = 10 * np.log10(remaining / remaining[0] + 1e-20)
        fallen = np.argmax(level < -35) - np.argmax(level < -5)
        assert 2 * fallen / RATE == pytest.approx(decay, rel=0.1)
