"""Listening: level, a 64-band spectrum, onset strength and the waveform itself, hop by hop."""

import math
from typing import NamedTuple

import numpy as np

from engine.listening.bands import triangles
from engine.listening.frame import AT, BANDS, POINTS, QUIETEST, WIDTH
from engine.native import kernel
from engine.native.fft import Fft, make_fft, transform
from engine.rings import timeline

HOP = 512 / 48_000  # seconds between frames
WINDOW = 2048 / 48_000  # seconds under the spectrum's window, rounded up to a power of two of samples
FLOOR = 1e-10  # power at which a band counts as silent, -100 dB


class Listener(NamedTuple):
    past: np.ndarray  # (window,) circular, the last samples, mono
    shape: np.ndarray  # (window,) Hann
    edges: np.ndarray  # (BANDS, 2) int64, first bin and one past the last of each band
    weights: np.ndarray  # (BANDS, widest), power weights of those bins
    before: np.ndarray  # (BANDS,) dB, one hop ago
    sums: np.ndarray  # (2,): squares and peak of the hop so far
    counts: np.ndarray  # (3,) int64: samples heard, of them in this hop, missed (before the start, and in gaps)
    sound: np.ndarray  # (hop, 2): the hop so far
    record: np.ndarray  # (WIDTH,)
    hand: np.ndarray  # (6,): source wanted, BPM, anchor, scale, nudge, bar (engine/control/tempo.py)
    fft: Fft
    hop: int


def make_listener(rate, start=0):
    """For sound whose first sample has the index `start`."""
    size = 1 << math.ceil(math.log2(WINDOW * rate))
    edges, weights = triangles(rate, size, size, BANDS)
    hop = max(round(HOP * rate), 1)
    return Listener(
        np.zeros(size),
        0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(size) + 0.5) / size),
        edges,
        weights,
        np.full(BANDS, 10 * math.log10(FLOOR)),
        np.zeros(2),
        np.array([0, 0, start]),
        np.zeros((hop, 2)),
        np.zeros(WIDTH),
        np.array([0.0, 120.0, 0.0, 1.0, 0.0, math.nan]),
        make_fft(size),
        hop,
    )


@kernel
def listen(listener, block, published):
    """Hear a block; each hop that it completes becomes a frame of the timeline."""
    size = listener.past.shape[0]
    for n in range(block.shape[0]):
        left, right = np.float64(block[n, 0]), np.float64(block[n, 1])
        listener.past[listener.counts[0] & (size - 1)] = 0.5 * (left + right)
        listener.sums[0] += 0.5 * (left * left + right * right)
        listener.sums[1] = max(listener.sums[1], abs(left), abs(right))
        listener.sound[listener.counts[1], 0], listener.sound[listener.counts[1], 1] = left, right
        listener.counts[0] += 1
        listener.counts[1] += 1
        if listener.counts[1] == listener.hop:
            describe_hop(listener)
            timeline.publish(published, listener.record)
            listener.counts[1] = 0
            listener.sums[0] = listener.sums[1] = 0.0


def miss(listener, frames):
    """Frames went by unheard: what follows joins on to what came before, in a new hop."""
    listener.counts[1] = 0
    listener.counts[2] += frames
    listener.sums[:] = 0.0


@kernel
def describe_hop(listener):
    record, hop = listener.record, listener.hop
    record[AT.sample] = listener.counts[2] + listener.counts[0] - hop
    record[AT.rms_db] = decibels(listener.sums[0] / hop)
    record[AT.peak_db] = decibels(listener.sums[1] * listener.sums[1])
    spectrum(listener)
    rise = 0.0
    for b in range(BANDS):
        first, last = listener.edges[b]
        power = 0.0
        for k in range(last - first):
            real, imag = listener.fft.real[first + k], listener.fft.imag[first + k]
            power += listener.weights[b, k] * (real * real + imag * imag)
        level = 10.0 * math.log10(power + FLOOR)
        rise += max(level - listener.before[b], 0.0)
        listener.before[b] = level
        record[AT.mel + b] = level
    record[AT.onset] = rise / BANDS
    for point in range(POINTS):
        first = point * hop // POINTS
        last = max((point + 1) * hop // POINTS, first + 1)
        for side in range(2):
            total = 0.0
            for n in range(first, last):
                total += listener.sound[n, side]
            record[AT.wave + 2 * point + side] = total / (last - first)


@kernel
def decibels(power):
    return 10.0 * math.log10(max(power, 10.0 ** (QUIETEST / 10.0)))


@kernel
def spectrum(listener):
    size, start = listener.past.shape[0], listener.counts[0]
    for n in range(size):
        listener.fft.real[n] = listener.past[(start + n) & (size - 1)] * listener.shape[n]
        listener.fft.imag[n] = 0.0
    transform(listener.fft)


def plan(seconds):
    """A timeline for frames, long enough to keep some seconds of them."""
    return timeline.plan(seconds / HOP, WIDTH)
