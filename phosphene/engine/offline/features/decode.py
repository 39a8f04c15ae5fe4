"""DecodedFile: the sound of a file in blocks, with what the metadata needs of it."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from phosphene.engine.audio.sources.file import CHANNELS, FileSource
from phosphene.engine.effects.chain.guard import scrub
from phosphene.engine.listening.waveform_overview import extend_overview, make_waveform_overview

BLOCK = 65_536  # frames


class DecodedFile:
    """A file as an iterable of float32 (frames, 2) blocks, scrubbed of NaN; each iteration starts at the beginning.

    After an iteration these are known: `frames`, `scrubbed` (samples that were not numbers), `hash` (over all
    samples, before scrubbing), `outline` (of the waveform) and `warnings`.

    Parameters
    ----------
    path : Path
    on_progress : callable(DecodedFile)
        Called after each block; it may raise to cancel.

    Raises
    ------
    UsageError
        If the file does not exist, or holds no sound that FFmpeg can read.
    """

    def __init__(self, path: Path, on_progress: Callable[["DecodedFile"], None] = lambda decoded: None) -> None:
        self.path, self.on_progress = path, on_progress
        self._open()

    def _open(self):
        self.source = FileSource(self.path)
        self.rate, self.channels = self.source.rate, self.source.stream.channels
        self.frames, self.scrubbed = 0, 0
        self.hash, self.outline = hashlib.sha256(), make_waveform_overview()

    def __iter__(self) -> Iterator[np.ndarray]:
        self._open()
        buffer, count = np.zeros((BLOCK, CHANNELS), np.float32), BLOCK
        while count == BLOCK:
            count = self.source.read(buffer)
            block = buffer[:count]
            self.hash.update(block)
            self.scrubbed += scrub(block)
            extend_overview(self.outline, block)
            self.frames += count
            yield block
            self.on_progress(self)

    def read_to_end(self) -> "DecodedFile":
        """Decode the whole file for its hash and length; returns self."""
        for _ in self:
            pass
        return self

    @property
    def warnings(self) -> Iterator[str]:
        """Sentences for the user."""
        broken, scrubbed = self.source.broken, self.scrubbed
        if broken:
            yield f"{broken} damaged packet{'s were' if broken > 1 else ' was'} left out"
        if scrubbed:
            yield f"{scrubbed} sample{'s were no numbers' if scrubbed > 1 else ' was no number'} and became silence"
