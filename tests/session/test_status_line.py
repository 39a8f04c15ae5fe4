"""The status line: its tempo text, and which parts it leaves out where the terminal is narrow."""

import numpy as np
import pytest
from rich.text import Text

from phosphene.engine.listening.frame import FRAME, TEMPO_SOURCES
from phosphene.engine.listening.frame_reader import MIN_CONFIDENCE
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR
from phosphene.engine.session.status_line import SEPARATOR, fit_parts, tempo_text


def frame(**numbers):
    record = np.zeros(1, FRAME)[0]
    for name, value in numbers.items():
        record[name] = value
    return record


@pytest.mark.parametrize("source", TEMPO_SOURCES)
def test_the_tempo_source_is_named(source):
    line = tempo_text(frame(tempo=124.04, tempo_source=TEMPO_SOURCES.index(source), confidence=1.0))
    assert line.plain == f"124.0 bpm {source} ●○○○"


def test_link_peers_are_counted():
    assert tempo_text(frame(tempo=97.0, tempo_source=2), peers=3).plain.startswith(" 97.0 bpm link +3 ")


@pytest.mark.parametrize("bar", [0.0, 7.0, 1e6])
def test_the_dot_of_the_current_beat_is_filled_and_bright_at_its_start(bar):
    def bright(place):
        line = tempo_text(frame(tempo=120.0, bar=place, confidence=1.0))
        return line.plain[-BEATS_PER_BAR:].index("●"), any(span.style == "bold" for span in line.spans)

    for beat in range(BEATS_PER_BAR):
        assert bright(bar + (beat + 0.05) / BEATS_PER_BAR) == (beat, True)
        assert bright(bar + (beat + 0.60) / BEATS_PER_BAR) == (beat, False)


@pytest.mark.parametrize(("source", "dim"), [("heard", True), ("tapped", False), ("held", False)])
def test_an_analysed_tempo_of_low_confidence_is_dim(source, dim):
    fields = {"tempo": 90.0, "tempo_source": TEMPO_SOURCES.index(source)}
    assert (tempo_text(frame(**fields, confidence=MIN_CONFIDENCE - 0.01)).style == "dim") == dim
    assert tempo_text(frame(**fields, confidence=MIN_CONFIDENCE)).style != "dim"


def test_parts_of_low_priority_are_left_out_first():
    parts = [
        (3, Text("third")),
        (9, Text("first of all")),
        (1, Text("fifth")),
        (2, Text("fourth")),
        (4, Text("second")),
    ]
    full = SEPARATOR.join(text.plain for _, text in parts)
    assert fit_parts(parts, len(full)).plain == full
    before = full
    for width in range(len(full) - 1, len("first of all") - 1, -1):
        line = fit_parts(parts, width).plain
        assert len(line) <= width and "first of all" in line and len(line) <= len(before)
        kept = {priority for priority, text in parts if text.plain in line}
        assert kept == {priority for priority, _ in parts if priority >= min(kept)}
        before = line
    assert before == "first of all"
