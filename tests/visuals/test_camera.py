"""Cameras: the newest picture, one that comes and goes, one that two presets show."""

import threading

import pytest

from phosphene.engine.common.errors import UsageError
from phosphene.engine.visuals import media_reader
from phosphene.engine.visuals.media_check import check_media
from phosphene.engine.visuals.media_texture import MediaTexture
from tests.support.commands import wait_until
from tests.support.lossless_films import frame_index, media_pixels, write_counted_film
from tests.support.scene_renderer import SceneRenderer, analysed, make_look, silence


@pytest.fixture
def film(tmp_path):
    return write_counted_film(tmp_path / "film.mkv")


def test_a_camera_is_not_for_films(context):
    with pytest.raises(UsageError, match=r"^media: camera:7: what a camera saw cannot be made again; "):
        MediaTexture(context, "camera:7", (32, 24))


@pytest.fixture
def device(monkeypatch):
    """Makes something else that PyAV opens by format and options be the camera."""
    monkeypatch.setattr(media_reader, "AGAIN", 0.05)

    def be(kind, name, options):
        monkeypatch.setattr(media_reader, "SYSTEMS", {media_reader.sys.platform: (kind, name, options)})

    return be


def test_a_camera_shows_the_newest(context, device):
    device("lavfi", "testsrc=size=64x48:rate=1000", {})
    media = MediaTexture(context, "camera", (64, 48), live=True)
    assert media.ready(), "nobody waits for a camera"
    different = set()

    def changes():
        media.update(0.0)
        different.add(media_pixels(media).tobytes())
        return len(different) > 4

    assert wait_until(changes) and media.texture.size == (64, 48) and not media.fault
    media.release()
    assert wait_until(lambda: not any(thread.name == "media" for thread in threading.enumerate()))


def test_a_camera_that_two_presets_show_is_opened_once(context, device):
    device("lavfi", "testsrc=size=64x48:rate=100", {})
    cut = {"kind": "cut", "seconds": 0.0, "start": "now"}
    with SceneRenderer(context, analysed(silence(1.0)), "flash", size=(32, 24)) as harness:
        harness.renderer.incremental, moment, cameras = True, 0.0, []
        for serial, scene in enumerate(("photo", "camera", "flash"), start=1):
            harness.renderer.show(make_look(scene, serial=serial, media="camera", transition=cut))

            def settles():
                nonlocal moment
                moment += 0.01
                harness.picture(moment * 48_000)
                return harness.renderer.settled is not None

            assert wait_until(settles) and not harness.renderer.fault
            cameras.append(harness.renderer.deck.provider)
        assert cameras[0] is cameras[1] is not cameras[2] is None
    assert wait_until(lambda: not any(thread.name == "media" for thread in threading.enumerate()))


def test_a_camera_that_is_lost_is_told_and_comes_back(context, device, film):
    device("matroska", str(film), {})  # it gives a second's pictures, and no more
    media = MediaTexture(context, "camera", (32, 24), live=True)

    def tells(fault):
        media.update(0.0)
        return media.fault == fault

    assert wait_until(lambda: tells(f"camera {film}: gives no more pictures; waiting for it"))
    assert wait_until(lambda: tells(None)), "it is opened again"
    hidden = film.rename(film.with_suffix(".away"))
    assert wait_until(lambda: media.fault == f"camera {film}: No such file or directory; waiting for it")
    assert frame_index(media) is not None, "its last picture stays"
    hidden.rename(film)
    assert wait_until(lambda: not media.fault)
    media.release()


@pytest.mark.skipif(media_reader.sys.platform != "linux", reason="as Linux says it")
def test_a_camera_that_is_not_there_is_told(context):
    media = MediaTexture(context, "camera:/dev/video97", (32, 24), live=True)
    assert media.ready()
    said = "camera /dev/video97: No such file or directory; waiting for it"
    assert wait_until(lambda: media.fault == said), media.fault
    media.update(1.0)
    assert not media_pixels(media).any()
    media.release()


def test_where_no_camera_can_be_asked_for_it_is_told_at_once(monkeypatch):
    monkeypatch.setattr(media_reader, "SYSTEMS", {media_reader.sys.platform: ("dshow", "", {})})
    with pytest.raises(UsageError, match="say which: camera:NAME"):
        check_media("camera")
    check_media("camera:Integrated Webcam")
    monkeypatch.setattr(media_reader, "SYSTEMS", {})
    with pytest.raises(UsageError, match="no camera can be asked for"):
        check_media("camera")
