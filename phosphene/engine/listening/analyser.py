"""The analyser: turns blocks of sound into one frame per hop; the frames do not depend on the block sizes."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.auto_gain import AutoGain, make_auto_gain, update_auto_gain
from phosphene.engine.listening.chroma import ChromaState, make_chroma, update_chroma
from phosphene.engine.listening.frame import AT, POINTS_PER_HOP, SCALARS, WIDTH
from phosphene.engine.listening.loudness import LoudnessState, make_loudness, measure_loudness
from phosphene.engine.listening.onsets import OnsetState, detect_onset, make_onsets
from phosphene.engine.listening.rhythm.rhythm import Rhythm, make_rhythm, update_rhythm
from phosphene.engine.listening.rhythm.tempo_override import make_tempo_override
from phosphene.engine.listening.spectrum import (
    Spectrum,
    make_spectrum,
    measure_bands,
    measure_shape,
    update_spectrum,
    zero_crossing_rate,
)
from phosphene.engine.native import aligned_zeros, kernel
from phosphene.engine.rings import timeline
from phosphene.engine.rings.shared_memory import Layout

HOP_SECONDS = 512 / 48_000  # seconds between frames
MAX_SAMPLE_VALUE = 1e4  # of full scale; samples are clipped to it, so that no value below overflows


class Analyser(NamedTuple):
    sound: np.ndarray  # (2, hop or up to 7 more): left and right of the hop so far, then zeros
    counts: np.ndarray  # (3,) int64: samples analysed, of these in this hop, samples skipped (at the start, in gaps)
    record: np.ndarray  # (WIDTH,)
    tempo_override: np.ndarray  # (6,): tempo_override.PARAMS
    loudness: LoudnessState
    spectrum: Spectrum
    chroma: ChromaState
    onsets: OnsetState
    auto_gain: AutoGain
    rhythm: Rhythm
    hop: int


def hop_frames(rate: float) -> int:
    """Audio frames per hop."""
    return max(round(HOP_SECONDS * rate), 1)


def make_analyser(rate: float, start: int = 0) -> Analyser:
    """An analyser for sound whose first sample has the index `start`."""
    hop = hop_frames(rate)
    spectrum = make_spectrum(rate)
    window = len(spectrum.past)
    record = np.zeros(WIDTH)
    for param in SCALARS:
        record[getattr(AT, param.name)] = param.default
    return Analyser(
        aligned_zeros((2, -(-hop // 8) * 8), np.float64),
        np.array([0, 0, start]),
        record,
        make_tempo_override(),
        make_loudness(rate, hop),
        spectrum,
        make_chroma(rate, window, hop),
        make_onsets(rate, hop),
        make_auto_gain(rate, window, hop),
        make_rhythm(rate, hop, window),
        hop,
    )


@kernel
def analyse(analyser, block, published):
    """Analyse a (frames, 2) block; publish a frame to the timeline for each hop that it completes."""
    sound, counts, done = analyser.sound, analyser.counts, 0
    while done < block.shape[0]:
        start = counts[1]
        count = min(analyser.hop - start, block.shape[0] - done)
        for n in range(count):
            sound[0, start + n] = min(max(block[done + n, 0], -MAX_SAMPLE_VALUE), MAX_SAMPLE_VALUE)
            sound[1, start + n] = min(max(block[done + n, 1], -MAX_SAMPLE_VALUE), MAX_SAMPLE_VALUE)
        done += count
        counts[0] += count
        counts[1] += count
        if counts[1] == analyser.hop:
            analyse_hop(analyser)
            timeline.publish(published, analyser.record)
            counts[1] = 0


def skip_frames(analyser: Analyser, frames: int) -> None:
    """Skip audio frames that were lost. The next block follows the last one and begins a new hop."""
    analyser.counts[1] = 0
    analyser.counts[2] += frames


@kernel
def analyse_hop(analyser):
    """Fill the record from a complete hop."""
    record, sound, hop = analyser.record, analyser.sound, analyser.hop
    record[AT.sample] = analyser.counts[2] + analyser.counts[0] - hop
    measure_loudness(analyser.loudness, sound, hop, record)
    update_spectrum(analyser.spectrum, sound, hop)
    measure_bands(analyser.spectrum, record)
    power = measure_shape(analyser.spectrum, record)
    record[AT.zcr] = zero_crossing_rate(analyser.spectrum)
    update_chroma(analyser.chroma, analyser.spectrum, record)
    update_auto_gain(analyser.auto_gain, power, record)
    detect_onset(analyser.onsets, record)
    update_rhythm(analyser.rhythm, record, analyser.tempo_override)
    average_waveform(sound, hop, record)


@kernel
def average_waveform(sound, hop, record):
    """Write the waveform of the hop, averaged to POINTS_PER_HOP points."""
    for point in range(POINTS_PER_HOP):
        first = point * hop // POINTS_PER_HOP
        last = max((point + 1) * hop // POINTS_PER_HOP, first + 1)
        for side in range(2):
            total = 0.0
            for n in range(first, last):
                total += sound[side, n]
            record[AT.wave + 2 * point + side] = total / (last - first)


def frames_layout(seconds: float) -> Layout:
    """The layout of a timeline that keeps the frames of the last `seconds`."""
    return timeline.layout(seconds / HOP_SECONDS, WIDTH)
