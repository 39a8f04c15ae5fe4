"""Where sound comes from when it is not a microphone: a file, the synth, silence."""

from pathlib import Path
from typing import Any, Protocol

import numpy as np

from phosphene.engine.audio.sources.file import FileSource
from phosphene.engine.audio.sources.synth import Synth
from phosphene.engine.common.errors import UsageError
from phosphene.engine.effects import EFFECTS

KINDS = ("mic", "file", "synth", "silence")
DEFAULT_RATE = 48_000  # frames per second, where neither a file nor a device has its own


class Source(Protocol):
    """Stereo sound that is read in blocks."""

    @property
    def rate(self) -> int: ...  # frames per second

    @property
    def length(self) -> int | None: ...  # frames; None for a source without an end

    def seek(self, position: int) -> None:
        """Go on from a frame."""

    def read(self, out: np.ndarray) -> int:
        """Fill float32 (frames, 2); gives the number of frames, fewer only at the end."""


class SynthSource:
    """The built-in synth. It has no end."""

    length = None

    def __init__(self, rate: int, *, seed: int, params: dict[str, float]) -> None:
        self.rate, self.synth = rate, Synth(rate, seed=seed, params=params)

    @property
    def position(self) -> int:
        return self.synth.position

    def seek(self, position: int) -> None:
        self.synth.seek(position)

    def read(self, out: np.ndarray) -> int:
        self.synth.read(out)
        return len(out)


class SilenceSource:
    """Silence. It has no end."""

    length = None

    def __init__(self, rate: int) -> None:
        self.rate, self.position = rate, 0

    def seek(self, position: int) -> None:
        self.position = position

    def read(self, out: np.ndarray) -> int:
        out[:] = 0.0
        self.position += len(out)
        return len(out)


def check_source_speed(genes: list[tuple[str, Any]], kind: str) -> None:
    """Refuse a genome whose operators pull a source that cannot be pulled: a microphone has its own speed.

    Raises
    ------
    UsageError
    """
    pulling = [op for op, _ in genes if getattr(EFFECTS[op], "PULLS_SOURCE", False)]
    if pulling and kind == "mic":
        raise UsageError(
            f"genome: {pulling[0]} pulls its source faster or slower, which a microphone cannot be; "
            "use --source file or synth, or leave it out (pitch plays live)"
        )


def open_source(kind: str, rate: int | None, preset: Any, *, file: Path | None = None, loop: bool = False) -> Source:
    """A source by its name; `rate` None leaves a file at its own rate."""
    if kind == "file":
        if file is None:
            raise UsageError("--source file: needs --file F")
        return FileSource(file, rate, loop=loop)
    if kind == "synth":
        return SynthSource(rate or DEFAULT_RATE, seed=preset.seed, params=preset.synth.model_dump())
    if kind == "silence":
        return SilenceSource(rate or DEFAULT_RATE)
    raise UsageError(f"--source {kind}: is not read from a file or made (has {', '.join(KINDS)})")
