"""Sound files: WAV of 24-bit or float samples, FLAC of 24-bit samples."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np

from phosphene.engine.audio.core import CHANNELS
from phosphene.engine.rings import ring
from phosphene.engine.rings.ring import Ring

CHUNK = 16_384  # frames written at once
FORMATS = {  # by ending and depth: container, codec, sample format
    (".wav", "24"): ("wav", "pcm_s24le", "s32"),
    (".wav", "float"): ("wav", "pcm_f32le", "flt"),
    (".flac", "24"): ("flac", "flac", "s32"),
}
ENDINGS = tuple(sorted({ending for ending, _ in FORMATS}))
FULL_SCALE = 1 << 23  # of a 24-bit sample


def depths(ending: str) -> list[str]:
    """The sample formats that a file with this ending can hold."""
    return [depth for each, depth in FORMATS if each == ending]


class SoundFile:
    """A sound file that is written block by block.

    Parameters
    ----------
    path : Path
    file_format : (str, str)
        Ending and depth, a key of FORMATS.
    rate : int
    layout : str
        FFmpeg's name of the channels: "mono", "stereo", "5.1".
    """

    def __init__(self, path: Path, file_format: tuple[str, str], rate: int, layout: str = "stereo") -> None:
        container, codec, self.sample_format = FORMATS[file_format]
        self.layout, self.rate = layout, rate
        options = {"rf64": "auto"} if container == "wav" else {}
        place = os.path.abspath(path)  # in a relative path, FFmpeg takes what precedes a colon for a protocol
        self.container = av.open(place, "w", format=container, options={**options, "fflags": "+bitexact"})
        self.stream = self.container.add_stream(codec, rate=rate, layout=layout, format=self.sample_format)
        self.stream.codec_context.flags |= av.codec.context.Flags.bitexact
        self.container.start_encoding()  # so that the file exists even if no sound follows
        self.written = 0

    def write(self, block: np.ndarray) -> None:
        """Append a float32 (frames, channels) block."""
        if self.sample_format == "s32":
            scaled = np.clip(np.rint(block * np.float64(FULL_SCALE)), -FULL_SCALE, FULL_SCALE - 1)
            block = scaled.astype(np.int32) << 8
        frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), self.sample_format, self.layout)
        frame.rate, frame.pts = self.rate, self.written
        self.written += len(block)
        self.container.mux(self.stream.encode(frame))

    def finish(self) -> None:
        """Flush the encoder and close the file."""
        self.container.mux(self.stream.encode(None))
        self.container.close()

    def close(self) -> None:
        """Close the file, finished or not."""
        self.container.close()


class SoundFileNode:
    """The node that writes a ring to files and hashes every sample.

    Parameters
    ----------
    inlet : Ring
        Stereo.
    files : list
        Objects with write(block) and finish(): SoundFile, Mp4AudioTrack.
    """

    name = thread = "file"

    def __init__(self, inlet: Ring, files: Sequence[Any]) -> None:
        self.inlet, self.files = inlet, files
        self.hash = hashlib.sha256()
        self.block = np.zeros((CHUNK, CHANNELS), np.float32)
        self.frames = 0
        self.done = False

    def step(self) -> int:
        ended = ring.ended(self.inlet)
        readable = ring.readable(self.inlet, CHUNK)
        if readable < CHUNK and not (ended or self._last_block()):
            return 0
        block = self.block[: ring.pull(self.inlet, self.block)]
        if len(block):
            self.hash.update(block.astype("<f4", copy=False).tobytes())
            for file in self.files:
                file.write(block)
            self.frames += len(block)
        if ended:
            for file in self.files:
                file.finish()
            self.done = True
        return len(block)

    def _last_block(self):
        """True if the writer has ended the ring, though rows may still wait in it."""
        return self.inlet.written[ring.ENDED] == 1
