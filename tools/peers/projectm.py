"""projectM as a peer: its presets, drawn offscreen by a program of our own around Debian's library."""

import random
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np

from tools.peers.peer_process import Peer

SOURCE = Path(__file__).with_name("projectm.cpp")
PRESETS = Path("/usr/share/projectM/presets")  # of Debian's projectm-data
GET = "apt-get install libprojectm-dev projectm-data libegl-dev libgl-dev g++"
COUNT = 16


def build(folder):
    """The program, built into a folder; None where a compiler, the library or its presets are not here."""
    program = folder / "projectm"
    compiler = shutil.which("g++")
    if not (compiler and PRESETS.is_dir()):
        return None
    words = [compiler, "-O2", "-o", program, SOURCE, "-lprojectM", "-lEGL", "-lGL"]
    return None if subprocess.run(words, capture_output=True, check=False).returncode else program


def chosen():
    """So many presets, one from each equal part of all that there are; and how many there are."""
    found = sorted(PRESETS.rglob("*.milk"))
    rng, edges = random.Random(6), np.linspace(0, len(found), COUNT + 1).astype(int)
    return [found[rng.randrange(low, high)] for low, high in pairwise(edges)], len(found)


def open_projectm(program, size, sound):
    """A Peer that draws the preset whose path it is asked for; its answer is for `drawn`."""
    return Peer([str(program), *map(str, size), str(sound)], stderr=subprocess.DEVNULL)


def drawn(answer):
    """Seconds and processor seconds of each picture; None where nothing was to be seen, or nothing moved."""
    *times, light, change = answer
    return np.reshape(times, (-1, 2)) if light > 1 and change > 0.05 else None
