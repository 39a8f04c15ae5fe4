"""The matrix: inputs, curves, smoothing and generators give exact values at any frame rate."""

import math
import timeit

import numpy as np
import pytest

from phosphene.engine.listening.frame import BANDS, CUMULATIVE_FIELDS, SCALARS
from phosphene.engine.modulation.inputs import CLOCKS, LISTENING_INPUTS
from phosphene.engine.modulation.kernel import ONSET_SECONDS
from tests.support.matrix_inputs import HOP, RATE, SLOTS, levels, matrix, moves_of, record, row, targets_of

LEVELS = np.linspace(0.0, 1.0, 21)
STEP = HOP / RATE  # seconds
scaled = {param.name: param for param in SCALARS if param.name not in CUMULATIVE_FIELDS}


@pytest.mark.parametrize("name", scaled)
def test_feature_is_scaled_like_its_parameter(name):
    param = scaled[name]
    steps = levels([param.value_at(position) for position in LEVELS], name)
    values = targets_of(matrix(row(f"listening.{name}")), steps)
    np.testing.assert_allclose(values, LEVELS, atol=1e-12)
    beyond = targets_of(matrix(row(f"listening.{name}")), levels([param.low - 9.0, param.high + 9.0], name))
    assert beyond.tolist() == [0.0, 1.0]


def test_driver_inputs():
    fields = {"rms_db": -33.0, "centroid": 900.0, "flatness": 10 ** (-22 / 10), "crest": 12.0}
    expected = {
        "loud": (-33.0 + 50) / 40,
        "bright": (math.log2(900) - math.log2(200)) / (math.log2(6000) - math.log2(200)),
        "noisy": (-22 + 50) / 45,
        "dyn": (12 - 8) / 10,
    }
    for name, position in expected.items():
        (found,) = targets_of(matrix(row(f"listening.{name}")), [record(0, **fields)])
        assert found == pytest.approx(position, abs=1e-12)


def test_onsets_are_counted_per_second():
    """Four a second over a long time: the mean is half of the range, which is eight."""
    interval = round(RATE / HOP / 4)
    frames = levels([n % interval == 0 for n in range(2_000)], "onset_event")
    values = targets_of(matrix(row("listening.trans")), frames)
    assert np.mean(values[1_000:]) == pytest.approx(1 / (interval * STEP) / 8, rel=0.02)
    assert values[0] == 1 / ONSET_SECONDS / 8
    assert values[1] == pytest.approx(values[0] * math.exp(-STEP / ONSET_SECONDS))


def test_bands_pitch_classes_and_ramps():
    bands, pitch_classes = np.linspace(-90.0, 10.0, BANDS), np.linspace(0, 1, 12)
    frame = record(0, mel=bands, chroma=pitch_classes, beat=17.25, bass_travel=3.5)
    inputs = ["mel.31", "mel.0", "mel.63", "chroma.4", "beat_phase", "bass_travel"]
    values = [targets_of(matrix(row(f"listening.{name}")), [frame])[0] for name in inputs]
    np.testing.assert_allclose(values, [(bands[31] + 80) / 80, 0.0, 1.0, pitch_classes[4], 0.25, 0.5])


@pytest.mark.parametrize("name", CLOCKS)
def test_clocks_follow_the_stream(name):
    seconds = [-0.01, 0.0, 3.0, 59.0, 61.0, 4_000.0, 90_000.0]
    values = targets_of(matrix(row(f"clock.{name}")), [record(second * RATE) for second in seconds])
    np.testing.assert_allclose(values, np.array(seconds) / CLOCKS[name] % 1.0, atol=1e-9)


CURVES = {
    "linear": lambda x: 2.0 + 6.0 * x,
    "exp": lambda x: 2.0 * 4.0**x,
    "s": lambda x: 2.0 + 6.0 * (3 * x * x - 2 * x**3),
    "steps": lambda x: 2.0 + 6.0 * min(math.floor(5 * x), 4) / 4,
}


@pytest.mark.parametrize("curve", CURVES)
def test_curves(curve):
    random_positions = np.random.default_rng(3).random(200)
    positions = np.concatenate([[0.0, 1.0], random_positions])
    values = targets_of(matrix(row("listening.low", range=(2.0, 8.0), curve=curve, steps=5)), levels(positions))
    np.testing.assert_allclose(values, [CURVES[curve](position) for position in positions], rtol=1e-12)
    other = targets_of(matrix(row("listening.low", range=(8.0, 2.0), curve=curve, steps=5)), levels(positions))
    assert (other[0], other[1]) == pytest.approx((8.0, 2.0)), "a range may be written high to low"


def test_rows_replace_their_amount_in_order():
    amounts, limits, base = (0.5, 0.25, 1.0, 0.1), (3.0, -2.0, 7.0, 1.0), 11.0
    for count in range(1, 5):
        rows = [row("listening.low", amount=a, range=(0.0, limit)) for a, limit in zip(amounts[:count], limits)]
        ((share, offset),) = moves_of(matrix(*rows), levels([1.0]))[:, 0]
        moved = base
        for amount, limit in zip(amounts[:count], limits):
            moved += amount * (limit - moved)
        assert base + offset - share * base == pytest.approx(moved, rel=1e-12)


def test_amount_0_moves_nothing():
    rows = [row("listening.low", place, amount=0.0, range=(-5.0, 7.0)) for place in (0, 0, 3)]
    assert not moves_of(matrix(*rows), levels(LEVELS)).any()
    assert not np.signbit(moves_of(matrix(*rows), levels(LEVELS))).any()


@pytest.mark.parametrize("hops", [1, 3, 0.25])
def test_attack_and_release_do_not_depend_on_the_frame_rate(hops):
    """Up at 0.1 s, down at 0.5 s; compared with the closed form of an exponential."""
    attack, release = 0.05, 0.3
    smoothed = matrix(row("listening.low", attack=attack, release=release))
    times = np.arange(0.0, 1.0, hops * STEP)
    up, down = (times[np.searchsorted(times, at)] for at in (0.1, 0.5))
    values = targets_of(smoothed, [record(t * RATE, low=float(up <= t < down)) for t in times])
    period = hops * STEP  # a frame applies to the time since the frame before
    top = 1 - math.exp(-(down - up) / attack)
    exact = [
        0.0 if t < up else 1 - math.exp(-(t - up + period) / attack) if t < down
        else top * math.exp(-(t - down + period) / release)
        for t in times
    ]  # fmt: skip
    np.testing.assert_allclose(values, exact, atol=1e-9)


def test_late_frame_gives_the_same_value():
    """A frame a second after the last one, against a frame per hop."""
    every_hop = matrix(row("listening.low", attack=0.4, release=0.7))
    sparse = matrix(row("listening.low", attack=0.4, release=0.7))
    dense_values = targets_of(every_hop, levels([0.0] + [0.8] * 100))
    sparse_values = targets_of(sparse, [record(0), record(100 * HOP, low=0.8)])
    assert sparse_values[1] == pytest.approx(dense_values[100], rel=1e-12)


def test_row_begins_at_its_source():
    assert targets_of(matrix(row("listening.low", attack=9.0)), levels([0.7]))[0] == 0.7


def test_sampled_value_is_held():
    beats = np.cumsum(np.full(200, 0.11)) + 40.3
    onsets = np.arange(200) % 13 == 5
    lows = np.random.default_rng(2).random(200)
    frames = [record(n * HOP, low=lows[n], beat=beats[n], onset_event=onsets[n]) for n in range(200)]
    new = {"beat": np.diff(np.floor(beats), prepend=0.0) > 0, "onset": onsets}
    for when, new_values in new.items():
        last = np.maximum.accumulate(np.where(new_values, np.arange(200), 0))
        np.testing.assert_array_equal(targets_of(matrix(row("listening.low", when=when)), frames), lows[last])
        assert 10 < new_values.sum() < 30


SHAPES = {
    "sine": lambda x: 0.5 - 0.5 * np.cos(2 * np.pi * x),
    "triangle": lambda x: 1 - np.abs(2 * x - 1),
    "saw": lambda x: x,
    "square": lambda x: (x >= 0.5).astype(float),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_lfo_is_locked_to_the_beat(shape):
    """At any motion of the beat, and at any frame rate."""
    beats = np.cumsum(np.random.default_rng(1).random(300) ** 2)
    lfo = {"kind": "lfo", "shape": shape, "beats": 8.0, "phase": 0.3}
    frames = [record(n * HOP, beat=beat) for n, beat in enumerate(beats)]
    values = targets_of(matrix(row("sources.lfo"), lfo=lfo), frames)
    np.testing.assert_allclose(values, SHAPES[shape]((beats / 8 + 0.3) % 1.0), atol=1e-12)
    np.testing.assert_array_equal(targets_of(matrix(row("sources.lfo"), lfo=lfo), frames[::7]), values[::7])


def walk_values(seconds=2.0, name="stroll", *, start=0, count=4_000, interval=HOP, **seed):
    walk = {name: {"kind": "walk", "seconds": seconds}}
    return targets_of(
        matrix(row(f"sources.{name}"), **walk, **seed), [record(start + n * interval) for n in range(count)]
    )


def test_walk_depends_on_seed_and_time_alone():
    whole = walk_values()
    np.testing.assert_array_equal(walk_values(), whole)
    np.testing.assert_array_equal(walk_values(interval=5 * HOP, count=800), whole[::5])
    np.testing.assert_array_equal(walk_values(start=1_234 * HOP, count=100), whole[1_234:1_334])
    long = [walk_values(0.1, **other) for other in ({}, {"seed": 8}, {"name": "strole"})]
    assert np.abs(np.corrcoef(long) - np.eye(3)).max() < 0.2


def test_walk_is_smooth_and_uses_its_range():
    walk = walk_values(count=40_000)
    assert walk.min() >= 0.0 and walk.max() <= 1.0
    assert walk.min() < 0.1 and walk.max() > 0.9 and abs(walk.mean() - 0.5) < 0.07
    speed = np.diff(walk) / STEP
    assert np.abs(speed).max() < 1.5 and np.abs(np.diff(speed) / STEP).max() < 5.0, "the walk jumps or has a corner"


def test_envelope_rises_and_falls():
    thump = {"kind": "envelope", "on": "kick", "attack": 0.05, "release": 0.3}
    kicks = {20: 0.8, 24: 0.9, 60: 0.4, 90: 0.7}  # the third is below the trigger level
    values = targets_of(
        matrix(row("sources.thump"), thump=thump),
        levels([kicks.get(n, 0.0) for n in range(200)], "kick"),
    )

    def envelope(n, at, low, high):
        elapsed = (n - at) * STEP
        return low + (high - low) * elapsed / 0.05 if elapsed < 0.05 else high * math.exp((0.05 - elapsed) / 0.3)

    previous = envelope(24, 20, 0.0, 0.8)
    second = envelope(90, 24, previous, 0.9)
    exact = [
        0.0 if n < 20 else envelope(n, 20, 0.0, 0.8) if n < 24
        else envelope(n, 24, previous, 0.9) if n < 90 else envelope(n, 90, second, 0.7)
        for n in range(200)
    ]  # fmt: skip
    np.testing.assert_allclose(values, exact, atol=1e-12)


@pytest.mark.parametrize("on", ["onset", "kick", "snare", "hat", "beat", "bar"])
def test_every_event_triggers_an_envelope(on):
    field = {"onset": "onset_event"}.get(on, on)
    fields = [0.0] * 5 + [1.0] + ([1.0] if on in ("beat", "bar") else [0.0]) * 5
    pulse = {"kind": "envelope", "on": on, "attack": 0.0, "release": 1.0}
    values = targets_of(matrix(row("sources.pulse"), pulse=pulse), levels(fields, field))
    np.testing.assert_allclose(values, [0.0] * 5 + [math.exp(-n * STEP) for n in range(6)])


def test_slots_out_of_range_are_ignored():
    """Slots of the picture, in a matrix of audio parameters."""
    values = moves_of(matrix(row("listening.low", 3, SLOTS, 10_000)), levels([0.7]))
    assert values.any(axis=2).sum() == 1 and values[0, 3, 1] == 0.7
    assert len(matrix(row("listening.low", 3, SLOTS, 10_000)).state.links) == 1


def test_every_input_is_within_0_and_1():
    noise = np.random.default_rng(5)
    names = [f"listening.{name}" for name in LISTENING_INPUTS]
    mod_matrix = matrix(*(row(name, n % 8) for n, name in enumerate(names[:64])))
    frames = noise.normal(0, 100, (50, len(record(0))))
    frames[:, 0] = np.arange(50) * HOP
    values = moves_of(mod_matrix, frames)
    assert len(names) > 40 and values.min() >= 0.0 and values.max() <= 1.0


def test_64_rows_take_less_than_100_microseconds():
    generators = {f"w{n}": {"kind": "walk", "seconds": 1.0} for n in range(16)}
    generators |= {f"l{n}": {"kind": "lfo", "shape": "sine", "beats": 4.0, "phase": n / 16} for n in range(16)}
    names = [f"sources.{name}" for name in generators] + [f"listening.{name}" for name in list(LISTENING_INPUTS)[:32]]
    mod_matrix, frame = matrix(*(row(name, n % 8) for n, name in enumerate(names)), **generators), record(0)
    mod_matrix.step(frame)
    assert min(timeit.repeat(lambda: mod_matrix.step(frame), number=200, repeat=20)) / 200 < 100e-6
