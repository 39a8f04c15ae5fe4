"""The guard around each gene: what it gives back is a sound, or the gene is muted and the rest goes on."""

import math
from typing import NamedTuple

import numpy as np

from engine.native import aligned, copy_rows, flat, kernel

LOUDEST = 1e4  # of full scale, +80 dB; beyond, what comes in is no sound
WILD = 1e10  # of full scale; beyond, what a gene gives back is none
KNEE, CEILING = 4.0, 8.0  # of full scale: +12 and +18 dB, where a gene that runs away is bent and where it ends
CORNER = 2.0  # Hz, of the DC blocker; sixteen in a row still leave 20 Hz within a decibel


class Guard(NamedTuple):
    dry: np.ndarray  # (frames, channels) float32: what went into the gene
    floors: np.ndarray  # (genes, channels), the slow mean of what came out
    muted: np.ndarray  # (genes,) int64
    pull: float


def make_guard(rate, genes, frames, channels):
    """For genes that are given blocks of `frames` at the most."""
    pull = 1.0 - math.exp(-2.0 * math.pi * CORNER / rate)
    dry = aligned((frames, channels), np.float32)
    return Guard(dry, np.zeros((genes, channels)), np.zeros(genes, np.int64), pull)


@kernel
def scrub(block):
    """What is not a number, or becomes none on its way, would live for ever in a feedback: it becomes silence.

    Gives how many numbers there were of that kind.
    """
    sound, wrong = flat(block), 0
    for k in range(sound.shape[0]):
        wrong += not abs(sound[k]) <= LOUDEST
    if wrong:
        for k in range(sound.shape[0]):
            if not abs(sound[k]) <= LOUDEST:
                sound[k] = 0.0
    return wrong


@kernel
def remember(guard, block):
    copy_rows(block, 0, guard.dry, 0, block.shape[0])


@kernel
def check(guard, gene, block):
    """Look at what a gene made of what was remembered; from the first frame that is no sound on it is muted."""
    sound, wrong = flat(block), 0
    for k in range(sound.shape[0]):
        wrong += not abs(sound[k]) <= WILD
    if wrong:
        guard.muted[gene] = 1
        dry, first = flat(guard.dry), 0
        while abs(sound[first]) <= WILD:
            first += 1
        for k in range(first - first % block.shape[1], sound.shape[0]):
            sound[k] = dry[k]
    for c in range(block.shape[1]):
        floor = guard.floors[gene, c]
        for n in range(block.shape[0]):
            x = np.float64(block[n, c])
            floor += guard.pull * (x - floor)
            y = x - floor
            if abs(y) > KNEE:
                y = bend(y)
            block[n, c] = y
        guard.floors[gene, c] = floor


@kernel
def bend(x):
    """Soft above the knee, and never over the ceiling."""
    over = (abs(x) - KNEE) / (CEILING - KNEE)
    return math.copysign(KNEE + (CEILING - KNEE) * over / (1.0 + over), x)
