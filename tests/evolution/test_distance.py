"""Likeness: what a portrait tells, what makes a distance, and what is no merit."""

import numpy as np
import pytest

from phosphene.engine.evolution.descriptors import FEATURES, describe
from phosphene.engine.evolution.distance import distance, improvement
from phosphene.engine.evolution.excerpt import typical_excerpt
from tools.bench.evolution_recovery import music
from tools.peers import reference_effects

RATE = 24_000
MUSIC = music(1, RATE, 4.0)
RATES = (8_000, 24_000, 44_100, 96_000)


def seen(x, rate=RATE):
    return describe(np.asarray(x, np.float32), rate)


def sine(hertz, rate=RATE, seconds=1.0, gain=0.5):
    return gain * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)[:, None]


def told(x, rate=RATE):
    return dict(zip(FEATURES, seen(x, rate).features))


def noisy(seed=5):
    """Bursts of a chord in a steady hiss."""
    seconds = np.arange(4 * RATE) / RATE
    tones = sum(np.sin(2 * np.pi * hertz * seconds) for hertz in (220, 277, 330, 440, 554, 660)) / 6
    hiss = np.random.default_rng(seed).normal(0, 0.01, (len(seconds), 2))
    return (0.5 * tones * (seconds % 1 < 0.6))[:, None] + hiss


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("channels", [1, 2])
def test_a_portrait_is_what_numpy_sees(rate, channels):
    x = music(2, rate, 1.3)[:, :channels].copy()
    features, picture = reference_effects.portray(x.astype(float), rate)
    found = describe(x, rate)
    np.testing.assert_allclose(found.features, features, atol=1e-3)
    np.testing.assert_allclose(found.picture, picture, atol=2e-3)


@pytest.mark.parametrize("rate", RATES)
def test_a_sine_is_what_it_is(rate):
    found = told(sine(1000.0, rate), rate)
    assert found["rms"] == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.2)
    assert found["crossings"] * rate == pytest.approx(2000, rel=0.05)
    assert found["peak"] == pytest.approx(0.5, abs=0.01)
    assert found["mid"] > 40 + max(found["low"], found["high"])
    picture = seen(sine(1000.0, rate), rate).picture
    assert np.median(picture.max(axis=1)) == pytest.approx(20 * np.log10(0.5), abs=3.0)


def test_noise_is_flat_and_a_sine_is_not():
    noise = np.random.default_rng(1).normal(0, 0.1, (RATE, 1))
    assert told(noise)["flatness"] > -4 and told(sine(1000.0))["flatness"] < -40


def test_nothing_lies_between_a_sound_and_itself():
    one, other = seen(MUSIC), seen(0.5 * MUSIC)
    assert distance(one, one) == 0.0
    assert distance(one, other) == pytest.approx(distance(other, one)) and distance(one, other) > 0.5


def test_what_is_less_alike_is_further_away():
    noise = np.random.default_rng(3).normal(0, 0.1, MUSIC.shape)
    steps = [distance(seen(MUSIC + level * noise), seen(MUSIC)) for level in (0.001, 0.01, 0.1, 1.0)]
    assert steps == sorted(steps) and steps[-1] > 4 * steps[0]


def test_when_things_happen_is_heard():
    backwards = MUSIC[::-1]
    features = np.abs(seen(backwards).features - seen(MUSIC).features)
    assert features.max() < 0.2, "the features hear no time, so the picture must"
    assert distance(seen(backwards), seen(MUSIC)) > 1.0


def test_what_is_missing_at_the_end_counts():
    whole = seen(MUSIC)
    lost = [distance(seen(MUSIC[: round(share * len(MUSIC))]), whole) for share in (0.95, 0.8, 0.5)]
    assert 0 < lost[0] < lost[1] < lost[2]


@pytest.mark.parametrize("x", [np.zeros((RATE, 2)), np.zeros((7, 1)), np.full((RATE, 1), 1e-30), np.ones((RATE, 1))])
def test_any_sound_has_a_finite_portrait(x):
    portrait = seen(x)
    assert np.isfinite(portrait.features).all() and np.isfinite(portrait.picture).all()
    assert np.isfinite(distance(portrait, seen(MUSIC))) and np.isfinite(improvement(portrait, seen(MUSIC)))


def test_doing_nothing_has_no_merit_and_no_demerit():
    for x in (MUSIC, noisy()):
        assert improvement(seen(x), seen(x)) == 0.0


WORSE = {
    "mute": lambda x: 1e-6 * x,
    "hardly a sound": lambda x: 0.01 * x,
    "delete half": lambda x: x[: len(x) // 2],
    "delete all": lambda x: x[: RATE // 4],
    "mute the second half": lambda x: x * (np.arange(len(x)) < len(x) // 2)[:, None],
    "clip": lambda x: np.clip(40 * x, -1, 1),
}


@pytest.mark.parametrize("ruin", WORSE.values(), ids=WORSE)
@pytest.mark.parametrize("x", [MUSIC, noisy()], ids=["music", "noisy"])
def test_to_do_nothing_is_better_than(ruin, x):
    assert improvement(seen(ruin(x)), seen(x)) < 0.0


def test_to_lose_the_highs_is_no_merit():
    dull = np.apply_along_axis(np.convolve, 0, MUSIC, np.ones(60) / 60, "same")
    assert improvement(seen(dull), seen(MUSIC)) < 0.0


def test_to_turn_down_is_not_to_clean():
    x = noisy()
    assert improvement(seen(0.7 * x), seen(x)) < 0.1


def test_less_noise_is_better():
    x = noisy()
    cleaned = reference_effects.noise_reduction(x, RATE, strength=0.9, floor=-18, sensitivity=6)
    assert improvement(seen(cleaned), seen(x)) > 0.5


def test_an_excerpt_is_typical():
    x = np.concatenate([np.zeros((8 * RATE, 2), np.float32), np.tile(MUSIC, (4, 1))])
    first, last = typical_excerpt(x, RATE, 4.0)
    assert last - first == 4 * RATE and first >= 8 * RATE
    assert typical_excerpt(MUSIC, RATE, 60.0) == (0, len(MUSIC))
