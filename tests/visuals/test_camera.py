"""Cameras: the newest frame, one that comes and goes, one that two presets share."""

import threading

import pytest

from phosphene.engine.common.errors import UsageError
from phosphene.engine.visuals import media_reader
from phosphene.engine.visuals.media_check import check_media
from phosphene.engine.visuals.media_texture import MediaTexture
from phosphene.engine.visuals.texture_provider import ProviderRequest
from tests.support.commands import wait_until
from tests.support.lossless_films import frame_index, media_pixels, write_counted_film
from tests.support.scene_renderer import SceneRenderer, analysed, make_look, silence


@pytest.fixture
def film(tmp_path):
    return write_counted_film(tmp_path / "film.mkv")


def test_a_camera_is_refused_where_pictures_must_be_repeatable(context):
    with pytest.raises(UsageError, match=r"^media: camera:7: what a camera saw cannot be rendered again; "):
        MediaTexture(ProviderRequest(context, "camera:7", (32, 24), 1.0, 0.0, False))


@pytest.fixture
def device(monkeypatch):
    """Replaces the camera by something else that PyAV opens, by format and options."""
    monkeypatch.setattr(media_reader, "RETRY_DELAY", 0.05)

    def replace(kind, name, options):
        monkeypatch.setattr(media_reader, "CAMERA_SYSTEMS", {media_reader.sys.platform: (kind, name, options)})

    return replace


def test_a_camera_shows_its_newest_frame(context, device):
    device("lavfi", "testsrc=size=64x48:rate=1000", {})
    media = MediaTexture(ProviderRequest(context, "camera", (64, 48), 1.0, 0.0, True))
    assert media.ready(), "nothing waits for a camera"
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


def test_a_lost_camera_is_a_fault_until_it_is_back(context, device, film):
    device("matroska", str(film), {})  # it gives a second's pictures, and no more
    media = MediaTexture(ProviderRequest(context, "camera", (32, 24), 1.0, 0.0, True))

    def has_fault(fault):
        media.update(0.0)
        return media.fault == fault

    assert wait_until(lambda: has_fault(f"camera {film}: gives no more pictures; waiting for it"))
    assert wait_until(lambda: has_fault(None)), "it is opened again"
    hidden = film.rename(film.with_suffix(".away"))
    assert wait_until(lambda: media.fault == f"camera {film}: No such file or directory; waiting for it")
    assert frame_index(media) is not None, "its last picture stays"
    hidden.rename(film)
    assert wait_until(lambda: not media.fault)
    media.release()


@pytest.mark.skipif(media_reader.sys.platform != "linux", reason="as Linux says it")
def test_a_missing_camera_is_a_fault(context):
    media = MediaTexture(ProviderRequest(context, "camera:/dev/video97", (32, 24), 1.0, 0.0, True))
    assert media.ready()
    fault = "camera /dev/video97: No such file or directory; waiting for it"
    assert wait_until(lambda: media.fault == fault), media.fault
    media.update(1.0)
    assert not media_pixels(media).any()
    media.release()


def test_a_platform_without_cameras_is_an_error_at_once(monkeypatch):
    monkeypatch.setattr(media_reader, "CAMERA_SYSTEMS", {media_reader.sys.platform: ("dshow", "", {})})
    with pytest.raises(UsageError, match="name one: camera:NAME"):
        check_media("camera")
    check_media("camera:Integrated Webcam")
    monkeypatch.setattr(media_reader, "CAMERA_SYSTEMS", {})
    with pytest.raises(UsageError, match="no camera can be opened"):
        check_media("camera")
