"""The guard around each gene: what it is asked for lies in its range, what it gives back is a sound.

A gene that gives back none is muted, and the rest goes on.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.native import address_of, aligned_zeros, copy_rows, flat, kernel, load_float64

MAX_INPUT = 1e4  # of full scale, +80 dB; beyond, what comes in is no sound
MAX_OUTPUT = 1e10  # of full scale; beyond, what a gene gives back is none
KNEE, CEILING = 4.0, 8.0  # of full scale: +12 and +18 dB, where a gene that runs away is bent and where it ends
DC_CORNER = 2.0  # Hz, of the DC blocker; sixteen in a row still leave 20 Hz within a decibel


class Guard(NamedTuple):
    dry: np.ndarray  # (frames, channels) float32: what went into the gene
    floors: np.ndarray  # (genes, channels), the slow mean of what came out
    muted: np.ndarray  # (genes,) int64
    ranges: np.ndarray  # (genes, width, 3): low, high and default of each parameter
    asked: np.ndarray  # (genes, width), the parameters as the gene gets them
    keep: float


def make_guard(rate, genes, width, frames, channels):
    """For genes with up to `width` parameters, that are given blocks of `frames` at the most."""
    return Guard(
        aligned_zeros((frames, channels), np.float32),
        np.zeros((genes, channels)),
        np.zeros(genes, np.int64),
        np.zeros((genes, width, 3)),
        np.zeros((genes, width)),
        math.exp(-2.0 * math.pi * DC_CORNER / rate),
    )


@kernel
def scrub(block):
    """What is not a number, or becomes none on its way, would live for ever in a feedback: it becomes silence.

    Gives how many numbers there were of that kind.
    """
    sound, wrong = flat(block), 0
    for k in range(sound.shape[0]):
        wrong += not abs(sound[k]) <= MAX_INPUT
    if wrong:
        for k in range(sound.shape[0]):
            if not abs(sound[k]) <= MAX_INPUT:
                sound[k] = 0.0
    return wrong


@kernel
def prepare_gene(guard, gene, heard, count, block):
    """Take the parameters at an address into their ranges, and remember the block; gives where they lie now."""
    for p in range(count):
        low, high, default = guard.ranges[gene, p, 0], guard.ranges[gene, p, 1], guard.ranges[gene, p, 2]
        value = load_float64(heard, p)
        value = min(max(value, low), high) if value == value else default
        guard.asked[gene, p] = value
    copy_rows(block, 0, guard.dry, 0, block.shape[0])
    return address_of(guard.asked[gene])


@kernel
def check_gene(guard, gene, block):
    """Look at what a gene made of what was remembered; from the first frame that is no sound on it is muted."""
    sound, wrong = flat(block), 0
    for k in range(sound.shape[0]):
        wrong += not abs(sound[k]) <= MAX_OUTPUT
    if wrong:
        guard.muted[gene] = 1
        dry, first = flat(guard.dry), 0
        while abs(sound[first]) <= MAX_OUTPUT:
            first += 1
        for k in range(first - first % block.shape[1], sound.shape[0]):
            sound[k] = dry[k]
    for c in range(0, block.shape[1], 2):
        d = min(c + 1, block.shape[1] - 1)  # two by two: each waits for itself alone; an odd last one twice
        near, far, keep = guard.floors[gene, c], guard.floors[gene, d], guard.keep
        for n in range(block.shape[0]):
            x, y = np.float64(block[n, c]), np.float64(block[n, d])
            near, far = keep * near + (1.0 - keep) * x, keep * far + (1.0 - keep) * y
            block[n, c] = x - near if abs(x - near) <= KNEE else soft_clip(x - near)
            block[n, d] = y - far if abs(y - far) <= KNEE else soft_clip(y - far)
        guard.floors[gene, c], guard.floors[gene, d] = near, far


@kernel
def soft_clip(x):
    """Soft above the knee, and never over the ceiling."""
    over = (abs(x) - KNEE) / (CEILING - KNEE)
    return math.copysign(KNEE + (CEILING - KNEE) * over / (1.0 + over), x)
