"""Camera scene: delayed columns show past pictures, and silence delays nothing."""

import numpy as np
import pytest

from tests.support.lossless_films import write_film
from tests.support.scene_renderer import RATE, SceneRenderer, analysed, music, silence

PLAIN = {"side": "plain", "ink": 0.0, "echoes": 0.0}
FPS, FRAMES = 24, 60
TILES, WIDTH, HEIGHT = 5, 256, 144  # of the history: tiles per row and column, and their size


@pytest.fixture
def film(tmp_path):
    """A film that grows brighter by four with every frame; its left side is dark."""
    pictures = np.repeat(4 * np.arange(FRAMES, dtype=np.uint8), 36 * 64 * 3).reshape(FRAMES, 36, 64, 3)
    pictures[:, :, :16] = 0
    return str(write_film(tmp_path / "film.mkv", pictures, FPS))


def bytes_of(light):
    """sRGB bytes of linear light."""
    return 255.0 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-6) ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("fps", [24, 60, 144])
def test_history_holds_the_past_pictures(context, film, fps):
    with SceneRenderer(context, analysed(silence(2.0)), "camera", size=(64, 36), media=film, params=PLAIN) as scene:
        scene.pictures(1.5, fps)
        targets = scene.renderer.deck.targets
        now = int(np.frombuffer(targets["camera", "tick"].picture.read(), np.float32)[0])
        tiles = np.frombuffer(targets["camera", "history"].picture.read(), np.float16).reshape(-1, TILES * WIDTH, 4)
    for ticks in range(TILES * TILES):
        row, column = divmod((now - ticks) % (TILES * TILES), TILES)
        seen = bytes_of(tiles[row * HEIGHT + HEIGHT // 2, column * WIDTH + WIDTH // 2, 0].astype(float))
        assert seen == pytest.approx(4 * (35 - ticks), abs=5), ticks


def test_silence_shows_the_present_mirrored_or_plain(context, film):
    for side, dark in (("mirror", -1), ("plain", 0)):
        params = {**PLAIN, "side": side, "slit": 1.0}
        with SceneRenderer(
            context, analysed(silence(2.0)), "camera", size=(64, 36), media=film, params=params
        ) as scene:
            seen = scene.pictures(1.5, FPS)[-1][18, :, 0].astype(float)
        assert seen[dark] == 0 and seen[32] == pytest.approx(0.906 * 4 * 35, abs=2)  # a little darker in silence


def test_loud_bands_are_delayed(context, film):
    """The middle is the bass, and the film is brighter the later it is."""
    params = {**PLAIN, "span": 0.9}
    seen = {}
    for slit in (0.0, 1.0):
        with SceneRenderer(
            context, analysed(music(2.0)), "camera", size=(64, 36), media=film, params=params | {"slit": slit}
        ) as scene:
            seen[slit] = scene.pictures(1.5, FPS)[-1][18, 20:, 0].astype(float)
            delay = np.frombuffer(scene.renderer.deck.targets["camera", "delay"].picture.read(), np.float32)[::4]
    assert delay.max() > 0.3 and (seen[1.0] <= seen[0.0] + 1.0).all()
    assert (seen[0.0] - seen[1.0]).max() > 20.0
    assert seen[0.0].std() < 1.0, "columns are delayed although slit is 0"


def test_echoes_come_from_the_past(context, film):
    def light(echoes):
        params = {**PLAIN, "slit": 0.0, "echoes": echoes}
        with SceneRenderer(context, analysed(music(2.0)), "camera", size=(64, 36), media=film, params=params) as scene:
            scene.pictures(0.1, FPS)
            first = scene.picture(0.2 * RATE)[18, 40, :3].astype(float)
            return first, scene.pictures(2.0, FPS)[-1][18, 40, :3].astype(float)

    (early, delay), (nothing, plain) = light(1.0), light(0.0)
    assert np.abs(early - nothing).max() <= 2.0, "there are echoes before there is a past"
    assert (delay > plain + 5.0).any()
