"""Frame reader: the frame of a sample, every onset once, and the tempo as displays show it."""

import numpy as np
import pytest

from phosphene.engine.listening.frame import FRAME, TEMPO_SOURCES, WIDTH, as_frame
from phosphene.engine.listening.frame_reader import (
    FLASH_BEATS,
    MIN_CONFIDENCE,
    ONSETS,
    FrameReader,
    OnsetReader,
    tempo_state,
)
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR
from phosphene.engine.rings import allocate, timeline


@pytest.fixture
def frames():
    return allocate(timeline.layout(16, WIDTH))


def publish(frames, sample, **fields):
    record = np.zeros(WIDTH)
    for name, value in {"sample": sample, **fields}.items():
        as_frame(record)[name] = value
    timeline.publish(frames, record)


def test_there_is_no_frame_before_the_first(frames):
    reader = FrameReader(frames)
    assert reader.frame_at(0.0) is None and reader.newest_sample() is None


def test_frame_lies_between_its_neighbours_but_its_tempo_source_does_not(frames):
    publish(frames, 0.0, level_fast=0.2, tempo_source=0)
    publish(frames, 100.0, level_fast=0.6, tempo_source=3)
    reader = FrameReader(frames)
    frame = reader.frame_at(25.0)
    assert frame["level_fast"] == pytest.approx(0.3) and frame["tempo_source"] == 3
    assert reader.frame_at(1e6)["level_fast"] == pytest.approx(0.6), "the newest frame is not the last"
    assert reader.newest_sample() == 100.0


@pytest.mark.parametrize("every", [1, 3, 7])
def test_each_onset_is_read_once_however_seldom(frames, every):
    publish(frames, 0.0, kick=1.0)  # before the reader
    reader, rows = OnsetReader(frames), []
    for hop in range(1, 43):
        publish(frames, 100.0 * hop, snare=0.8 if hop % 10 == 4 else 0.0, onset_event=float(hop == 11))
        if hop % every == 0:
            rows.append(reader.strongest_until(100.0 * hop))
    found = np.array(rows)
    assert found.shape[1] == len(ONSETS) and not found[:, ONSETS.index("kick")].any()
    assert (found[:, ONSETS.index("snare")] == 0.8).sum() == 4 and found[:, ONSETS.index("onset_event")].sum() == 1.0


def test_onsets_after_the_sample_wait_for_it(frames):
    reader = OnsetReader(frames)
    publish(frames, 100.0, hat=0.5)
    assert not reader.strongest_until(99.0).any()
    assert reader.strongest_until(100.0)[ONSETS.index("hat")] == 0.5 and not reader.strongest_until(200.0).any()


def test_lapped_reader_continues_with_newer_onsets(frames):
    reader = OnsetReader(frames)
    for hop in range(100):
        publish(frames, float(hop), kick=0.3 if hop < 50 else 0.9 if hop == 99 else 0.0)
    assert reader.strongest_until(1000.0).max() == 0.9


def make_frame(**fields):
    frame = np.zeros(1, FRAME)[0]
    for name, value in {"tempo": 124.0, "confidence": 1.0, **fields}.items():
        frame[name] = value
    return frame


@pytest.mark.parametrize("source", TEMPO_SOURCES)
def test_only_an_analysed_tempo_is_uncertain(source):
    for confidence in (MIN_CONFIDENCE - 0.01, MIN_CONFIDENCE):
        tempo = tempo_state(make_frame(tempo_source=TEMPO_SOURCES.index(source), confidence=confidence))
        assert tempo.source == source and tempo.bpm == 124.0
        assert tempo.certain == (source != "heard" or confidence >= MIN_CONFIDENCE)


@pytest.mark.parametrize("beat", range(BEATS_PER_BAR))
def test_beat_of_the_bar_flashes_at_first(beat):
    for since in (0.0, FLASH_BEATS - 0.01, FLASH_BEATS + 0.01, 0.99):
        tempo = tempo_state(make_frame(bar=5.0 + (beat + since) / BEATS_PER_BAR))
        assert (tempo.beat, tempo.flash) == (beat, since < FLASH_BEATS)
