"""Flash limiter: no field of view flashes more than three times a second, as an independent analyser counts it, and
pictures that stay below that are not changed."""

import numpy as np
import pytest

from tests.support.finish_chain import FinishChain, read_target
from tests.support.flash_analyser import flashes, flashing_share, linear, luminance
from tests.support.scene_renderer import RATE, SceneRenderer, analysed, music, silence

SIZE = (96, 54)
ROWS, COLUMNS = np.indices(SIZE[::-1])
SECONDS = 2.5
MAX_FLASHES = 3


def blink(hertz, high=3.0, low=0.0):
    """Light that switches between two levels."""
    return lambda seconds: np.where(seconds * hertz % 1 < 0.5, high, low)


def kick(bpm, fade=0.05):
    return lambda seconds: 16 * 2.0 ** (-(seconds % (60 / bpm)) / fade)


def chequerboard(side, hertz):
    """A chequerboard whose squares swap."""
    light = (ROWS // side + COLUMNS // side) % 2
    return lambda seconds: 3.0 * np.abs(light - int(seconds * hertz) % 2)


def smooth(seed=3):
    """A picture with the clouds and edges of a photograph."""
    distance = np.hypot(np.fft.fftfreq(SIZE[1])[:, None] * SIZE[1], np.fft.fftfreq(SIZE[0]) * SIZE[0])
    noise = np.fft.fft2(np.random.default_rng(seed).normal(size=SIZE[::-1]))
    light = np.fft.ifft2(noise / (1 + distance) ** 1.2).real
    return 2.5 * np.clip((light - light.min()) / np.ptp(light), 0, 1)


def colours(hertz, *two):
    return lambda seconds: np.array(two[int(2 * seconds * hertz) % 2])


PHOTO = smooth()
DISC = np.hypot(ROWS - 27, COLUMNS - 48) < 14
FLASHING = {
    "kick at 200": kick(200),
    "strobe at 5": blink(5),
    "strobe at 10": blink(10),
    "strobe at 15": blink(15),
    "grey strobe": blink(7, 0.4, 0.2),
    "bright strobe": blink(7, 4.0, 0.9),
    "large chequerboard": chequerboard(12, 10),
    "small chequerboard": chequerboard(4, 10),
    "slow ramp": lambda seconds: 2.0 * (1 - np.abs(2 * (seconds * 4.5 % 1) - 1)),
    "steps": lambda seconds: 0.25 * np.floor(8 * (seconds * 5 % 1)),
    "red and blue": colours(7, (2.0, 0.0, 0.0), (0.0, 0.0, 2.0)),
    "photograph": lambda seconds: PHOTO * blink(6)(seconds) / 3,
    "disc": lambda seconds: DISC * blink(7)(seconds),
    "halves by turns": lambda seconds: 3.0 * ((COLUMNS < 48) == (int(seconds * 10) % 2)),
    "thirds by turns": lambda seconds: 3.0 * (int(seconds * 12) % 3 == COLUMNS // 32),
}


def show(context, light, fps, seconds=SECONDS, **params):
    with FinishChain(context, SIZE, **params) as chain:
        return chain.show_all([light(frame / fps + 1e-6) for frame in range(round(seconds * fps))], fps)


@pytest.mark.parametrize("fps", [30, 60, 144])
@pytest.mark.parametrize("name", FLASHING)
def test_no_field_flashes_more_than_three_times_a_second(context, name, fps):
    light, seconds = FLASHING[name], SECONDS if fps < 100 else 1.3
    general, red = flashes(show(context, light, fps, seconds, flash_limit=0.0), fps)
    assert max(general, red) > MAX_FLASHES, "the unlimited picture breaks no rule, so this proves nothing"
    limited = show(context, light, fps, seconds)
    assert max(flashes(limited, fps)) <= MAX_FLASHES and flashing_share(limited, fps) < 0.25
    assert luminance(linear(limited)).max() > 0.1, "the picture is simply dark"


def test_dim_red_counts_as_red(context):
    light = colours(7, (0.25, 0.0, 0.0), (0.0, 0.0, 0.0))
    assert flashes(show(context, light, 30, flash_limit=0.0), 30) == (0, 7)
    assert flashes(show(context, light, 30), 30) == (0, MAX_FLASHES)


CALM = {
    "three a second": blink(3),
    "kick at 180": kick(180),
    "ripples": blink(12, 0.5, 0.45),
    "already bright": blink(12, 5.0, 2.0),
    "chequerboard three times a second": chequerboard(12, 3),
    "sparks": lambda seconds: 0.3 + 3.0 * (np.random.default_rng(int(seconds * 30)).random(SIZE[::-1]) < 0.02),
    "a corner": lambda seconds: ((ROWS < 6) & (COLUMNS < 10)) * blink(10)(seconds),
    "drifting photograph": lambda seconds: np.roll(PHOTO, int(20 * seconds), axis=1),
}


@pytest.mark.parametrize("fps", [30, 60, 144])
@pytest.mark.parametrize("light", CALM.values(), ids=CALM)
def test_pictures_within_the_limit_are_untouched(context, light, fps):
    seconds = SECONDS if fps < 100 else 1.3
    np.testing.assert_array_equal(
        show(context, light, fps, seconds), show(context, light, fps, seconds, flash_limit=0.0)
    )


def test_held_light_comes_back(context):
    """A picture that stays bright after too many flashes is dark for less than a second, then it fades in."""
    light = lambda seconds: blink(10)(seconds) if seconds < 1.0 else 3.0  # noqa: E731
    level = luminance(linear(show(context, light, 60, 4.0))).mean((1, 2))
    held = np.flatnonzero(level[60:] < 0.5)
    assert len(held) and held[-1] < 75
    assert (level[150:] > 0.9).all()
    assert np.diff(level[60:]).max() < 0.15 and np.diff(level[60:]).min() > -0.02


def test_only_the_flashing_part_is_held(context):
    light = lambda seconds: np.where(COLUMNS < 48, blink(10)(seconds), 0.5)  # noqa: E731
    calm = show(context, light, 30)[:, :, 60:].astype(int)
    steady = show(context, lambda seconds: np.full(SIZE[::-1], 0.5), 30)[:, :, 60:]
    np.testing.assert_array_equal(calm, steady)


@pytest.mark.parametrize("fps", [30, 60])
def test_limit_holds_for_transitions_and_cuts(context, fps):
    """Both pictures stand still, but switching between them flashes."""
    shown = {}
    for limit in (0.0, 1.0):
        with FinishChain(context, SIZE, flash_limit=limit) as chain:
            frames = []
            for frame in range(round(SECONDS * fps)):
                seconds = frame / fps + 1e-6
                turn, begins = divmod(int(seconds * 30), 3)
                lights = PHOTO if turn % 2 else 0.0, 0.0 if turn % 2 else PHOTO
                both = {} if begins else {"old": lights[1], "kind": "wipe" if turn % 4 < 2 else "fade"}
                frames.append(chain.show(lights[0], 1 / fps, **both))
        shown[limit] = np.array(frames)
    assert flashes(shown[0.0], fps)[0] > MAX_FLASHES >= flashes(shown[1.0], fps)[0]


def test_limit_holds_for_a_flashing_blackout(context):
    shown = {}
    for limit in (0.0, 1.0):
        with FinishChain(context, SIZE, flash_limit=limit) as chain:
            frames = []
            for frame in range(75):
                chain.sources[0].values["finish.blackout"] = float(frame // 3 % 2)
                frames.append(chain.show(3.0))
                assert not (frame // 3 % 2 and frames[-1][..., :3].any()), "blackout is not immediate"
        shown[limit] = np.array(frames)
    assert flashes(shown[0.0], 30)[0] > MAX_FLASHES >= flashes(shown[1.0], 30)[0]


def kick_drum(seconds, bpm=200):
    """A kick drum, a falling tone, on every beat."""
    sound, time = silence(seconds), np.arange(round(0.2 * RATE)) / RATE
    drum = 0.8 * np.exp(-time / 0.05) * np.sin(2 * np.pi * (50 * time + 4 * (1 - np.exp(-time / 0.02))))
    for beat in range(int(seconds * bpm / 60) - 1):
        begin = round(beat * 60 / bpm * RATE)
        sound[begin : begin + len(drum)] += drum[:, None]
    return analysed(sound)


@pytest.mark.parametrize("fps", [30, 60])
def test_kick_at_200_bpm_flashes_three_times_a_second(context, fps):
    song, counts = kick_drum(6.0), []
    for limit in (0.0, 1.0):
        with SceneRenderer(context, song, "flash", size=SIZE) as harness:
            harness.set_params(0, finish={"flash_limit": limit})
            counts.append(flashes(np.array(harness.pictures(5.0, fps)), fps)[0])
    assert counts == [4, MAX_FLASHES]


def test_default_scene_is_hardly_changed(context):
    song, shown = analysed(music(5.0)), []
    for limit in (0.0, 1.0):
        with SceneRenderer(context, song, size=(192, 108)) as harness:
            harness.set_params(0, finish={"flash_limit": limit})
            shown.append(np.array(harness.pictures(4.0), float))
    assert np.abs(shown[0] - shown[1]).mean() < 0.2 and flashes(shown[0].astype(np.uint8), 30)[0] <= MAX_FLASHES


def test_limiter_only_darkens(context):
    with FinishChain(context, SIZE) as chain:
        for frame in range(60):
            chain.show(FLASHING["photograph"](frame / 30 + 1e-6))
            darker = read_target(chain.finish.targets["limit"])[..., 3]
            assert (darker >= 0.0).all() and (darker <= 1.0).all()
    assert darker.max() > 0.0


def test_analyser_counts_known_flashes():
    """The analyser itself, on pictures whose flashes are known."""
    shown = np.zeros((60, 54, 96, 3), np.uint8)
    assert flashes(shown, 30) == (0, 0)
    shown[::6] = 255  # five a second
    assert flashes(shown, 30)[0] == 5 and flashing_share(shown, 30) == 1.0
    low = np.full_like(shown, 60)
    low[::6] = 89  # 0.045 and 0.1
    assert flashes(low, 30)[0] == 0
    high = np.full_like(shown, 232)  # 0.807
    high[::6] = 255
    assert flashes(high, 30)[0] == 0
    part = np.zeros_like(shown)
    part[::6, :8, :14] = 255  # a fifth of a field
    assert flashes(part, 30)[0] == 0
    part[::6, :9, :17] = 255  # and more than a quarter
    assert flashes(part, 30)[0] == 5
    climb = np.zeros_like(shown)
    climb += (np.arange(60) * 4).astype(np.uint8)[:, None, None, None]
    assert flashes(climb, 30)[0] == 1, "a slow rise is one"
    red = np.zeros_like(shown)
    red[::6, ..., 0] = 100
    assert flashes(red, 30) == (0, 5)
