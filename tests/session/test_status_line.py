"""The status line: tempo and its source are there whatever the width, and the dots are the beats of the bar."""

import numpy as np
import pytest
from rich.text import Text

from phosphene.engine.listening.frame import FRAME, SOURCES
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR
from phosphene.engine.session.status_line import MIN_CONFIDENCE, SEPARATOR, fit_parts, tempo_text


def frame(**numbers):
    record = np.zeros(1, FRAME)[0]
    for name, value in numbers.items():
        record[name] = value
    return record


@pytest.mark.parametrize("source", SOURCES)
def test_the_source_is_named(source):
    line = tempo_text(frame(tempo=124.04, tempo_source=SOURCES.index(source), confidence=1.0))
    assert line.plain == f"124.0 bpm {source} ●○○○"


def test_who_plays_along_is_counted():
    assert tempo_text(frame(tempo=97.0, tempo_source=2), peers=3).plain.startswith(" 97.0 bpm link +3 ")


@pytest.mark.parametrize("bar", [0.0, 7.0, 1e6])
def test_one_dot_is_lit_and_bright_when_the_beat_comes(bar):
    def bright(place):
        line = tempo_text(frame(tempo=120.0, bar=place, confidence=1.0))
        return line.plain[-BEATS_PER_BAR:].index("●"), any(span.style == "bold" for span in line.spans)

    for beat in range(BEATS_PER_BAR):
        assert bright(bar + (beat + 0.05) / BEATS_PER_BAR) == (beat, True)
        assert bright(bar + (beat + 0.60) / BEATS_PER_BAR) == (beat, False)


@pytest.mark.parametrize(("source", "dim"), [("heard", True), ("tapped", False), ("held", False)])
def test_a_guess_is_dim_and_what_was_said_is_not(source, dim):
    told = {"tempo": 90.0, "tempo_source": SOURCES.index(source)}
    assert (tempo_text(frame(**told, confidence=MIN_CONFIDENCE - 0.01)).style == "dim") == dim
    assert tempo_text(frame(**told, confidence=MIN_CONFIDENCE)).style != "dim"


def test_what_is_worth_least_gives_way_first():
    parts = [
        (3, Text("third")),
        (9, Text("first of all")),
        (1, Text("fifth")),
        (2, Text("fourth")),
        (4, Text("second")),
    ]
    whole = SEPARATOR.join(text.plain for _, text in parts)
    assert fit_parts(parts, len(whole)).plain == whole
    before = whole
    for width in range(len(whole) - 1, len("first of all") - 1, -1):
        line = fit_parts(parts, width).plain
        assert len(line) <= width and "first of all" in line and len(line) <= len(before)
        kept = {worth for worth, text in parts if text.plain in line}
        assert kept == {worth for worth, _ in parts if worth >= min(kept)}
        before = line
    assert before == "first of all"
