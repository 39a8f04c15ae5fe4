"""MediaTexture: photos that look as they did, films in time with the stream."""

import threading
from importlib import resources

import av
import numpy as np
import pytest
from PIL import Image, ImageOps

from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.presets.load import load_preset
from phosphene.engine.visuals.media_reader import HD_LINES, Film, frame_pixels
from phosphene.engine.visuals.media_texture import MediaTexture
from phosphene.engine.visuals.srgb import downsample
from tests.support.commands import run_command, wait_until
from tests.support.gl_objects import count_gl_objects
from tests.support.lossless_films import FPS, FRAMES, frame_index, media_pixels, write_counted_film
from tests.support.scene_renderer import SceneRenderer, analysed, make_look, silence

STILL = {"drift": 0.0, "deep": 0.0, "answer": 0.0, "shove": 0.0, "ripple": 0.0}


@pytest.fixture(scope="module")
def hush():
    return analysed(silence(1.0))


@pytest.fixture
def film(tmp_path):
    return write_counted_film(tmp_path / "film.mkv")


def saved(path, pixels, **how):
    Image.fromarray(pixels).save(path, **how)
    return str(path)


def photo(height=90, width=160):
    """All there is: dark, bright, coloured, and sharp in places."""
    y, x = np.mgrid[0 : height - 1 : height * 1j, 0 : width - 1 : width * 1j]
    pixels = np.stack((255 * x / width, 255 * y / height, 127 + 127 * np.sin(x * y / 300)), axis=-1)
    pixels[10:20, 10:20], pixels[30:40, 10:20] = 255, 0
    return pixels.astype(np.uint8)


@pytest.mark.parametrize("fit", ["cover", "contain"])
def test_an_untouched_photo_looks_like_the_photo(context, hush, tmp_path, fit):
    pixels = photo()
    name = saved(tmp_path / "photo.png", pixels)
    with SceneRenderer(context, hush, "photo", size=(160, 90), media=name, params={**STILL, "fit": fit}) as harness:
        seen = harness.pictures(0.1)[-1][::-1, :, :3]
    assert np.abs(seen.astype(int) - pixels).max() <= 2


@pytest.mark.parametrize("size", [(120, 120), (200, 80), (80, 200)])
@pytest.mark.parametrize("fit", ["cover", "contain"])
def test_a_disc_stays_round(context, hush, tmp_path, size, fit):
    y, x = np.mgrid[:200, :400]
    disc = np.hypot(x - 199.5, y - 99.5) < 30
    name = saved(tmp_path / "disc.png", np.where(disc[..., None], (255, 255, 255), (0, 0, 90)).astype(np.uint8))
    with SceneRenderer(context, hush, "photo", size=size, media=name, params={**STILL, "fit": fit}) as harness:
        seen = harness.pictures(0.1)[-1]
    white = seen[:, :, 0] > 128
    wide, high = white.any(axis=0).sum(), white.any(axis=1).sum()
    scale = (max if fit == "cover" else min)(size[0] / 400, size[1] / 200)
    assert abs(wide - high) <= 1 and wide == pytest.approx(60 * scale, abs=2)
    assert (seen[:, :, 2] > 60).all() == (fit == "cover"), "covered, or with room beside it"


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_photo_is_turned_as_its_camera_was(context, tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    name = saved(tmp_path / "photo.jpg", photo(48, 64), exif=exif, quality=95, subsampling=0)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(name)))
    media = MediaTexture(context, name, (200, 200))
    media.update(0.0)
    assert np.abs(media_pixels(media)[:, :, :3].astype(int) - upright).max() <= 3
    assert media.aspect == pytest.approx(upright.shape[1] / upright.shape[0])
    media.release()


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "bmp"])
def test_a_photo_is_no_film_of_a_moment(tmp_path, kind):
    """Read once, it stays: whoever asks again later would have to wait for it each time."""
    packaged = resources.files("phosphene") / "presets" / "media" / "rain.jpg"
    for path in (saved(tmp_path / f"photo.{kind}", photo(48, 64)), str(packaged)):
        reel = Film(path)
        assert len(list(reel.shots(7.5))) == 1 and reel.still


def test_what_can_be_seen_through_is_dark_by_as_much(context, tmp_path):
    name = saved(tmp_path / "glass.png", np.tile(np.array([255, 0, 0, 128], np.uint8), (8, 8, 1)))
    media = MediaTexture(context, name, (8, 8))
    media.update(0.0)
    assert media_pixels(media)[4, 4].tolist() == [188, 0, 0, 128]
    media.release()


def test_light_adds_up_where_a_photo_is_made_smaller(context, tmp_path):
    board = np.indices((512, 512)).sum(axis=0) % 2 * 255
    name = saved(tmp_path / "board.png", np.repeat(board[..., None], 3, axis=2).astype(np.uint8))
    media = MediaTexture(context, name, (64, 64))
    media.update(0.0)
    assert 80 <= media.texture.width < 160
    assert (media_pixels(media)[:, :, :3] == 188).all()
    media.release()
    pixels = np.dstack((photo(), np.full((90, 160), 255, np.uint8)))
    assert np.array_equal(downsample(pixels), pixels)


def test_colours_of_a_large_film_that_does_not_say_whose_they_are_are_of_high_definition():
    for height, red in ((HD_LINES, 254), (HD_LINES // 2, 232)):
        frame = av.VideoFrame(64, height, "yuv420p")
        for plane, value in zip(frame.planes, (63, 102, 240)):  # red, by BT.709
            plane.update(bytes([value]) * plane.buffer_size)
        assert abs(int(frame_pixels(frame, (4000, 4000), 8192)[4, 4, 0]) - red) <= 1


@pytest.mark.parametrize("fps", [24, 25, 30, 60, 144])
def test_a_film_shows_the_frame_of_its_moment_round_after_round(context, film, fps):
    media = MediaTexture(context, str(film), (32, 24))
    for frame in range(int(2.5 * fps)):
        media.update(frame / fps)
        assert frame_index(media) == frame * FPS // fps % FRAMES, frame
    media.release()


@pytest.mark.parametrize("live", [False, True])
def test_a_moment_always_shows_the_same(context, film, live):
    """Wherever the film was before: it is sought backwards, and forwards over what nobody saw."""
    media = MediaTexture(context, str(film), (32, 24), live=live)
    assert wait_until(media.ready)
    for moment in (0.0, 0.5, 100.3, 3.1, 0.02, 0.79, 7200.0):
        wanted = int((moment + 1e-9) % 0.8 * FPS)

        def there(moment=moment, wanted=wanted):
            media.update(moment)
            return frame_index(media) == wanted

        assert wait_until(there) if live else there(), moment
    media.release()


def test_a_film_that_begins_late_begins_where_it_should(context, film):
    for live in (False, True):
        media = MediaTexture(context, str(film), (32, 24), seconds=10.5, live=live)
        assert wait_until(media.ready)
        media.update(10.5)
        assert frame_index(media) == 2
        media.release()


def test_a_larger_picture_is_given_a_finer_one(context, tmp_path):
    name = saved(tmp_path / "photo.png", photo(360, 640))
    media = MediaTexture(context, name, (64, 36))
    media.update(0.0)
    small = media.texture.size
    media.resize((320, 180), 0.0)
    media.update(0.1)
    large = media.texture.size
    media.resize((64, 36), 0.2)
    media.update(0.3)
    assert small[0] < large[0] == media.texture.width
    media.release()


def bad(tmp_path):
    (tmp_path / "text.png").write_text("nothing to see")
    (tmp_path / "noise.mp4").write_bytes(np.random.default_rng(1).bytes(5000))
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "half.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    with av.open(str(tmp_path / "sound.wav"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))


FAULTS = {
    "text.png": "cannot be read as a picture or a film: Invalid data",
    "noise.mp4": "cannot be read as a picture or a film: Invalid data",
    "empty.jpg": "cannot be read as a picture or a film: ",
    "half.png": "cannot be read as a picture or a film: ",
    "list.m3u8": "cannot be read as a picture or a film: ",
    "sound.wav": "holds no picture",
    "missing.png": "there is no file ",
    ".": "there is no file ",
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_no_picture_is_told_in_a_line_with_its_place(tmp_path, name):
    bad(tmp_path)
    preset = tmp_path / "show.yaml"
    preset.write_text(f"scene: photo\nmedia: {name}\n")
    with pytest.raises(UsageError) as raised:
        load_preset(preset)
    (line,) = str(raised.value).splitlines()
    assert line.startswith(f"{preset}:2: media: ") and FAULTS[name] in line and str(tmp_path / name) in line


def test_a_preset_that_shows_nothing_says_so(tmp_path, capsys):
    preset = tmp_path / "show.yaml"
    preset.write_text("scene: photo\n")
    code, _, told = run_command(capsys, "check", preset)
    assert code == 2 and told == [
        f"phosphene: {preset}:1: media: the scene 'photo' shows a photo, a film or a camera; name a file, or 'camera'"
    ]


def test_media_lie_beside_their_preset(tmp_path):
    (tmp_path / "pictures").mkdir()
    saved(tmp_path / "pictures" / "photo.png", photo())
    preset = tmp_path / "show.yaml"
    preset.write_text("scene: photo\nmedia: pictures/photo.png\n")
    assert load_preset(preset)[0].to_look().media == str(tmp_path / "pictures" / "photo.png")


def test_a_film_that_vanishes_leaves_its_last_picture_and_says_so_once(context, film):
    media = MediaTexture(context, str(film), (32, 24), live=True)
    assert wait_until(media.ready)
    film.unlink()
    moment = 0.0

    def ended():
        nonlocal moment
        moment += 0.01
        media.update(moment)
        return media.fault and frame_index(media) == FRAMES - 1

    assert wait_until(ended) and media.fault == f"there is no file {film}"
    media.update(moment + 50.0)
    assert frame_index(media) == FRAMES - 1 and media.fault
    media.release()
    with pytest.raises(PhospheneError, match="there is no file"):
        MediaTexture(context, str(film), (32, 24))
    gone = MediaTexture(context, str(film), (32, 24), live=True)
    with pytest.raises(PhospheneError, match="there is no file"):
        wait_until(gone.ready)
    gone.release()


@pytest.mark.parametrize("live", [False, True])
def test_nothing_of_it_is_left(context, film, live):
    before = count_gl_objects(context)
    media = MediaTexture(context, str(film), (32, 24), live=live)
    assert wait_until(media.ready)
    for frame in range(10):
        media.update(frame / 30)
    media.resize((64, 48), 0.4)
    media.release()
    assert count_gl_objects(context) == before
    assert wait_until(lambda: not any(thread.name == "media" for thread in threading.enumerate()))


def test_a_film_in_a_scene_is_the_same_every_time(context, hush, film):
    runs = []
    for _ in range(2):
        with SceneRenderer(context, hush, "photo", size=(64, 48), media=str(film)) as harness:
            runs.append(b"".join(picture.tobytes() for picture in harness.pictures(1.0)))
    assert runs[0] == runs[1]


def test_a_photo_is_never_larger_than_a_texture_may_be(tmp_path):
    saved(tmp_path / "wide.png", photo(60, 900))
    ((_, frame),) = Film(tmp_path / "wide.png").shots(0.0)
    assert frame_pixels(frame, (4000, 4000), 512, still=True).shape == (30, 450, 4)


def test_live_another_preset_waits_for_its_film_and_one_that_is_gone_never_comes(context, hush, film):
    name, cut = str(film), {"kind": "cut", "seconds": 0.0, "start": "now"}
    with SceneRenderer(context, hush, "flash", size=(32, 24)) as harness:
        harness.renderer.incremental, moment = True, 0.0

        def settles():
            nonlocal moment
            moment += 0.01
            harness.picture(moment * 48_000)
            return harness.renderer.settled is not None

        harness.set_params(1, photo=STILL)
        harness.renderer.show(make_look("photo", serial=1, media=name, transition=cut))
        assert wait_until(settles) and harness.renderer.settled == 1 and not harness.renderer.fault
        assert harness.renderer.deck.provider.texture.size == (32, 24)
        harness.renderer.show(make_look("photo", serial=2, media=f"{name}.away", transition=cut))
        assert wait_until(settles) and harness.renderer.settled == harness.renderer.refused == 2
        assert harness.renderer.deck.look.serial == 1
        assert harness.renderer.fault == f"there is no file {name}.away"


def test_a_film_is_read_only_as_a_film(film):
    """What a file says of other places is not followed."""
    (film.parent / "list.txt").write_text(f"ffconcat version 1.0\nfile {film}\n")
    with pytest.raises(UsageError):
        next(Film(film.parent / "list.txt").shots(0.0))
