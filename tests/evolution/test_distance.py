"""Descriptors of sounds, the distance between two, and the improvement over a source."""

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


def described(x, rate=RATE):
    return describe(np.asarray(x, np.float32), rate)


def sine(hertz, rate=RATE, seconds=1.0, gain=0.5):
    return gain * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)[:, None]


def features_of(x, rate=RATE):
    return dict(zip(FEATURES, described(x, rate).features))


def noisy(seed=5):
    """Bursts of a chord in steady hiss."""
    seconds = np.arange(4 * RATE) / RATE
    tones = sum(np.sin(2 * np.pi * hertz * seconds) for hertz in (220, 277, 330, 440, 554, 660)) / 6
    hiss = np.random.default_rng(seed).normal(0, 0.01, (len(seconds), 2))
    return (0.5 * tones * (seconds % 1 < 0.6))[:, None] + hiss


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("channels", [1, 2])
def test_descriptors_equal_those_of_numpy(rate, channels):
    x = music(2, rate, 1.3)[:, :channels].copy()
    features, mel = reference_effects.describe(x.astype(float), rate)
    found = describe(x, rate)
    np.testing.assert_allclose(found.features, features, atol=1e-3)
    np.testing.assert_allclose(found.mel, mel, atol=2e-3)


@pytest.mark.parametrize("rate", RATES)
def test_sine_has_the_features_of_a_sine(rate):
    found = features_of(sine(1000.0, rate), rate)
    assert found["rms"] == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.2)
    assert found["crossings"] * rate == pytest.approx(2000, rel=0.05)
    assert found["peak"] == pytest.approx(0.5, abs=0.01)
    assert found["mid"] > 40 + max(found["low"], found["high"])
    mel = described(sine(1000.0, rate), rate).mel
    assert np.median(mel.max(axis=1)) == pytest.approx(20 * np.log10(0.5), abs=3.0)


def test_noise_is_flat_and_a_sine_is_not():
    noise = np.random.default_rng(1).normal(0, 0.1, (RATE, 1))
    assert features_of(noise)["flatness"] > -4 and features_of(sine(1000.0))["flatness"] < -40


def test_distance_is_zero_to_itself_and_symmetric():
    same, quieter = described(MUSIC), described(0.5 * MUSIC)
    assert distance(same, same) == 0.0
    assert distance(same, quieter) == pytest.approx(distance(quieter, same)) and distance(same, quieter) > 0.5


def test_distance_grows_with_noise():
    noise = np.random.default_rng(3).normal(0, 0.1, MUSIC.shape)
    steps = [distance(described(MUSIC + level * noise), described(MUSIC)) for level in (0.001, 0.01, 0.1, 1.0)]
    assert steps == sorted(steps) and steps[-1] > 4 * steps[0]


def test_distance_depends_on_the_order_of_time():
    backwards = MUSIC[::-1]
    features = np.abs(described(backwards).features - described(MUSIC).features)
    assert features.max() < 0.2, "features contain no time, so the mel spectrogram must"
    assert distance(described(backwards), described(MUSIC)) > 1.0


def test_distance_grows_with_missing_length():
    whole = described(MUSIC)
    lost = [distance(described(MUSIC[: round(share * len(MUSIC))]), whole) for share in (0.95, 0.8, 0.5)]
    assert 0 < lost[0] < lost[1] < lost[2]


@pytest.mark.parametrize("x", [np.zeros((RATE, 2)), np.zeros((7, 1)), np.full((RATE, 1), 1e-30), np.ones((RATE, 1))])
def test_descriptors_of_any_sound_are_finite(x):
    descriptors = described(x)
    assert np.isfinite(descriptors.features).all() and np.isfinite(descriptors.mel).all()
    music_descriptors = described(MUSIC)
    assert np.isfinite(distance(descriptors, music_descriptors))
    assert np.isfinite(improvement(descriptors, music_descriptors))


def test_improvement_of_the_source_itself_is_zero():
    for x in (MUSIC, noisy()):
        assert improvement(described(x), described(x)) == 0.0


WORSE = {
    "mute": lambda x: 1e-6 * x,
    "hardly a sound": lambda x: 0.01 * x,
    "delete half": lambda x: x[: len(x) // 2],
    "delete all": lambda x: x[: RATE // 4],
    "mute the second half": lambda x: x * (np.arange(len(x)) < len(x) // 2)[:, None],
    "clip": lambda x: np.clip(40 * x, -1, 1),
}


@pytest.mark.parametrize("change", WORSE.values(), ids=WORSE)
@pytest.mark.parametrize("x", [MUSIC, noisy()], ids=["music", "noisy"])
def test_damage_is_worse_than_no_change(change, x):
    assert improvement(described(change(x)), described(x)) < 0.0


def test_loss_of_treble_is_no_improvement():
    dull = np.apply_along_axis(np.convolve, 0, MUSIC, np.ones(60) / 60, "same")
    assert improvement(described(dull), described(MUSIC)) < 0.0


def test_lower_volume_is_not_cleaning():
    x = noisy()
    assert improvement(described(0.7 * x), described(x)) < 0.1


def test_less_noise_is_an_improvement():
    x = noisy()
    cleaned = reference_effects.noise_reduction(x, RATE, strength=0.9, floor=-18, sensitivity=6)
    assert improvement(described(cleaned), described(x)) > 0.5


def test_excerpt_is_typical():
    x = np.concatenate([np.zeros((8 * RATE, 2), np.float32), np.tile(MUSIC, (4, 1))])
    first, last = typical_excerpt(x, RATE, 4.0)
    assert last - first == 4 * RATE and first >= 8 * RATE
    assert typical_excerpt(MUSIC, RATE, 60.0) == (0, len(MUSIC))
