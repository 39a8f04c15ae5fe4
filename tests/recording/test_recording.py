"""A recording: sound without a gap, frames as they were shown, and the nearest one for each frame of the film."""

import contextlib
import math

import numpy as np
import pytest

from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.taps import TapPoint
from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.encode.yuv420 import rgba_to_yuv420
from phosphene.engine.encode.yuv420_gpu import Yuv420Readback
from phosphene.engine.gl.readback import Readback
from phosphene.engine.recording import frame_select, frame_tap
from phosphene.engine.recording.audio_track import MAX_READ_FRAMES, AudioTrack
from phosphene.engine.recording.frame_select import FrameSelector
from phosphene.engine.recording.frame_tap import FrameTap
from phosphene.engine.recording.shared_frames import AUDIO_FRAMES, FRAME_SLOTS, RecorderStat, frame_slot, layouts
from phosphene.engine.rings import Segment, SessionLock, allocate, ring
from phosphene.engine.rings.board import get, put
from phosphene.engine.rings.tap import activate, deactivate
from tests.support.core_player import RATE, CorePlayer, noise

PERIOD = RATE / 30
SIZE = (64, 36)


def select(shown, period=PERIOD):
    """The samples of the frames in a film, and its moments, for frames that were shown at the samples `shown`."""
    selector, film = FrameSelector(shown[0], period), []
    for sample in shown:
        selector.add(sample, sample)
        while selector.ready:
            selector.choose()
            film.append(selector.current[0])
    return np.array(film), shown[0] + period * np.arange(len(film))


def show_times(rate, seconds, *, drift=0.0, jitter=0.0):
    """Samples at which a display shows frames."""
    samples = np.arange(round(seconds * rate)) * RATE / rate * (1.0 + drift)
    return samples + np.random.default_rng(8).normal(0.0, jitter * RATE, len(samples))


def count_slips(shown, film):
    """(frames that are missing in the film, frames that are repeated)."""
    return len(np.setdiff1d(shown[shown <= film[-1]], film)), len(film) - len(np.unique(film))


@pytest.mark.parametrize("drift", [-2e-4, -5e-5, 0.0, 5e-5, 2e-4])
def test_each_frame_is_used_once_at_the_film_rate(drift, monkeypatch):
    """Ten minutes by two clocks: a drift is corrected once, without going back and forth."""
    shown = show_times(30, 600, drift=drift, jitter=1e-3)
    film, moments = select(shown)
    assert max(count_slips(shown, film)) <= math.ceil(abs(drift) * 600 * 30)
    assert np.abs(film - moments).max() <= (0.5 + frame_select.NEXT_FRAME_BONUS / 2) * PERIOD + 5e-3 * RATE
    monkeypatch.setattr(frame_select, "NEXT_FRAME_BONUS", 0.0)
    if abs(drift) == 5e-5:
        assert max(count_slips(shown, select(shown)[0])) > 3, (
            "without the bonus nothing slipped, so this proved nothing"
        )


@pytest.mark.parametrize("rate", [24, 29, 50, 60, 75, 144])
def test_nearest_frame_is_used_at_other_rates(rate):
    shown = show_times(rate, 60, jitter=1e-3)
    film, moments = select(shown)
    assert np.all(np.diff(film) >= 0) and len(film) > 0.99 * 60 * 30
    assert (
        np.abs(film - moments).max() <= 0.5 * RATE / rate + 0.5 * frame_select.NEXT_FRAME_BONUS * PERIOD + 5e-3 * RATE
    )


def test_frame_is_repeated_until_there_is_another():
    selector = FrameSelector(0.0, 100.0)
    for sample in (0.0, 100.0):
        selector.add(sample, sample)
        assert selector.ready
        assert selector.choose() == sample
    assert not selector.ready
    assert [selector.choose() for _ in range(5)] == [None] * 5
    selector.add(650.0, "late")
    selector.add(650.0, "while the sound stood still")
    selector.add(700.0, "in time")
    assert [selector.choose() for _ in range(2)] == ["in time", None]


def read_track(track):
    blocks = []
    while (block := track.read()) is not None:
        blocks.append(block.copy())
    return np.concatenate(blocks) if blocks else np.zeros((0, 2), np.float32)


def recorded_player(segment, position=0):
    """A CorePlayer whose output is recorded."""
    player = CorePlayer(RATE, TapPoint("output", activate(segment["audio"])))
    player.plans.change([("volume", {"gain": 12.0})], 1)
    put(player.meters, int(Meter.POSITION), float(position))
    return player


@pytest.fixture
def segment():
    return {name: allocate(layout) for name, layout in layouts(SIZE).items()}


@pytest.mark.parametrize("size", [1, 64, 65, 256, 1024])
@pytest.mark.parametrize("start", [0, 1, 1000, 5000])
def test_track_is_the_output_from_a_sample_on(size, start, segment):
    """Behind the limiter, which this sound is loud enough for."""
    player, track, x = recorded_player(segment), AudioTrack(segment, start), 10 * noise(6_000)
    out, first = [player.play(x[:2_000], size)], read_track(track)
    out.append(player.play(x[2_000:], size))
    np.testing.assert_array_equal(np.concatenate([first, read_track(track)]), np.concatenate(out)[start:])


def test_idle_tap_gives_nothing(segment):
    player = recorded_player(segment)
    deactivate(segment["audio"])
    assert np.abs(player.play(noise(3_000))).max() > 0 and read_track(AudioTrack(segment, 0)).size == 0


def test_lost_sound_is_silence_of_the_same_length(segment):
    player, track = recorded_player(segment), AudioTrack(segment, 0)
    out = [player.play(noise(5_000), 250)]
    recorded = [read_track(track)]
    while len(np.concatenate(out)) < AUDIO_FRAMES + 100_000:
        out.append(player.play(noise(50_000, seed=len(out)), 250))
    recorded.append(read_track(track))
    out.append(player.play(noise(9_000, seed=99), 250))
    recorded.append(read_track(track))
    out, recorded = np.concatenate(out), np.concatenate(recorded)
    assert len(recorded) == len(out)
    lost = int(get(segment["stats"], int(RecorderStat.LOST)))
    assert 95_000 - 250 <= lost <= 95_000 + 60_000
    silent = np.flatnonzero(~np.any(recorded, 1) & np.any(out, 1))
    assert len(silent) >= lost - 2 and np.ptp(silent) < lost, "one gap"
    recorded[silent[0] : silent[-1] + 1] = out[silent[0] : silent[-1] + 1]
    np.testing.assert_array_equal(recorded, out)


def test_restarted_audio_process_records_nothing_twice(segment):
    """It died after it had written a block and before it counted it; its successor writes the block again."""
    player, track = recorded_player(segment), AudioTrack(segment, 0)
    first = player.play(noise(1_000), 250)
    again = recorded_player(segment, position=750)
    second = again.play(noise(1_000, seed=6), 250)
    np.testing.assert_array_equal(read_track(track), np.concatenate([first, second[250:]]))
    assert get(segment["stats"], int(RecorderStat.LOST)) == 0


def test_restarted_recorder_reads_on(segment):
    player, track = recorded_player(segment), AudioTrack(segment, 0)
    out = player.play(noise(3 * MAX_READ_FRAMES), 250)
    track.read()
    np.testing.assert_array_equal(read_track(AudioTrack(segment, MAX_READ_FRAMES + 100)), out[MAX_READ_FRAMES + 100 :])


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
