"""The guard around each gene: keeps its parameters in range and its output a valid sound.

A gene whose output is invalid is muted; the other genes continue.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.native import address_of, aligned_zeros, copy_rows, flat, kernel, load_float64

MAX_INPUT = 1e4  # of full scale, +80 dB; larger input samples are invalid
MAX_OUTPUT = 1e10  # of full scale; larger output samples of a gene are invalid
KNEE, CEILING = 4.0, 8.0  # of full scale: soft clipping starts at +12 dB and ends at +18 dB
DC_CORNER = 2.0  # Hz, of the DC blocker; sixteen in series still pass 20 Hz within a decibel


class Guard(NamedTuple):
    dry: np.ndarray  # (frames, channels) float32: input of the gene
    dc_levels: np.ndarray  # (genes, channels), slow average of the output
    muted: np.ndarray  # (genes,) int64
    ranges: np.ndarray  # (genes, width, 3): low, high and default of each parameter
    params: np.ndarray  # (genes, width), the parameters that the gene receives
    pole: float


def make_guard(rate, genes, width, frames, channels):
    """For genes with up to `width` parameters, and blocks of up to `frames` frames."""
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
    """Replace invalid samples with silence: NaN, infinite or too loud ones would stay in a feedback loop for ever.

    Returns how many there were.
    """
    sound, invalid = flat(block), 0
    for k in range(sound.shape[0]):
        invalid += not abs(sound[k]) <= MAX_INPUT
    if invalid:
        for k in range(sound.shape[0]):
            if not abs(sound[k]) <= MAX_INPUT:
                sound[k] = 0.0
    return invalid


@kernel
def prepare_gene(guard, gene, address, count, block):
    """Clamp the parameters at an address to their ranges and keep a copy of the block; returns their new address."""
    for p in range(count):
        low, high, default = guard.ranges[gene, p, 0], guard.ranges[gene, p, 1], guard.ranges[gene, p, 2]
        value = load_float64(address, p)
        value = min(max(value, low), high) if value == value else default
        guard.params[gene, p] = value
    copy_rows(block, 0, guard.dry, 0, block.shape[0])
    return address_of(guard.params[gene])


@kernel
def check_gene(guard, gene, block):
    """Check and clip the output of a gene; from the first invalid frame on, the gene is muted and its input passes."""
    sound, invalid = flat(block), 0
    for k in range(sound.shape[0]):
        invalid += not abs(sound[k]) <= MAX_OUTPUT
    if invalid:
        guard.muted[gene] = 1
        dry, first = flat(guard.dry), 0
        while abs(sound[first]) <= MAX_OUTPUT:
            first += 1
        for k in range(first - first % block.shape[1], sound.shape[0]):
            sound[k] = dry[k]
    for c in range(0, block.shape[1], 2):
        d = min(c + 1, block.shape[1] - 1)  # in pairs, to hide latency; an odd last channel is done twice
        mean, other_mean, pole = guard.dc_levels[gene, c], guard.dc_levels[gene, d], guard.pole
        for n in range(block.shape[0]):
            x, y = np.float64(block[n, c]), np.float64(block[n, d])
            mean, other_mean = pole * mean + (1.0 - pole) * x, pole * other_mean + (1.0 - pole) * y
            block[n, c] = x - mean if abs(x - mean) <= KNEE else soft_clip(x - mean)
            block[n, d] = y - other_mean if abs(y - other_mean) <= KNEE else soft_clip(y - other_mean)
        guard.dc_levels[gene, c], guard.dc_levels[gene, d] = mean, other_mean


@kernel
def soft_clip(x):
    """Bend samples above the knee; they never exceed the ceiling."""
    excess = (abs(x) - KNEE) / (CEILING - KNEE)
    return math.copysign(KNEE + (CEILING - KNEE) * excess / (1.0 + excess), x)
