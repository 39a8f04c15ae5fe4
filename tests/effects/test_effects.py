"""Properties of every operator, and of volume and the DC blocker."""

import ctypes

import numpy as np
import pytest

from phosphene.engine.effects import EFFECTS, volume
from phosphene.engine.effects.chain import plan
from phosphene.engine.native import make_descriptor
from phosphene.engine.rings import board_layout

RATE = 48_000.0
OPERATOR = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 6)
RNG = np.random.default_rng(11)
SPLITS = {
    **{str(n): [n] for n in (1, 17, 64, 255, 256, 257, 1024)},
    "random": RNG.integers(1, 700, 40).tolist(),
}
MOVES = {0: 0.25, 3_001: 0.7, 5_555: 0.1}  # from this sample on, every parameter is at this share of its range

INACTIVE = {"speed"}  # in a plan; it acts on the source
LINKED = {"noise_reduction", "pitch", "reverb", "trim"}  # linked channels, which keeps the stereo image

each = pytest.mark.parametrize("effect", EFFECTS.values(), ids=EFFECTS)


def noise(frames=8_192, channels=2):
    return np.random.default_rng(7).normal(0, 0.1, (frames, channels)).astype(np.float32)


def at(effect, share):
    return np.array([p.low + share * (p.high - p.low) for p in effect.PARAMS])


def values(effect, **named):
    return np.array([named.get(p.name, p.default) for p in effect.PARAMS])


def runner(effect, channels, rate=RATE):
    """A function of (params, block, out) that processes a block with a new state."""
    state = effect.init(rate, channels)
    return lambda params, block, out: effect.process(state, params, block, out)


def runner_by_address(op, channels):
    state = EFFECTS[op].init(RATE, channels)
    words, process = make_descriptor(state), OPERATOR(plan.compiled_operator(op).address)

    def run(params, block, out):
        out[:] = block
        process(words.ctypes.data, params.ctypes.data, len(params), out.ctypes.data, *out.shape)
        return state, words

    return run


def render(run, effect, x, sizes=(1024,), moves=MOVES):
    """Process x in blocks. Parameters move at their samples and, as in the engine, a block ends there."""
    out, start, turn = np.full_like(x, np.nan), 0, 0
    while start < len(x):
        size, turn = sizes[turn % len(sizes)], turn + 1
        end = min([start + size, len(x), *(sample for sample in moves if sample > start)])
        share = moves[max(sample for sample in moves if sample <= start)]
        run(at(effect, share), x[start:end], out[start:end])
        start = end
    return out


@pytest.fixture(scope="module", params=EFFECTS)
def reference(request):
    """The name of an operator, a sound, and its output in one long block."""
    effect, x = EFFECTS[request.param], noise()
    y = render(runner(effect, 2), effect, x, [len(x)])
    moved = np.abs(y - x).max() > 1e-3
    assert moved or request.param in INACTIVE, "the effect did nothing, so this would prove nothing"
    return request.param, x, y


@pytest.mark.parametrize("sizes", SPLITS.values(), ids=SPLITS)
def test_output_does_not_depend_on_block_size(reference, sizes):
    op, x, y = reference
    np.testing.assert_array_equal(render(runner(EFFECTS[op], 2), EFFECTS[op], x, sizes), y)


def test_in_place_output_is_the_same(reference):
    op, x, y = reference
    run = runner(EFFECTS[op], 2)

    def in_place(params, block, out):
        out[:] = block
        run(params, out, out)

    np.testing.assert_array_equal(render(in_place, EFFECTS[op], x), y)


def test_call_by_address_gives_the_same_output(reference):
    op, x, y = reference
    np.testing.assert_array_equal(render(runner_by_address(op, 2), EFFECTS[op], x, SPLITS["random"]), y)


@pytest.mark.parametrize("op", sorted(EFFECTS.keys() - LINKED))
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_channels_are_independent(op, channels):
    effect, x = EFFECTS[op], noise(channels=channels)
    together = render(runner(effect, channels), effect, x)
    for c in range(channels):
        alone = np.ascontiguousarray(x[:, c : c + 1])
        np.testing.assert_array_equal(render(runner(effect, 1), effect, alone)[:, 0], together[:, c])


def test_new_state_is_independent_of_older_ones(reference):
    op, x, y = reference
    render(runner(EFFECTS[op], 2), EFFECTS[op], noise()[::-1].copy())
    np.testing.assert_array_equal(render(runner(EFFECTS[op], 2), EFFECTS[op], x), y)


FULL = np.where(np.arange(48_000) // 24 % 2, 1.0, -1.0)  # a kilohertz, as square as it gets
SOUNDS = {
    "silence": np.zeros(48_000),
    "denormals": np.where(np.arange(48_000) % 2, 1e-40, -3e-39),
    "square": FULL,
    "dc": np.ones(48_000),
    "then_silence": np.where(np.arange(48_000) < 9, FULL, 0.0),
}


@each
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("sound", SOUNDS.values(), ids=SOUNDS)
def test_output_is_finite(effect, sound, share):
    x = np.repeat(sound[:, None], 2, axis=1).astype(np.float32)
    y = render(runner(effect, 2), effect, x, moves={0: share})
    assert np.isfinite(y).all() and np.abs(y).max() <= 100 * np.abs(x).max()


def test_volume_applies_its_gain():
    x = np.full((int(RATE), 1), 0.5, np.float32)
    for gain in (-60.0, -20.0, -6.0, 0.0, 6.0, 24.0):
        y = np.empty_like(x)
        runner(volume, 1)(values(volume, gain=gain), x, y)
        assert 20 * np.log10(y[-1, 0] / 0.5) == pytest.approx(gain, abs=1e-5)


@pytest.mark.parametrize("rate", [8_000.0, 48_000.0, 192_000.0])
def test_volume_glides_equally_fast_at_any_rate(rate):
    run, x = runner(volume, 1, rate), np.ones((int(rate), 1), np.float32)
    y = np.empty_like(x)
    run(values(volume, gain=0.0), x, y)
    run(values(volume, gain=-20.0), x, y)
    steps = np.diff(y[:, 0], prepend=np.float32(1.0))
    assert y[0, 0] < 1.0 and (steps <= 0).all(), "it goes down, and at once"
    assert -steps.min() <= 0.9 * (1 - np.exp(-1 / (volume.GLIDE * rate))) + 1e-7
    assert y[round(volume.GLIDE * rate) - 1, 0] == pytest.approx(0.1 + 0.9 / np.e, abs=1e-6)
    assert y[-1, 0] == np.float32(0.1)


def test_dc_blocker_removes_dc_and_keeps_100_hz():
    effect, seconds = EFFECTS["dc_blocker"], np.arange(2 * int(RATE)) / RATE
    x = (0.5 + 0.25 * np.sin(2 * np.pi * 100 * seconds)).astype(np.float32)[:, None]
    y = np.empty_like(x)
    runner(effect, 1)(values(effect), x, y)
    settled = y[int(RATE) :, 0].astype(float)
    assert abs(settled.mean()) < 1e-6
    assert 20 * np.log10(np.sqrt(2 * np.mean(settled**2)) / 0.25) == pytest.approx(0.0, abs=0.1)


@each
def test_defaults_are_within_their_ranges(effect):
    for param in effect.PARAMS:
        assert param.low <= param.default <= param.high and param.low < param.high
        assert (param.low > 0) if param.curve == "exp" else param.curve == "linear"
    assert len(effect.PARAMS) <= board_layout.GENE_PARAMS
    assert len({param.name for param in effect.PARAMS}) == len(effect.PARAMS)
