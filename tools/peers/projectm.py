"""projectM as a peer: our program around Debian's library draws its presets offscreen."""

import random
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np

from tools.peers.peer_process import PeerProcess

SOURCE = Path(__file__).with_name("projectm.cpp")
PRESETS = Path("/usr/share/projectM/presets")  # from Debian's projectm-data
HOW_TO_GET = "apt-get install libprojectm-dev projectm-data libegl-dev libgl-dev g++"
COUNT = 16


def build(folder):
    """Build the program into a folder; returns its path, or None without a compiler, the library or its presets."""
    program = folder / "projectm"
    compiler = shutil.which("g++")
    if not (compiler and PRESETS.is_dir()):
        return None
    command = [compiler, "-O2", "-o", program, SOURCE, "-lprojectM", "-lEGL", "-lGL"]
    return None if subprocess.run(command, capture_output=True, check=False).returncode else program


def choose_presets():
    """COUNT presets, one from each equal part of the list of all presets; and the number of all."""
    found = sorted(PRESETS.rglob("*.milk"))
    rng, edges = random.Random(6), np.linspace(0, len(found), COUNT + 1).astype(int)
    return [found[rng.randrange(low, high)] for low, high in pairwise(edges)], len(found)


def open_projectm(program, size, sound):
    """A PeerProcess that takes the path of a preset and draws it; pass its answer to `parse_times`."""
    return PeerProcess([str(program), *map(str, size), str(sound)], stderr=subprocess.DEVNULL)


def parse_times(answer):
    """(pictures, 2): wall and processor seconds of each; None if the preset shows nothing or does not move."""
    *times, light, change = answer
    return np.reshape(times, (-1, 2)) if light > 1 and change > 0.05 else None
