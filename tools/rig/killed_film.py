"""Measures what is left of a film whose process is killed in the middle.

    python3 -m tools.rig.killed_film FILM WIDTH HEIGHT FPS COUNT LAYOUT

bounces a film of the synth. Once the encoder has COUNT pictures, it prints their number and kills itself. LAYOUT is
"ours", or "plain" for an MP4 with the default options of FFmpeg.
"""

import os
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av

from phosphene.engine.audio.sources.base import open_source
from phosphene.engine.encode import mp4
from phosphene.engine.offline.bounce import BounceInput, FilmSettings, bounce
from phosphene.engine.presets.load import load_preset

ENDLESS = 36_000.0  # seconds


class KilledFilm(NamedTuple):
    """What a killed bounce left."""

    sent: int  # pictures that the encoder had received
    opened: int  # pictures that the part file shows
    names: list  # of the files in its folder


def kill_bounce(folder, count, *, size=(640, 360), fps=Fraction(30), plain=False):
    """Bounce into an empty folder, and kill the process once the encoder has `count` pictures or a few more."""
    arguments = [folder / "x.mp4", *size, fps, count, "plain" if plain else "ours"]
    child = subprocess.run(
        [sys.executable, "-m", "tools.rig.killed_film", *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if child.returncode != -signal.SIGKILL:
        raise RuntimeError(f"the bounce ended by itself, with exit status {child.returncode}")
    (part,) = folder.glob(".x.mp4.*.part")
    return KilledFilm(int(child.stdout), _count_frames(part), sorted(path.name for path in folder.iterdir()))


def _count_frames(path):
    """Number of pictures in a film; 0 if it does not open."""
    try:
        with av.open(str(path)) as container:
            return sum(1 for _ in container.decode(video=0))
    except av.FFmpegError:
        return 0


def main(path, width, height, fps, count, layout):
    if layout == "plain":
        mp4._muxer_options = lambda rate: {}

    def kill_when_due(graph):
        if (sent := graph.viewers[-1].written) >= int(count):
            os.write(sys.stdout.fileno(), str(sent).encode())
            os.kill(os.getpid(), signal.SIGKILL)

    preset, _ = load_preset()
    source = BounceInput(open_source("synth", None, preset), "synth", preset, seconds=ENDLESS)
    bounce(source, [Path(path)], film=FilmSettings((int(width), int(height)), Fraction(fps)), on_progress=kill_when_due)


if __name__ == "__main__":
    main(*sys.argv[1:])
