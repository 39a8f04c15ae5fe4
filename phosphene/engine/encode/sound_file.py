"""Sound files: WAV of 24 bits or floats, FLAC of 24 bits."""

import hashlib

import av
import numpy as np

from phosphene.engine.audio.core import CHANNELS
from phosphene.engine.rings import ring

CHUNK = 16_384
FORMATS = {  # by ending and depth: container, codec, sample format
    (".wav", "24"): ("wav", "pcm_s24le", "s32"),
    (".wav", "float"): ("wav", "pcm_f32le", "flt"),
    (".flac", "24"): ("flac", "flac", "s32"),
}
FULL = 1 << 23  # of a 24-bit sample


class SoundFile:
    """A file that takes float32 (frames, channels) blocks; `layout` names the channels, as FFmpeg does."""

    def __init__(self, path, form, rate, layout="stereo"):
        container, codec, self.format = FORMATS[form]
        self.layout = layout
        options = {"rf64": "auto"} if container == "wav" else {}
        self.rate = rate
        self.container = av.open(str(path), "w", format=container, options={**options, "fflags": "+bitexact"})
        self.stream = self.container.add_stream(codec, rate=rate, layout=layout, format=self.format)
        self.stream.codec_context.flags |= av.codec.context.Flags.bitexact
        self.container.start_encoding()  # so that there is a file, though no sound may follow
        self.written = 0

    def write(self, block):
        if self.format == "s32":
            block = np.clip(np.rint(block * np.float64(FULL)), -FULL, FULL - 1).astype(np.int32) << 8
        frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), self.format, self.layout)
        frame.rate, frame.pts = self.rate, self.written
        self.written += len(block)
        self.container.mux(self.stream.encode(frame))

    def finish(self):
        self.container.mux(self.stream.encode(None))
        self.container.close()

    def close(self):
        """Let go of the file, finished or not."""
        self.container.close()


class SoundFileNode:
    """Writes a ring to files, and keeps a hash of every sample."""

    name = "file"

    def __init__(self, inlet, files):
        self.inlet, self.files = inlet, files
        self.hash = hashlib.sha256()
        self.block = np.zeros((CHUNK, CHANNELS), np.float32)
        self.frames = 0
        self.done = False

    def step(self):
        over = ring.ended(self.inlet)
        waits = ring.readable(self.inlet, CHUNK)
        if waits < CHUNK and not (over or self._last()):
            return 0
        block = self.block[: ring.pull(self.inlet, self.block)]
        if len(block):
            self.hash.update(block.astype("<f4", copy=False).tobytes())
            for file in self.files:
                file.write(block)
            self.frames += len(block)
        if over:
            for file in self.files:
                file.finish()
            self.done = True
        return len(block)

    def _last(self):
        return self.inlet.written[ring.ENDED] == 1
