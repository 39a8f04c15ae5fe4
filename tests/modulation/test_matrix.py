"""The matrix: what rows make of what is heard, exactly as they say, and the same however finely time is cut."""

import math
import timeit

import numpy as np
import pytest

from phosphene.engine.listening.frame import BANDS, CUMULATIVE_FIELDS, SCALARS
from phosphene.engine.modulation.inputs import CLOCKS, LISTENING_INPUTS
from phosphene.engine.modulation.kernel import GLIDE_SECONDS, ONSET_SECONDS
from phosphene.engine.modulation.trajectory.trajectory import (
    TrajectorySpec,
    advance_trajectory,
    coordinates,
    make_trajectory,
)
from tests.support.matrix_inputs import HOP, PLACES, RATE, matrix, modulation, played, record, row, wanted
from tests.support.scene_renderer import music
from tests.visuals.test_audio_signals import records

LEVELS = np.linspace(0.0, 1.0, 21)
STEP = HOP / RATE  # seconds
steady = {param.name: param for param in SCALARS if param.name not in CUMULATIVE_FIELDS}


def levels(values, name="low", start=0):
    """A frame a hop, in which something is at one value after the other."""
    return [record(start + n * HOP, **{name: value}) for n, value in enumerate(values)]


@pytest.mark.parametrize("name", steady)
def test_a_feature_is_as_far_as_its_knob_has_travelled(name):
    param = steady[name]
    told = wanted(matrix(row(f"listening.{name}")), levels([param.value_at(share) for share in LEVELS], name))
    np.testing.assert_allclose(told, LEVELS, atol=1e-12)
    beyond = wanted(matrix(row(f"listening.{name}")), levels([param.low - 9.0, param.high + 9.0], name))
    assert beyond.tolist() == [0.0, 1.0]


def test_the_drivers_of_the_first_seed():
    heard = {"rms_db": -33.0, "centroid": 900.0, "flatness": 10 ** (-22 / 10), "crest": 12.0}
    told = {
        "loud": (-33.0 + 50) / 40,
        "bright": (math.log2(900) - math.log2(200)) / (math.log2(6000) - math.log2(200)),
        "noisy": (-22 + 50) / 45,
        "dyn": (12 - 8) / 10,
    }
    for name, share in told.items():
        assert wanted(matrix(row(f"listening.{name}")), [record(0, **heard)])[0] == pytest.approx(share, abs=1e-12)


def test_onsets_are_counted_by_the_second():
    """Four a second, for long: on average half of the eight that are all."""
    every = round(RATE / HOP / 4)
    told = wanted(matrix(row("listening.trans")), levels([n % every == 0 for n in range(2_000)], "onset_event"))
    assert np.mean(told[1_000:]) == pytest.approx(1 / (every * STEP) / 8, rel=0.02)
    assert told[0] == 1 / ONSET_SECONDS / 8 and told[1] == pytest.approx(told[0] * math.exp(-STEP / ONSET_SECONDS))


def test_a_band_a_tone_and_what_rises():
    bands, tones = np.linspace(-90.0, 10.0, BANDS), np.linspace(0, 1, 12)
    frame = record(0, mel=bands, chroma=tones, beat=17.25, bass_travel=3.5)
    asked = ["mel.31", "mel.0", "mel.63", "chroma.4", "beat_phase", "bass_travel"]
    told = [wanted(matrix(row(f"listening.{name}")), [frame])[0] for name in asked]
    np.testing.assert_allclose(told, [(bands[31] + 80) / 80, 0.0, 1.0, tones[4], 0.25, 0.5])


@pytest.mark.parametrize("name", CLOCKS)
def test_a_clock_is_of_the_stream(name):
    seconds = [-0.01, 0.0, 3.0, 59.0, 61.0, 4_000.0, 90_000.0]
    told = wanted(matrix(row(f"clock.{name}")), [record(each * RATE) for each in seconds])
    np.testing.assert_allclose(told, np.array(seconds) / CLOCKS[name] % 1.0, atol=1e-9)


CURVES = {
    "linear": lambda x: 2.0 + 6.0 * x,
    "exp": lambda x: 2.0 * 4.0**x,
    "s": lambda x: 2.0 + 6.0 * (3 * x * x - 2 * x**3),
    "steps": lambda x: 2.0 + 6.0 * min(math.floor(5 * x), 4) / 4,
}


@pytest.mark.parametrize("curve", CURVES)
def test_a_curve_is_what_it_is(curve):
    lot = np.random.default_rng(3).random(200)
    shares = np.concatenate([[0.0, 1.0], lot])
    bent = wanted(matrix(row("listening.low", range=(2.0, 8.0), curve=curve, steps=5)), levels(shares))
    np.testing.assert_allclose(bent, [CURVES[curve](share) for share in shares], rtol=1e-12)
    other = wanted(matrix(row("listening.low", range=(8.0, 2.0), curve=curve, steps=5)), levels(shares))
    assert (other[0], other[1]) == pytest.approx((8.0, 2.0)), "a range may be written high to low"


def test_rows_take_their_amount_in_their_order():
    amounts, ends, base = (0.5, 0.25, 1.0, 0.1), (3.0, -2.0, 7.0, 1.0), 11.0
    for count in range(1, 5):
        rows = [row("listening.low", amount=a, range=(0.0, end)) for a, end in zip(amounts[:count], ends)]
        ((share, toward),) = played(matrix(*rows), levels([1.0]))[:, 0]
        moved = base
        for amount, end in zip(amounts[:count], ends):
            moved += amount * (end - moved)
        assert base + toward - share * base == pytest.approx(moved, rel=1e-12)


def test_without_amount_nothing_is_moved_to_the_bit():
    rows = [row("listening.low", place, amount=0.0, range=(-5.0, 7.0)) for place in (0, 0, 3)]
    assert not played(matrix(*rows), levels(LEVELS)).any()
    assert not np.signbit(played(matrix(*rows), levels(LEVELS))).any()


@pytest.mark.parametrize("hops", [1, 3, 0.25])
def test_attack_and_release_are_seconds_however_time_is_cut(hops):
    """Up at 0.1 s, down at 0.5 s; told by the closed form of an exponential."""
    attack, release = 0.05, 0.3
    follower = matrix(row("listening.low", attack=attack, release=release))
    times = np.arange(0.0, 1.0, hops * STEP)
    up, down = (times[np.searchsorted(times, at)] for at in (0.1, 0.5))
    told = wanted(follower, [record(t * RATE, low=float(up <= t < down)) for t in times])
    before = hops * STEP  # a frame is heard when it comes, and has been on its way since the last
    top = 1 - math.exp(-(down - up) / attack)
    exact = [
        0.0 if t < up else 1 - math.exp(-(t - up + before) / attack) if t < down
        else top * math.exp(-(t - down + before) / release)
        for t in times
    ]  # fmt: skip
    np.testing.assert_allclose(told, exact, atol=1e-9)


def test_what_comes_late_is_where_it_would_be():
    """A frame of which none before was heard for a second, against one of every hop."""
    often = matrix(row("listening.low", attack=0.4, release=0.7))
    seldom = matrix(row("listening.low", attack=0.4, release=0.7))
    all_of_them = wanted(often, levels([0.0] + [0.8] * 100))
    two = wanted(seldom, [record(0), record(100 * HOP, low=0.8)])
    assert two[1] == pytest.approx(all_of_them[100], rel=1e-12)


def test_a_row_begins_where_the_sound_is():
    assert wanted(matrix(row("listening.low", attack=9.0)), levels([0.7]))[0] == 0.7


def test_what_is_sampled_is_held():
    beats = np.cumsum(np.full(200, 0.11)) + 40.3
    onsets = np.arange(200) % 13 == 5
    lows = np.random.default_rng(2).random(200)
    frames = [record(n * HOP, low=lows[n], beat=beats[n], onset_event=onsets[n]) for n in range(200)]
    new = {"beat": np.diff(np.floor(beats), prepend=0.0) > 0, "onset": onsets}
    for when, comes in new.items():
        last = np.maximum.accumulate(np.where(comes, np.arange(200), 0))
        np.testing.assert_array_equal(wanted(matrix(row("listening.low", when=when)), frames), lows[last])
        assert 10 < comes.sum() < 30


SHAPES = {
    "sine": lambda x: 0.5 - 0.5 * np.cos(2 * np.pi * x),
    "triangle": lambda x: 1 - np.abs(2 * x - 1),
    "saw": lambda x: x,
    "square": lambda x: (x >= 0.5).astype(float),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_lfo_is_locked_to_the_beat(shape):
    """Whatever the beat does, and whoever looks how often."""
    beats = np.cumsum(np.random.default_rng(1).random(300) ** 2)
    sway = {"kind": "lfo", "shape": shape, "beats": 8.0, "phase": 0.3}
    frames = [record(n * HOP, beat=beat) for n, beat in enumerate(beats)]
    told = wanted(matrix(row("sources.sway"), sway=sway), frames)
    np.testing.assert_allclose(told, SHAPES[shape]((beats / 8 + 0.3) % 1.0), atol=1e-12)
    np.testing.assert_array_equal(wanted(matrix(row("sources.sway"), sway=sway), frames[::7]), told[::7])


def stroll(seconds=2.0, name="stroll", *, start=0, count=4_000, every=HOP, **seed):
    walk = {name: {"kind": "walk", "seconds": seconds}}
    return wanted(matrix(row(f"sources.{name}"), **walk, **seed), [record(start + n * every) for n in range(count)])


def test_a_walk_is_seeded_and_hangs_on_the_time_alone():
    whole = stroll()
    np.testing.assert_array_equal(stroll(), whole)
    np.testing.assert_array_equal(stroll(every=5 * HOP, count=800), whole[::5])
    np.testing.assert_array_equal(stroll(start=1_234 * HOP, count=100), whole[1_234:1_334])
    long = [stroll(0.1, **other) for other in ({}, {"seed": 8}, {"name": "strole"})]
    assert np.abs(np.corrcoef(long) - np.eye(3)).max() < 0.2


def test_a_walk_is_smooth_and_goes_everywhere():
    walk = stroll(count=40_000)
    assert walk.min() >= 0.0 and walk.max() <= 1.0
    assert walk.min() < 0.1 and walk.max() > 0.9 and abs(walk.mean() - 0.5) < 0.07
    speed = np.diff(walk) / STEP
    assert np.abs(speed).max() < 1.5 and np.abs(np.diff(speed) / STEP).max() < 5.0, "it jumps or has a corner"


def test_an_envelope_is_struck_and_fades():
    thump = {"kind": "envelope", "on": "kick", "attack": 0.05, "release": 0.3}
    kicks = {20: 0.8, 24: 0.9, 60: 0.4, 90: 0.7}  # the third is hardly one
    told = wanted(matrix(row("sources.thump"), thump=thump), levels([kicks.get(n, 0.0) for n in range(200)], "kick"))

    def struck(n, at, low, high):
        since = (n - at) * STEP
        return low + (high - low) * since / 0.05 if since < 0.05 else high * math.exp((0.05 - since) / 0.3)

    before = struck(24, 20, 0.0, 0.8)
    again = struck(90, 24, before, 0.9)
    exact = [
        0.0 if n < 20 else struck(n, 20, 0.0, 0.8) if n < 24
        else struck(n, 24, before, 0.9) if n < 90 else struck(n, 90, again, 0.7)
        for n in range(200)
    ]  # fmt: skip
    np.testing.assert_allclose(told, exact, atol=1e-12)


@pytest.mark.parametrize("on", ["onset", "kick", "snare", "hat", "beat", "bar"])
def test_every_event_strikes(on):
    field = {"onset": "onset_event"}.get(on, on)
    heard = [0.0] * 5 + [1.0] + ([1.0] if on in ("beat", "bar") else [0.0]) * 5
    pulse = {"kind": "envelope", "on": on, "attack": 0.0, "release": 1.0}
    told = wanted(matrix(row("sources.pulse"), pulse=pulse), levels(heard, field))
    np.testing.assert_allclose(told, [0.0] * 5 + [math.exp(-n * STEP) for n in range(6)])


LOUD = [0.2] * 30 + [0.9] * 30
SLOW = {"attack": 0.5, "release": 0.5}


def changed(first, *then, glide=True, **sources):
    """What a matrix makes of LOUD where its rows are changed before frame 40."""
    player, frames = matrix(*first, **sources), levels(LOUD)
    before = played(player, frames[:40])
    player.change(modulation(*then, **sources), glide=glide)
    return np.concatenate([before, played(player, frames[40:])])


def test_the_same_rows_again_change_nothing():
    thump = {"kind": "envelope", "on": "kick", "attack": 0.1, "release": 0.5}
    rows = row("listening.low", **SLOW), row("listening.low", 1, when="beat", **SLOW), row("sources.thump", 2)
    whole = played(matrix(*rows, thump=thump), levels(LOUD))
    np.testing.assert_array_equal(changed(rows, *rows, thump=thump), whole)


def test_a_row_that_stays_goes_on_beside_new_ones_and_in_another_order():
    kept = row("listening.low", **SLOW)
    whole = played(matrix(kept), levels(LOUD))[:, 0]
    others = row("listening.mid", 4), kept, row("listening.low", 5, **SLOW, when="beat")
    np.testing.assert_array_equal(changed([kept], *others)[:, 0], whole)


@pytest.mark.parametrize(
    "then",
    [[], [row("listening.low", range=(5.0, 6.0), amount=0.5)], [row("listening.mid"), row("clock.day", amount=0.9)]],
    ids=["none", "another range", "others"],
)
def test_a_change_of_rows_does_not_jump(then):
    told, fresh = changed([row("listening.low")], *then)[:, 0], played(matrix(*then), levels(LOUD))[:, 0]
    left = (told - fresh)[40:]
    start = played(matrix(row("listening.low")), levels(LOUD))[39, 0] - fresh[39]
    exact = start * np.exp(-np.arange(1, 21)[:, None] * STEP / GLIDE_SECONDS)
    np.testing.assert_allclose(left, exact, atol=1e-9)


def test_rows_that_are_gone_leave_nothing_in_the_end():
    player = matrix(row("listening.low", range=(0.0, 20_000.0)))
    played(player, levels(LOUD))
    player.change(modulation())
    assert player.moved.any()
    last = played(player, levels([0.5] * 1_000, start=60 * HOP))
    assert last[0].any() and not last[-1].any()


def test_what_fades_in_anyhow_is_moved_at_once():
    told = changed([row("listening.low")], row("listening.low", range=(5.0, 6.0)), glide=False)
    assert told[40, 0, 1] == pytest.approx(5.9)


def test_what_is_moved_elsewhere_is_left_alone():
    """The picture's places, by whom only sound is moved."""
    told = played(matrix(row("listening.low", 3, PLACES, 10_000)), levels([0.7]))
    assert told.any(axis=2).sum() == 1 and told[0, 3, 1] == 0.7
    assert len(matrix(row("listening.low", 3, PLACES, 10_000)).state.links) == 1


def test_rows_that_come_before_anything_is_heard():
    player = matrix()
    player.change(modulation(row("listening.low")))
    assert wanted(player, levels([0.7]))[0] == 0.7


def test_every_name_there_is_gives_a_share():
    noise = np.random.default_rng(5)
    names = [f"listening.{name}" for name in LISTENING_INPUTS]
    player = matrix(*(row(name, n % 8) for n, name in enumerate(names[:64])))
    frames = noise.normal(0, 100, (50, len(record(0))))
    frames[:, 0] = np.arange(50) * HOP
    told = played(player, frames)
    assert len(names) > 40 and told.min() >= 0.0 and told.max() <= 1.0


def test_sixty_four_rows_cost_less_than_a_tenth_of_a_millisecond():
    kinds = {f"w{n}": {"kind": "walk", "seconds": 1.0} for n in range(16)}
    kinds |= {f"l{n}": {"kind": "lfo", "shape": "sine", "beats": 4.0, "phase": n / 16} for n in range(16)}
    names = [f"sources.{name}" for name in kinds] + [f"listening.{name}" for name in list(LISTENING_INPUTS)[:32]]
    player, frame = matrix(*(row(name, n % 8) for n, name in enumerate(names)), **kinds), record(0)
    player.step(frame)
    assert min(timeit.repeat(lambda: player.step(frame), number=200, repeat=20)) / 200 < 100e-6


def test_a_row_follows_a_trajectory():
    spec = {"anchors": "pulse", "wander": 0.5}
    both = matrix(row("trajectory.0"), row("trajectory.3", 1), trajectory=spec, seed=5)
    alone = make_trajectory(TrajectorySpec(**spec), 5, RATE)
    frames = records(music(3.0))
    places = []
    for each in frames:
        advance_trajectory(alone, each)
        both.step(each)
        places.append((*coordinates(alone)[[0, 3]], *both.moved[:2, 1]))
    places = np.array(places)
    np.testing.assert_array_equal(places[:, :2], places[:, 2:])
    assert np.ptp(places, axis=0).min() > 0.1, "it went nowhere, so this proved nothing"
    other = matrix(row("trajectory.0"), trajectory=spec, seed=6)
    assert played(other, frames)[-1, 0, 1] != places[-1, 2]


def test_a_trajectory_goes_on_where_its_rows_stay():
    spec, frames = {"anchors": "drift"}, records(music(2.0))
    one, other = (matrix(row("trajectory.1"), trajectory=spec) for _ in range(2))
    for each in frames[:90]:
        one.step(each)
        other.step(each)
    other.change(modulation(row("trajectory.1"), row("listening.bass_fast", 1), trajectory=spec))
    np.testing.assert_allclose(played(one, frames[90:])[:, 0, 1], played(other, frames[90:])[:, 0, 1])
