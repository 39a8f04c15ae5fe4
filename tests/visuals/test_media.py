"""MediaTexture: photos keep their look, films follow the stream."""

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
from phosphene.engine.visuals.texture_provider import ProviderRequest
from tests.support.commands import run_command, wait_until
from tests.support.gl_objects import count_gl_objects
from tests.support.lossless_films import FPS, FRAMES, frame_index, media_pixels, write_counted_film
from tests.support.scene_renderer import SceneRenderer, analysed, make_look, silence

STILL = {"drift": 0.0, "deep": 0.0, "answer": 0.0, "shove": 0.0, "ripple": 0.0}


@pytest.fixture(scope="module")
def quiet():
    return analysed(silence(1.0))


@pytest.fixture
def film(tmp_path):
    return write_counted_film(tmp_path / "film.mkv")


def save_picture(path, pixels, **options):
    Image.fromarray(pixels).save(path, **options)
    return str(path)


def open_media(context, name, size, *, seconds=0.0, threaded=False):
    """A MediaTexture whose samples are seconds."""
    return MediaTexture(ProviderRequest(context, str(name), size, 1.0, seconds, threaded))


def photo(height=90, width=160):
    """A picture with dark, bright, coloured and sharp places."""
    y, x = np.mgrid[0 : height - 1 : height * 1j, 0 : width - 1 : width * 1j]
    pixels = np.stack((255 * x / width, 255 * y / height, 127 + 127 * np.sin(x * y / 300)), axis=-1)
    pixels[10:20, 10:20], pixels[30:40, 10:20] = 255, 0
    return pixels.astype(np.uint8)


@pytest.mark.parametrize("fit", ["cover", "contain"])
def test_a_photo_without_effects_is_shown_as_it_is(context, quiet, tmp_path, fit):
    pixels = photo()
    name = save_picture(tmp_path / "photo.png", pixels)
    with SceneRenderer(context, quiet, "photo", size=(160, 90), media=name, params={**STILL, "fit": fit}) as harness:
        seen = harness.pictures(0.1)[-1][::-1, :, :3]
    assert np.abs(seen.astype(int) - pixels).max() <= 2


@pytest.mark.parametrize("size", [(120, 120), (200, 80), (80, 200)])
@pytest.mark.parametrize("fit", ["cover", "contain"])
def test_a_disc_stays_round(context, quiet, tmp_path, size, fit):
    y, x = np.mgrid[:200, :400]
    disc = np.hypot(x - 199.5, y - 99.5) < 30
    name = save_picture(tmp_path / "disc.png", np.where(disc[..., None], (255, 255, 255), (0, 0, 90)).astype(np.uint8))
    with SceneRenderer(context, quiet, "photo", size=size, media=name, params={**STILL, "fit": fit}) as harness:
        seen = harness.pictures(0.1)[-1]
    white = seen[:, :, 0] > 128
    wide, high = white.any(axis=0).sum(), white.any(axis=1).sum()
    scale = (max if fit == "cover" else min)(size[0] / 400, size[1] / 200)
    assert abs(wide - high) <= 1 and wide == pytest.approx(60 * scale, abs=2)
    assert (seen[:, :, 2] > 60).all() == (fit == "cover"), "covered, or with room beside it"


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_photo_is_rotated_as_its_exif_says(context, tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    name = save_picture(tmp_path / "photo.jpg", photo(48, 64), exif=exif, quality=95, subsampling=0)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(name)))
    media = open_media(context, name, (200, 200))
    media.update(0.0)
    assert np.abs(media_pixels(media)[:, :, :3].astype(int) - upright).max() <= 3
    assert media.size == upright.shape[1::-1]
    media.release()


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "bmp"])
def test_a_photo_is_one_frame_and_no_film(tmp_path, kind):
    """Else it would be read again and again."""
    packaged = resources.files("phosphene") / "presets" / "media" / "rain.jpg"
    for path in (save_picture(tmp_path / f"photo.{kind}", photo(48, 64)), str(packaged)):
        film = Film(path)
        assert len(list(film.frames_from(7.5))) == 1 and film.still


def test_a_transparent_pixel_is_darkened_by_its_alpha(context, tmp_path):
    name = save_picture(tmp_path / "glass.png", np.tile(np.array([255, 0, 0, 128], np.uint8), (8, 8, 1)))
    media = open_media(context, name, (8, 8))
    media.update(0.0)
    assert media_pixels(media)[4, 4].tolist() == [188, 0, 0, 128]
    media.release()


def test_a_photo_is_downsampled_in_linear_light(context, tmp_path):
    board = np.indices((512, 512)).sum(axis=0) % 2 * 255
    name = save_picture(tmp_path / "board.png", np.repeat(board[..., None], 3, axis=2).astype(np.uint8))
    media = open_media(context, name, (64, 64))
    media.update(0.0)
    assert 80 <= media.texture.width < 160
    assert (media_pixels(media)[:, :, :3] == 188).all()
    media.release()
    pixels = np.dstack((photo(), np.full((90, 160), 255, np.uint8)))
    assert np.array_equal(downsample(pixels), pixels)


def test_an_hd_film_without_a_colour_space_is_bt709():
    for height, red in ((HD_LINES, 254), (HD_LINES // 2, 232)):
        frame = av.VideoFrame(64, height, "yuv420p")
        for plane, value in zip(frame.planes, (63, 102, 240)):  # red, by BT.709
            plane.update(bytes([value]) * plane.buffer_size)
        assert abs(int(frame_pixels(frame, (4000, 4000), 8192)[4, 4, 0]) - red) <= 1


@pytest.mark.parametrize("fps", [24, 25, 30, 60, 144])
def test_a_film_shows_the_frame_of_each_moment_and_starts_again(context, film, fps):
    media = open_media(context, str(film), (32, 24))
    for frame in range(int(2.5 * fps)):
        media.update(frame / fps)
        assert frame_index(media) == frame * FPS // fps % FRAMES, frame
    media.release()


@pytest.mark.parametrize("threaded", [False, True])
def test_a_moment_always_shows_the_same_frame(context, film, threaded):
    """Whatever was shown before: it seeks backwards, and forwards over frames that were not shown."""
    media = open_media(context, str(film), (32, 24), threaded=threaded)
    assert wait_until(media.ready)
    for moment in (0.0, 0.5, 100.3, 3.1, 0.02, 0.79, 7200.0):
        wanted = int((moment + 1e-9) % 0.8 * FPS)

        def there(moment=moment, wanted=wanted):
            media.update(moment)
            return frame_index(media) == wanted

        assert wait_until(there) if threaded else there(), moment
    media.release()


def test_a_film_that_begins_late_begins_at_that_moment(context, film):
    for threaded in (False, True):
        media = open_media(context, str(film), (32, 24), seconds=10.5, threaded=threaded)
        assert wait_until(media.ready)
        media.update(10.5)
        assert frame_index(media) == 2
        media.release()


def test_a_larger_picture_gets_a_finer_photo(context, tmp_path):
    name = save_picture(tmp_path / "photo.png", photo(360, 640))
    media = open_media(context, name, (64, 36))
    media.update(0.0)
    small = media.texture.size
    media.resize((320, 180), 0.0)
    media.update(0.1)
    large = media.texture.size
    media.resize((64, 36), 0.2)
    media.update(0.3)
    assert small[0] < large[0] == media.texture.width
    media.release()


def write_bad_files(tmp_path):
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


MEDIA_ERRORS = {
    "text.png": "cannot be read as a picture or a film: Invalid data",
    "noise.mp4": "cannot be read as a picture or a film: Invalid data",
    "empty.jpg": "cannot be read as a picture or a film: ",
    "half.png": "cannot be read as a picture or a film: ",
    "list.m3u8": "cannot be read as a picture or a film: ",
    "sound.wav": "holds no picture",
    "missing.png": "there is no file ",
    ".": "there is no file ",
}


@pytest.mark.parametrize("name", MEDIA_ERRORS)
def test_media_that_cannot_be_read_are_an_error_of_one_line(tmp_path, name):
    write_bad_files(tmp_path)
    preset = tmp_path / "show.yaml"
    preset.write_text(f"scene: photo\nmedia: {name}\n")
    with pytest.raises(UsageError) as raised:
        load_preset(preset)
    (line,) = str(raised.value).splitlines()
    assert line.startswith(f"{preset}:2: media: ") and MEDIA_ERRORS[name] in line and str(tmp_path / name) in line


def test_a_media_scene_without_media_is_an_error(tmp_path, capsys):
    preset = tmp_path / "show.yaml"
    preset.write_text("scene: photo\n")
    code, _, lines = run_command(capsys, "check", preset)
    assert code == 2 and lines == [
        f"phosphene: {preset}:1: media: the scene 'photo' shows a photo, a film or a camera; name a file, or 'camera'"
    ]


def test_media_paths_are_relative_to_the_preset(tmp_path):
    (tmp_path / "pictures").mkdir()
    save_picture(tmp_path / "pictures" / "photo.png", photo())
    preset = tmp_path / "show.yaml"
    preset.write_text("scene: photo\nmedia: pictures/photo.png\n")
    assert load_preset(preset)[0].to_look().media == str(tmp_path / "pictures" / "photo.png")


def test_a_film_that_vanishes_leaves_its_last_frame_and_a_fault(context, film):
    media = open_media(context, str(film), (32, 24), threaded=True)
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
        open_media(context, str(film), (32, 24))
    gone = open_media(context, str(film), (32, 24), threaded=True)
    with pytest.raises(PhospheneError, match="there is no file"):
        wait_until(gone.ready)
    gone.release()


@pytest.mark.parametrize("threaded", [False, True])
def test_release_frees_gl_objects_and_ends_the_thread(context, film, threaded):
    before = count_gl_objects(context)
    media = open_media(context, str(film), (32, 24), threaded=threaded)
    assert wait_until(media.ready)
    for frame in range(10):
        media.update(frame / 30)
    media.resize((64, 48), 0.4)
    media.release()
    assert count_gl_objects(context) == before
    assert wait_until(lambda: not any(thread.name == "media" for thread in threading.enumerate()))


def test_a_film_in_a_scene_renders_the_same_every_time(context, quiet, film):
    runs = []
    for _ in range(2):
        with SceneRenderer(context, quiet, "photo", size=(64, 48), media=str(film)) as harness:
            runs.append(b"".join(picture.tobytes() for picture in harness.pictures(1.0)))
    assert runs[0] == runs[1]


def test_a_photo_is_scaled_to_the_largest_texture(tmp_path):
    save_picture(tmp_path / "wide.png", photo(60, 900))
    ((_, frame),) = Film(tmp_path / "wide.png").frames_from(0.0)
    assert frame_pixels(frame, (4000, 4000), 512, still=True).shape == (30, 450, 4)


def test_live_a_preset_waits_for_its_film_and_is_refused_if_that_is_missing(context, quiet, film):
    name, cut = str(film), {"kind": "cut", "seconds": 0.0, "start": "now"}
    with SceneRenderer(context, quiet, "flash", size=(32, 24)) as harness:
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


def test_a_file_cannot_make_ffmpeg_open_other_files(film):
    (film.parent / "list.txt").write_text(f"ffconcat version 1.0\nfile {film}\n")
    with pytest.raises(UsageError):
        next(Film(film.parent / "list.txt").frames_from(0.0))
