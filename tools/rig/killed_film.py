"""What is left of a film whose process is killed while it is made.

    python3 -m tools.killed FILM WIDTH HEIGHT FPS COUNT LAYOUT

makes one of the synth, tells when it has given COUNT pictures to the encoder, and is killed then. LAYOUT is
"ours", or "plain" for an MP4 as FFmpeg writes it where nothing else is said.
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


class Left(NamedTuple):
    sent: int  # pictures that the encoder had been given
    opened: int  # those that the part file shows
    names: list  # of what lies there


def kill(folder, count, *, size=(640, 360), fps=Fraction(30), plain=False):
    """Kill a bounce into an empty folder, once it has sent so many pictures or a few more."""
    words = [folder / "x.mp4", *size, fps, count, "plain" if plain else "ours"]
    child = subprocess.run(
        [sys.executable, "-m", "tools.killed", *map(str, words)], stdout=subprocess.PIPE, text=True, check=False
    )
    if child.returncode != -signal.SIGKILL:
        raise RuntimeError(f"it ended by itself, with {child.returncode}")
    (part,) = folder.glob(".x.mp4.*.part")
    return Left(int(child.stdout), _shown(part), sorted(path.name for path in folder.iterdir()))


def _shown(path):
    """Pictures in a film, if it opens."""
    try:
        with av.open(str(path)) as container:
            return sum(1 for _ in container.decode(video=0))
    except av.FFmpegError:
        return 0


def main(path, width, height, fps, count, layout):
    if layout == "plain":
        mp4._muxer_options = lambda rate: {}

    def watch(graph):
        if (sent := graph.viewers[-1].written) >= int(count):
            os.write(sys.stdout.fileno(), str(sent).encode())
            os.kill(os.getpid(), signal.SIGKILL)

    preset, _ = load_preset()
    material = BounceInput(open_source("synth", None, preset), "synth", preset, seconds=ENDLESS)
    bounce(material, [Path(path)], film=FilmSettings((int(width), int(height)), Fraction(fps)), on_progress=watch)


if __name__ == "__main__":
    main(*sys.argv[1:])
