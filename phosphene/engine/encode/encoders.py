"""Encoders of pictures: which there are, and which of them open on this machine."""

import contextlib
from fractions import Fraction
from typing import NamedTuple

import av
import numpy as np
from av.codec.context import Flags
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from phosphene.engine.common.errors import PhospheneError, UsageError

GROUP = 2  # seconds from one picture that stands alone to the next
SMALL = (256, 256)  # a graphics card may refuse less


class Encoder(NamedTuple):
    name: str  # FFmpeg's
    quality: str  # the option that is x264's crf, or the like of it
    best: int  # its lowest value
    options: dict


ENCODERS = {
    "x264": Encoder("libx264", "crf", 0, {}),
    "nvenc": Encoder("h264_nvenc", "cq", 1, {"rc": "vbr"}),  # its 0 leaves the choice to the card
}


def open_encoder(context, codec, *, size, fps, crf, threads, preset):
    """Set all that a film's pictures need on FFmpeg's context, and open it.

    Raises
    ------
    PhospheneError
        If it does not open; FFmpeg's reason.
    """
    encoder = ENCODERS[codec]
    context.width, context.height = size
    context.pix_fmt, context.sample_aspect_ratio = "yuv420p", Fraction(1)
    context.framerate, context.time_base = fps, 1 / fps
    context.gop_size = round(GROUP * fps)
    context.thread_count = threads
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
    context.flags |= Flags.bitexact
    context.options = {
        encoder.quality: str(max(crf, encoder.best)),
        "preset": preset,
        "chroma_sample_location": "center",  # of the four pixels that it is the mean of
        **encoder.options,
    }
    with _explained():
        context.open()


def faults():
    """Why each encoder does not work here; None for one that does."""
    return {codec: _fault(codec) for codec in ENCODERS}


def require(codec):
    """Check, before any work is done, that an encoder works here.

    Raises
    ------
    UsageError
        If it does not, with the reason.
    """
    found = faults()
    if found[codec]:
        working = ", ".join(name for name in found if not found[name])
        raise UsageError(f"--codec {codec}: does not open here ({found[codec]}); has {working or 'none'}")


def _fault(codec):
    name = ENCODERS[codec].name
    if name not in av.codecs_available:
        return f"FFmpeg was built without {name}"
    context = av.CodecContext.create(name, "w")
    grey = np.full((SMALL[1] * 3 // 2, SMALL[0]), 128, np.uint8)
    try:
        open_encoder(context, codec, size=SMALL, fps=Fraction(30), crf=16, threads=1, preset="medium")
        with _explained():  # what opens may still not encode
            context.encode(av.VideoFrame.from_ndarray(grey, format="yuv420p"))
            context.encode(None)
    except PhospheneError as fault:
        return str(fault)
    return None


@contextlib.contextmanager
def _explained():
    """Turn FFmpeg's errors into ours, with the reason that it else keeps to itself."""
    before = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture(local=False):  # or they would be printed
            yield
    except av.FFmpegError as fault:
        raise PhospheneError(fault.log[2].strip() if fault.log else fault.strerror) from fault
    finally:
        av.logging.set_level(before)
