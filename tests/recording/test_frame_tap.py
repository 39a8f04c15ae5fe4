"""FrameTap: frames as they were shown, on their way to the recorder."""

import contextlib
import math

import numpy as np
import pytest

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.encode.yuv420 import rgba_to_yuv420
from phosphene.engine.encode.yuv420_gpu import Yuv420Readback
from phosphene.engine.gl.readback import Readback
from phosphene.engine.recording import frame_tap
from phosphene.engine.recording.frame_tap import FrameTap
from phosphene.engine.recording.shared_frames import FRAME_SLOTS, RecorderStat, frame_slot, layouts
from phosphene.engine.rings import Segment, SessionLock, ring
from phosphene.engine.rings.board import get, put

SIZE = (64, 36)


@pytest.fixture
def film():
    """A film config and its segment."""
    lock = SessionLock("-test")
    segment = Segment(lock.name, layouts(SIZE), create=True)
    put(segment["stats"], int(RecorderStat.RECORDING), 1.0)
    yield {"segment": lock.name, "size": SIZE}, segment
    segment.close()
    lock.release()


class Picture:
    """A framebuffer to record."""

    def __init__(self, context, size=SIZE):
        self.texture = context.gl.texture(size, 4)
        self.framebuffer = context.gl.framebuffer([self.texture])

    def draw(self, seed):
        """Fill it with noise; returns its RGBA pixels."""
        width, height = self.texture.size
        picture = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
        self.texture.write(picture)
        return picture

    def release(self):
        self.framebuffer.release()
        self.texture.release()


@contextlib.contextmanager
def open_tap(context, film, size=SIZE):
    tap, picture = FrameTap(context, film), Picture(context, size)
    try:
        yield tap, picture
    finally:
        tap.release()
        picture.release()


def pull_frames(segment):
    """(sample, frame) of all that wait."""
    times, frames, sample = segment["frame_times"], [], np.zeros((1, 1))
    while ring.readable(times, 1):
        frame = frame_slot(segment, int(times.taken[ring.COUNT])).copy()
        assert ring.pull(times, sample)
        frames.append((float(sample[0, 0]), frame))
    return frames


@pytest.mark.parametrize("readback", [Readback, Yuv420Readback])
def test_frames_arrive_unchanged_with_their_samples(context, film, readback, monkeypatch):
    if readback is Yuv420Readback and not context.has_compute:
        pytest.skip("no compute shaders here")
    monkeypatch.setattr(frame_tap, "make_readback", readback)
    config, segment = film
    with open_tap(context, config) as (tap, picture):
        shown, frames = [], []
        for sample in range(10):
            shown.append(picture.draw(sample))
            tap.capture(picture.framebuffer, SIZE, 100.5 * sample)
            frames += pull_frames(segment)
    frames += pull_frames(segment)
    assert [sample for sample, _ in frames] == [100.5 * n for n in range(10)]
    assert get(segment["stats"], int(RecorderStat.IS_YUV420)) == (readback is Yuv420Readback)
    for pixels, (_, raw) in zip(shown, frames):
        if readback is Yuv420Readback:
            expected = np.empty(math.prod(SIZE) * 3 // 2, np.uint8)
            rgba_to_yuv420(pixels, expected)
        else:
            expected = pixels.reshape(-1)
        np.testing.assert_array_equal(raw[: expected.size], expected)
    assert get(segment["stats"], int(RecorderStat.DROPPED)) == 0


def test_frames_without_a_slot_are_dropped_and_counted(context, film):
    config, segment = film
    with open_tap(context, config) as (tap, picture):
        for sample in range(20):
            picture.draw(sample)
            tap.capture(picture.framebuffer, SIZE, float(sample))
        assert [sample for sample, _ in pull_frames(segment)] == [*range(FRAME_SLOTS)]
        assert get(segment["stats"], int(RecorderStat.DROPPED)) == 20 - FRAME_SLOTS
        pixels = picture.draw(77)
        tap.capture(picture.framebuffer, SIZE, 77.0)
    ((sample, raw),) = pull_frames(segment)
    assert sample == 77.0
    np.testing.assert_array_equal(raw, pixels.reshape(-1))


def test_nothing_is_captured_before_sound_or_without_a_recorder(context, film):
    config, segment = film
    with open_tap(context, config) as (tap, picture):
        picture.draw(1)
        tap.capture(picture.framebuffer, SIZE, -3.0)
        put(segment["stats"], int(RecorderStat.RECORDING), 0.0)
        tap.capture(picture.framebuffer, SIZE, 3.0)
        assert tap.readback is None
    assert not pull_frames(segment)


def test_frame_of_another_size_is_scaled_to_fit(context, film):
    """In this visual process and in its successor, and if the first frame was drawn at a reduced size."""
    config, segment = film
    frames = {}
    for sizes in ((24, 14), (18, 36), (128, 36), SIZE), ((256, 144),):
        with open_tap(context, config) as (tap, _):
            for size in sizes:
                white = Picture(context, size)
                white.framebuffer.clear(1.0, 1.0, 1.0, 1.0)
                tap.capture(white.framebuffer, SIZE if sizes[0] == (24, 14) else size, size[0])
                frames |= pull_frames(segment)
                white.release()
        frames |= pull_frames(segment)
    small, tall, wide, whole, large = (frames[width].reshape(36, 64, 4)[..., 0] for width in (24, 18, 128, 64, 256))
    assert min(small.min(), whole.min(), large.min()) == 255
    assert tall[:, 23:41].min() == 255 and tall[:, :22].max() == tall[:, 42:].max() == 0
    assert wide[9:27].min() == 255 and wide[:8].max() == wide[28:].max() == 0
    assert [get(segment["stats"], int(side)) for side in (RecorderStat.WIDTH, RecorderStat.HEIGHT)] == [64, 36]


@pytest.mark.parametrize(
    "size, most, film",
    [
        ((640, 360), (1920, 1080), (640, 360)),
        ((641, 361), (1920, 1080), (640, 360)),
        ((3840, 2160), (1920, 1080), (1920, 1080)),
        ((3000, 3001), (1920, 1080), (1438, 1440)),
        ((3, 3), (1920, 1080), (16, 16)),
    ],
)
def test_film_has_even_sides_and_no_more_pixels_than_allowed(size, most, film):
    assert frame_tap.even_size(size, math.prod(most)) == film
    assert math.prod(film) <= math.prod(most)
    assert size == (3, 3) or frame_tap.fit_size(size, film) == (film, (0, 0)), "no bars of one pixel"


def test_segment_that_does_not_fit_into_memory_is_refused():
    """Writing to memory that is not there would kill the writer."""
    lock = SessionLock("-test")
    try:
        with pytest.raises(PhospheneError, match=r"^cannot allocate \d+ MB of shared memory \("):
            Segment(lock.name, layouts((1 << 21, 1 << 20)), create=True)
    finally:
        lock.release()
