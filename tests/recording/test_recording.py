"""What films are made of: sound without a gap, pictures as they were shown, and one of them for each moment."""

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
from phosphene.engine.recording import frame_select as cutting
from phosphene.engine.recording import frame_tap as looking
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


def cut(shown, period=PERIOD):
    """What a film shows of pictures that were shown at these samples, from the first to the last of them."""
    cutter, film = FrameSelector(shown[0], period), []
    for sample in shown:
        cutter.add(sample, sample)
        while cutter.sure:
            cutter.choose()
            film.append(cutter.shown[0])
    return np.array(film), shown[0] + period * np.arange(len(film))


def clock(rate, seconds, *, drift=0.0, jitter=0.0):
    moments = np.arange(round(seconds * rate)) * RATE / rate * (1.0 + drift)
    return moments + np.random.default_rng(8).normal(0.0, jitter * RATE, len(moments))


def slips(shown, film):
    """Pictures that are not shown in the film, and those that are shown again."""
    return len(np.setdiff1d(shown[shown <= film[-1]], film)), len(film) - len(np.unique(film))


@pytest.mark.parametrize("drift", [-2e-4, -5e-5, 0.0, 5e-5, 2e-4])
def test_pictures_that_come_as_fast_as_the_film_goes_are_shown_once_each(drift, monkeypatch):
    """Ten minutes by two clocks: what must be made good is made good once, not to and fro."""
    shown = clock(30, 600, drift=drift, jitter=1e-3)
    film, moments = cut(shown)
    assert max(slips(shown, film)) <= math.ceil(abs(drift) * 600 * 30)
    assert np.abs(film - moments).max() <= (0.5 + cutting.NEXT_FRAME_BONUS / 2) * PERIOD + 5e-3 * RATE
    monkeypatch.setattr(cutting, "LOYAL", 0.0)
    if abs(drift) == 5e-5:
        assert max(slips(shown, cut(shown)[0])) > 3, "so it would have gone well anyway"


@pytest.mark.parametrize("rate", [24, 29, 50, 60, 75, 144])
def test_of_pictures_that_come_faster_or_slower_the_nearest_is_shown(rate):
    shown = clock(rate, 60, jitter=1e-3)
    film, moments = cut(shown)
    assert np.all(np.diff(film) >= 0) and len(film) > 0.99 * 60 * 30
    assert np.abs(film - moments).max() <= 0.5 * RATE / rate + 0.5 * cutting.NEXT_FRAME_BONUS * PERIOD + 5e-3 * RATE


def test_a_picture_stays_until_there_is_another():
    cutter = FrameSelector(0.0, 100.0)
    for sample in (0.0, 100.0):
        cutter.add(sample, sample)
        assert cutter.sure
        assert cutter.choose() == sample
    assert not cutter.sure
    assert [cutter.choose() for _ in range(5)] == [None] * 5
    cutter.add(650.0, "late")
    cutter.add(650.0, "while the sound stood still")
    cutter.add(700.0, "in time")
    assert [cutter.choose() for _ in range(2)] == ["in time", None]


def heard_by(track):
    blocks = []
    while (block := track.read()) is not None:
        blocks.append(block.copy())
    return np.concatenate(blocks) if blocks else np.zeros((0, 2), np.float32)


def filmed_desk(footage, position=0):
    desk = CorePlayer(RATE, TapPoint("output", activate(footage["audio"])))
    desk.plans.change([("volume", {"gain": 12.0})], 1)
    put(desk.meters, int(Meter.POSITION), float(position))
    return desk


@pytest.fixture
def footage():
    return {name: allocate(plan) for name, plan in layouts(SIZE).items()}


@pytest.mark.parametrize("size", [1, 64, 65, 256, 1024])
@pytest.mark.parametrize("start", [0, 1, 1000, 5000])
def test_the_track_is_what_is_heard_from_a_sample_on(size, start, footage):
    """Behind the limiter, which this is loud enough for."""
    desk, track, x = filmed_desk(footage), AudioTrack(footage, start), 10 * noise(6_000)
    out, first = [desk.play(x[:2_000], size)], heard_by(track)
    out.append(desk.play(x[2_000:], size))
    np.testing.assert_array_equal(np.concatenate([first, heard_by(track)]), np.concatenate(out)[start:])


def test_a_session_that_is_not_filmed_gives_nothing(footage):
    desk = filmed_desk(footage)
    deactivate(footage["audio"])
    assert np.abs(desk.play(noise(3_000))).max() > 0 and heard_by(AudioTrack(footage, 0)).size == 0


def test_what_a_recorder_was_too_late_for_is_silence_of_the_same_length(footage):
    desk, track = filmed_desk(footage), AudioTrack(footage, 0)
    out = [desk.play(noise(5_000), 250)]
    got = [heard_by(track)]
    while len(np.concatenate(out)) < AUDIO_FRAMES + 100_000:
        out.append(desk.play(noise(50_000, seed=len(out)), 250))
    got.append(heard_by(track))
    out.append(desk.play(noise(9_000, seed=99), 250))
    got.append(heard_by(track))
    out, got = np.concatenate(out), np.concatenate(got)
    assert len(got) == len(out)
    lost = int(get(footage["stats"], int(RecorderStat.LOST)))
    assert 95_000 - 250 <= lost <= 95_000 + 60_000
    silent = np.flatnonzero(~np.any(got, 1) & np.any(out, 1))
    assert len(silent) >= lost - 2 and np.ptp(silent) < lost, "one gap"
    got[silent[0] : silent[-1] + 1] = out[silent[0] : silent[-1] + 1]
    np.testing.assert_array_equal(got, out)


def test_an_audio_process_that_died_in_a_block_plays_nothing_twice(footage):
    """It had given the block, and not counted it; the next life begins where it did."""
    desk, track = filmed_desk(footage), AudioTrack(footage, 0)
    first = desk.play(noise(1_000), 250)
    again = filmed_desk(footage, position=750)
    second = again.play(noise(1_000, seed=6), 250)
    np.testing.assert_array_equal(heard_by(track), np.concatenate([first, second[250:]]))
    assert get(footage["stats"], int(RecorderStat.LOST)) == 0


def test_a_recorder_that_comes_after_another_reads_on(footage):
    desk, track = filmed_desk(footage), AudioTrack(footage, 0)
    out = desk.play(noise(3 * MAX_READ_FRAMES), 250)
    track.read()
    np.testing.assert_array_equal(heard_by(AudioTrack(footage, MAX_READ_FRAMES + 100)), out[MAX_READ_FRAMES + 100 :])


@pytest.fixture
def film():
    """A wish's word of a film, and its footage."""
    claim = SessionLock("-test")
    segment = Segment(claim.name, layouts(SIZE), create=True)
    put(segment["stats"], int(RecorderStat.RECORDING), 1.0)
    yield {"segment": claim.name, "size": SIZE}, segment
    segment.close()
    claim.release()


class Wall:
    """Something to film."""

    def __init__(self, context, size=SIZE):
        self.texture = context.gl.texture(size, 4)
        self.framebuffer = context.gl.framebuffer([self.texture])

    def show(self, seed):
        width, height = self.texture.size
        picture = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
        self.texture.write(picture)
        return picture


@contextlib.contextmanager
def opened(context, film, size=SIZE):
    lens, wall = FrameTap(context, film), Wall(context, size)
    try:
        yield lens, wall
    finally:
        lens.release()


def given(footage):
    """Sample and picture of all that wait."""
    shown, pictures, sample = footage["frame_times"], [], np.zeros((1, 1))
    while ring.readable(shown, 1):
        pictures.append(frame_slot(footage, int(shown.taken[ring.COUNT])).copy())
        assert ring.pull(shown, sample)
        pictures[-1] = float(sample[0, 0]), pictures[-1]
    return pictures


@pytest.mark.parametrize("screen", [Readback, Yuv420Readback])
def test_pictures_come_as_they_are_with_their_samples(context, film, screen, monkeypatch):
    if screen is Yuv420Readback and not context.has_compute:
        pytest.skip("the graphics here do not compute")
    monkeypatch.setattr(looking, "screen_of", screen)
    word, footage = film
    with opened(context, word) as (lens, wall):
        shown, came = [], []
        for sample in range(10):
            shown.append(wall.show(sample))
            lens.take(wall.framebuffer, SIZE, 100.5 * sample)
            came += given(footage)
    came += given(footage)
    assert [sample for sample, _ in came] == [100.5 * n for n in range(10)]
    assert get(footage["stats"], int(RecorderStat.IS_YUV420)) == (screen is Yuv420Readback)
    for picture, (_, raw) in zip(shown, came):
        if screen is Yuv420Readback:
            expected = np.empty(math.prod(SIZE) * 3 // 2, np.uint8)
            rgba_to_yuv420(picture, expected)
        else:
            expected = picture.reshape(-1)
        np.testing.assert_array_equal(raw[: expected.size], expected)
    assert get(footage["stats"], int(RecorderStat.DROPPED)) == 0


def test_pictures_that_nobody_takes_are_dropped_and_counted(context, film):
    word, footage = film
    with opened(context, word) as (lens, wall):
        for sample in range(20):
            wall.show(sample)
            lens.take(wall.framebuffer, SIZE, float(sample))
        assert [sample for sample, _ in given(footage)] == [*range(FRAME_SLOTS)]
        assert get(footage["stats"], int(RecorderStat.DROPPED)) == 20 - FRAME_SLOTS
        picture = wall.show(77)
        lens.take(wall.framebuffer, SIZE, 77.0)
    ((sample, raw),) = given(footage)
    assert sample == 77.0
    np.testing.assert_array_equal(raw, picture.reshape(-1))


def test_nothing_is_taken_before_there_is_sound_or_a_recorder(context, film):
    word, footage = film
    with opened(context, word) as (lens, wall):
        wall.show(1)
        lens.take(wall.framebuffer, SIZE, -3.0)
        put(footage["stats"], int(RecorderStat.RECORDING), 0.0)
        lens.take(wall.framebuffer, SIZE, 3.0)
        assert lens.screen is None
    assert not given(footage)


def test_a_picture_of_another_size_is_fitted_into_the_film(context, film):
    """In this life of who draws and in the next, and if the first was drawn smaller than it would have been."""
    word, footage = film
    came = {}
    for sizes in ((24, 14), (18, 36), (128, 36), SIZE), ((256, 144),):
        with opened(context, word) as (lens, _):
            for size in sizes:
                white = Wall(context, size)
                white.framebuffer.clear(1.0, 1.0, 1.0, 1.0)
                lens.take(white.framebuffer, SIZE if sizes[0] == (24, 14) else size, size[0])
                came |= given(footage)
        came |= given(footage)
    small, tall, wide, whole, large = (came[width].reshape(36, 64, 4)[..., 0] for width in (24, 18, 128, 64, 256))
    assert min(small.min(), whole.min(), large.min()) == 255
    assert tall[:, 23:41].min() == 255 and tall[:, :22].max() == tall[:, 42:].max() == 0
    assert wide[9:27].min() == 255 and wide[:8].max() == wide[28:].max() == 0
    assert [get(footage["stats"], int(side)) for side in (RecorderStat.WIDTH, RecorderStat.HEIGHT)] == [64, 36]


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
def test_a_film_has_even_sides_and_no_more_pixels_than_there_is_room_for(size, most, film):
    assert looking.even_size(size, math.prod(most)) == film
    assert math.prod(film) <= math.prod(most)
    assert size == (3, 3) or looking.fit_size(size, film) == (film, (0, 0)), "bars of one pixel are none"


def test_all_of_it_is_there_before_anyone_needs_it():
    """A segment for which there is no room is refused; what was written into it would end its writer."""
    claim = SessionLock("-test")
    try:
        with pytest.raises(PhospheneError, match=r"^cannot allocate \d+ MB of shared memory \("):
            Segment(claim.name, layouts((1 << 21, 1 << 20)), create=True)
    finally:
        claim.release()
