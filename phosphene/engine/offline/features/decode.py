"""A file as it is listened to."""

import hashlib

import numpy as np

from phosphene.engine.audio.sources.file import SIDES, FileSource
from phosphene.engine.effects.chain.guard import scrub
from phosphene.engine.listening.waveform_overview import extend, make_outline

BLOCK = 65_536  # frames


class DecodedFile:
    """The sound of a file in blocks, as a session would get it; whoever asks anew gets it from its beginning.

    Read to its end it knows what it held: `frames`, `hash` (over all of them, before what is no number went),
    `outline`, `remarks`.

    Raises
    ------
    UsageError
        If there is no such file, or no sound in it that FFmpeg can read.
    """

    def __init__(self, path, watch=lambda reading: None):
        self.path, self.watch = path, watch
        self._begin()

    def _begin(self):
        self.source = FileSource(self.path)
        self.rate, self.channels = self.source.rate, self.source.stream.channels
        self.frames, self.scrubbed = 0, 0
        self.hash, self.outline = hashlib.sha256(), make_outline()

    def __iter__(self):
        self._begin()
        block, count = np.zeros((BLOCK, SIDES), np.float32), BLOCK
        while count == BLOCK:
            count = self.source.read(block)
            sound = block[:count]
            self.hash.update(sound)
            self.scrubbed += scrub(sound)
            extend(self.outline, sound)
            self.frames += count
            yield sound
            self.watch(self)

    def to_the_end(self):
        """Read without listening."""
        for _ in self:
            pass
        return self

    @property
    def remarks(self):
        """What a user should know of it, a sentence each."""
        broken, scrubbed = self.source.broken, self.scrubbed
        if broken:
            yield f"{broken} damaged packet{'s were' if broken > 1 else ' was'} left out"
        if scrubbed:
            yield f"{scrubbed} sample{'s were no numbers' if scrubbed > 1 else ' was no number'} and became silence"
