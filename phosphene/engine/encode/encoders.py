"""Video encoders: which exist, and which of them work on this machine."""

import contextlib
from fractions import Fraction
from typing import Any, NamedTuple

import av
import numpy as np
from av.codec.context import Flags
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from phosphene.engine.common.errors import PhospheneError, UsageError

KEYFRAME_SECONDS = 2  # from one keyframe to the next
PROBE_SIZE = (256, 256)  # a graphics card may refuse less


class Encoder(NamedTuple):
    name: str  # FFmpeg's
    quality: str  # the option that x264 calls crf
    best: int  # lowest value of that option
    options: dict[str, str]


ENCODERS = {
    "x264": Encoder("libx264", "crf", 0, {}),
    "nvenc": Encoder("h264_nvenc", "cq", 1, {"rc": "vbr"}),  # its 0 leaves the choice to the card
}


def open_encoder(
    context: Any, codec: str, *, size: tuple[int, int], fps: Fraction, crf: int, threads: int, preset: str
) -> None:
    """Configure FFmpeg's codec context for a film's frames, and open it.

    Parameters
    ----------
    context : av.CodecContext
    codec : str
        A key of ENCODERS.
    size : (int, int)
    fps : Fraction
    crf, threads : int
    preset : str
        Of the encoder.

    Raises
    ------
    PhospheneError
        If it does not open, with FFmpeg's reason.
    """
    encoder = ENCODERS[codec]
    context.width, context.height = size
    context.pix_fmt, context.sample_aspect_ratio = "yuv420p", Fraction(1)
    context.framerate, context.time_base = fps, 1 / fps
    context.gop_size = round(KEYFRAME_SECONDS * fps)
    context.thread_count = threads
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
    context.flags |= Flags.bitexact
    context.options = {
        encoder.quality: str(max(crf, encoder.best)),
        "preset": preset,
        "chroma_sample_location": "center",  # chroma is the mean of four pixels
        **encoder.options,
    }
    with _ffmpeg_errors():
        context.open()


def check_encoders() -> dict[str, str | None]:
    """Why each encoder fails here, by name; None for one that works."""
    return {codec: _find_fault(codec) for codec in ENCODERS}


def require_encoder(codec: str) -> None:
    """Check, before any work is done, that an encoder works here.

    Raises
    ------
    UsageError
        If it does not, with the reason.
    """
    found = check_encoders()
    if found[codec]:
        working = ", ".join(name for name in found if not found[name])
        raise UsageError(f"--codec {codec}: does not open here ({found[codec]}); has {working or 'none'}")


def _find_fault(codec):
    name = ENCODERS[codec].name
    if name not in av.codecs_available:
        return f"FFmpeg was built without {name}"
    context = av.CodecContext.create(name, "w")
    grey = np.full((PROBE_SIZE[1] * 3 // 2, PROBE_SIZE[0]), 128, np.uint8)
    try:
        open_encoder(context, codec, size=PROBE_SIZE, fps=Fraction(30), crf=16, threads=1, preset="medium")
        with _ffmpeg_errors():  # one that opens may still fail to encode
            context.encode(av.VideoFrame.from_ndarray(grey, format="yuv420p"))
            context.encode(None)
    except PhospheneError as fault:
        return str(fault)
    return None


@contextlib.contextmanager
def _ffmpeg_errors():
    """Turn FFmpeg's errors into PhospheneError, with the reason that FFmpeg only logs."""
    before = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture(local=False):  # otherwise they are printed
            yield
    except av.FFmpegError as fault:
        raise PhospheneError(fault.log[2].strip() if fault.log else fault.strerror) from fault
    finally:
        av.logging.set_level(before)
