"""Errors: an unknown name lists what is allowed and hints at the nearest; a wild word gets no hint."""

import random
import string

import pytest

from phosphene.engine.common.errors import PhospheneError, UsageError, nearest, unknown
from phosphene.engine.effects import EFFECTS


@pytest.mark.parametrize(
    "typed, meant",
    {
        "ekko": "echo",
        "ecko": "echo",
        "ehco": "echo",
        "volum": "volume",
        "reverb2": "reverb",
        "trimm": "trim",
        "fad": "fade",
        "pich": "pitch",
        "noise_reducton": "noise_reduction",
        "dcblocker": "dc_blocker",
    }.items(),
)
def test_misspelt_name_finds_the_nearest(typed, meant):
    assert nearest(typed, EFFECTS) == f"; did you mean '{meant}'?"


@pytest.mark.parametrize(
    "word", ["banana", "wobble", "xyzzy", "spam", "flanger", "phaser", "compressor", "delay", "eq", "a", "", "e", "3"]
)
def test_wild_word_finds_nothing(word):
    assert nearest(word, EFFECTS) == ""


def test_random_words_rarely_find_anything():
    rng = random.Random(7)
    words = ["".join(rng.choices(string.ascii_lowercase, k=rng.randint(3, 9))) for _ in range(2_000)]
    assert sum(bool(nearest(word, EFFECTS)) for word in words) < 0.03 * len(words)


def test_hint_takes_any_kind_of_name():
    assert nearest(48, [44, 480]) == "; did you mean '480'?"


def test_unknown_name_is_reported_with_place_allowed_names_and_hint():
    error = unknown("operator", "ekko", ["volume", "echo"], "x.yaml:3: genome.0")
    assert str(error) == "x.yaml:3: genome.0: no operator 'ekko' (has echo, volume); did you mean 'echo'?"
    assert isinstance(error, UsageError) and error.code == 2 and PhospheneError.code == 1
    assert str(unknown("preset", "x", [], "here")) == "here: no preset 'x' (has none)"
