"""Writes and reads sound files with PyAV alone, independent of the engine's own code."""

import av
import numpy as np

SCALE = {"s16": 1 << 15, "s32": 1 << 31}  # of integer samples; 24 bits are the upper ones of 32
BLOCK = 1000  # frames; shorter than a frame of any codec


def write_sound(path, x, rate, codec="pcm_f32le", *, layout=None):
    """Write float (frames, channels) samples; the ending chooses the container. Returns the path."""
    layout = layout or {1: "mono", 2: "stereo"}[x.shape[1]]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        form = stream.codec_context.format
        scale = SCALE.get(form.name.rstrip("p"))
        for at in range(0, len(x), BLOCK):
            block = x[at : at + BLOCK]
            if scale:
                block = np.clip(np.rint(block * float(scale)), -scale, scale - 1).astype(f"i{form.bytes}")
            block = block.T if form.is_planar else block.reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block, None if scale else "f4"), form.name, layout)
            frame.rate, frame.pts = rate, at
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def read_sound(path):
    """All samples of a file, float64 (frames, channels), and its rate."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        channels, parts = stream.codec_context.channels, []
        for frame in (frame for packet in container.demux(stream) for frame in packet.decode()):
            part = frame.to_ndarray()
            parts.append(part.T if frame.format.is_planar else part.reshape(-1, channels))
        form = stream.codec_context.format.name.rstrip("p")
        return np.concatenate(parts).astype(np.float64) / SCALE.get(form, 1), stream.rate


def sine(hertz, rate, frames, level=0.5):
    return level * np.sin(2 * np.pi * hertz * np.arange(frames) / rate)


def noise(frames, channels=2, seed=3):
    return np.random.default_rng(seed).normal(0, 0.1, (frames, channels)).astype(np.float32)
