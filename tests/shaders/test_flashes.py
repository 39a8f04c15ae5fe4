"""Flashes: whatever a picture does, a field of view flashes three times in a second at most, by an analyser's word;
and what does not flash more is not touched."""

import numpy as np
import pytest

from tests.support.finish_chain import Projector, pixels
from tests.support.flash_analyser import flashes, flashing, linear, luminance
from tests.support.scene_renderer import RATE, Easel, heard, music, silence

SIZE = (96, 54)
ROWS, COLUMNS = np.indices(SIZE[::-1])
SECONDS = 2.5
MOST = 3


def blink(hertz, bright=3.0, dark=0.0):
    """Light that goes on and off."""
    return lambda seconds: np.where(seconds * hertz % 1 < 0.5, bright, dark)


def kick(bpm, fade=0.05):
    return lambda seconds: 16 * 2.0 ** (-(seconds % (60 / bpm)) / fade)


def board(side, hertz):
    """A chequerboard whose fields swap."""
    light = (ROWS // side + COLUMNS // side) % 2
    return lambda seconds: 3.0 * np.abs(light - int(seconds * hertz) % 2)


def smooth(seed=3):
    """A photograph, or what has as many clouds and edges."""
    far = np.hypot(np.fft.fftfreq(SIZE[1])[:, None] * SIZE[1], np.fft.fftfreq(SIZE[0]) * SIZE[0])
    noise = np.fft.fft2(np.random.default_rng(seed).normal(size=SIZE[::-1]))
    light = np.fft.ifft2(noise / (1 + far) ** 1.2).real
    return 2.5 * np.clip((light - light.min()) / np.ptp(light), 0, 1)


def colours(hertz, *two):
    return lambda seconds: np.array(two[int(2 * seconds * hertz) % 2])


PHOTO = smooth()
DISC = np.hypot(ROWS - 27, COLUMNS - 48) < 14
WILD = {
    "kick at 200": kick(200),
    "strobe at 5": blink(5),
    "strobe at 10": blink(10),
    "strobe at 15": blink(15),
    "grey strobe": blink(7, 0.4, 0.2),
    "bright strobe": blink(7, 4.0, 0.9),
    "large board": board(12, 10),
    "small board": board(4, 10),
    "slow ramp": lambda seconds: 2.0 * (1 - np.abs(2 * (seconds * 4.5 % 1) - 1)),
    "steps": lambda seconds: 0.25 * np.floor(8 * (seconds * 5 % 1)),
    "red and blue": colours(7, (2.0, 0.0, 0.0), (0.0, 0.0, 2.0)),
    "photograph": lambda seconds: PHOTO * blink(6)(seconds) / 3,
    "disc": lambda seconds: DISC * blink(7)(seconds),
    "halves by turns": lambda seconds: 3.0 * ((COLUMNS < 48) == (int(seconds * 10) % 2)),
    "thirds by turns": lambda seconds: 3.0 * (int(seconds * 12) % 3 == COLUMNS // 32),
}


def film(context, light, fps, seconds=SECONDS, **params):
    with Projector(context, SIZE, **params) as projector:
        return projector.film([light(frame / fps + 1e-6) for frame in range(round(seconds * fps))], fps)


@pytest.mark.parametrize("fps", [30, 60, 144])
@pytest.mark.parametrize("name", WILD)
def test_no_field_flashes_more_than_three_times_a_second(context, name, fps):
    light, seconds = WILD[name], SECONDS if fps < 100 else 1.3
    general, red = flashes(film(context, light, fps, seconds, flash_limit=0.0), fps)
    assert max(general, red) > MOST, "without the limiter the rule is broken"
    limited = film(context, light, fps, seconds)
    assert max(flashes(limited, fps)) <= MOST and flashing(limited, fps) < 0.25
    assert luminance(linear(limited)).max() > 0.1, "it is not simply dark"


def test_dim_red_is_red_all_the_same(context):
    light = colours(7, (0.25, 0.0, 0.0), (0.0, 0.0, 0.0))
    assert flashes(film(context, light, 30, flash_limit=0.0), 30) == (0, 7)
    assert flashes(film(context, light, 30), 30) == (0, MOST)


CALM = {
    "three a second": blink(3),
    "kick at 180": kick(180),
    "ripples": blink(12, 0.5, 0.45),
    "what is bright already": blink(12, 5.0, 2.0),
    "a board three times a second": board(12, 3),
    "sparks": lambda seconds: 0.3 + 3.0 * (np.random.default_rng(int(seconds * 30)).random(SIZE[::-1]) < 0.02),
    "a corner": lambda seconds: ((ROWS < 6) & (COLUMNS < 10)) * blink(10)(seconds),
    "a photograph that drifts": lambda seconds: np.roll(PHOTO, int(20 * seconds), axis=1),
}


@pytest.mark.parametrize("fps", [30, 60, 144])
@pytest.mark.parametrize("light", CALM.values(), ids=CALM)
def test_what_keeps_the_rule_is_shown_to_the_bit(context, light, fps):
    seconds = SECONDS if fps < 100 else 1.3
    np.testing.assert_array_equal(
        film(context, light, fps, seconds), film(context, light, fps, seconds, flash_limit=0.0)
    )


def test_what_is_held_comes_back(context):
    """A picture that stays bright after too many flashes is dark for less than a second, and then it fades in."""
    light = lambda seconds: blink(10)(seconds) if seconds < 1.0 else 3.0  # noqa: E731
    level = luminance(linear(film(context, light, 60, 4.0))).mean((1, 2))
    held = np.flatnonzero(level[60:] < 0.5)
    assert len(held) and held[-1] < 75
    assert (level[150:] > 0.9).all()
    assert np.diff(level[60:]).max() < 0.15 and np.diff(level[60:]).min() > -0.02


def test_only_what_flashes_is_held(context):
    light = lambda seconds: np.where(COLUMNS < 48, blink(10)(seconds), 0.5)  # noqa: E731
    calm = film(context, light, 30)[:, :, 60:].astype(int)
    steady = film(context, lambda seconds: np.full(SIZE[::-1], 0.5), 30)[:, :, 60:]
    np.testing.assert_array_equal(calm, steady)


@pytest.mark.parametrize("fps", [30, 60])
def test_two_decks_and_cuts_between_them_keep_it_too(context, fps):
    """Either of two pictures stands still, and what is seen of both flashes."""
    shown = {}
    for limit in (0.0, 1.0):
        with Projector(context, SIZE, flash_limit=limit) as projector:
            frames = []
            for frame in range(round(SECONDS * fps)):
                seconds = frame / fps + 1e-6
                turn, begins = divmod(int(seconds * 30), 3)
                lights = PHOTO if turn % 2 else 0.0, 0.0 if turn % 2 else PHOTO
                both = {} if begins else {"old": lights[1], "kind": "wipe" if turn % 4 < 2 else "fade"}
                frames.append(projector.show(lights[0], 1 / fps, **both))
        shown[limit] = np.array(frames)
    assert flashes(shown[0.0], fps)[0] > MOST >= flashes(shown[1.0], fps)[0]


def test_a_hand_on_the_blackout_keeps_it_too(context):
    shown = {}
    for limit in (0.0, 1.0):
        with Projector(context, SIZE, flash_limit=limit) as projector:
            frames = []
            for frame in range(75):
                projector.slides[0].values["finish.blackout"] = float(frame // 3 % 2)
                frames.append(projector.show(3.0))
                assert not (frame // 3 % 2 and frames[-1][..., :3].any()), "dark is dark at once"
        shown[limit] = np.array(frames)
    assert flashes(shown[0.0], 30)[0] > MOST >= flashes(shown[1.0], 30)[0]


def kicks(seconds, bpm=200):
    """A kick drum: a tone that falls, on every beat."""
    sound, far = silence(seconds), np.arange(round(0.2 * RATE)) / RATE
    drum = 0.8 * np.exp(-far / 0.05) * np.sin(2 * np.pi * (50 * far + 4 * (1 - np.exp(-far / 0.02))))
    for beat in range(int(seconds * bpm / 60) - 1):
        begin = round(beat * 60 / bpm * RATE)
        sound[begin : begin + len(drum)] += drum[:, None]
    return heard(sound)


@pytest.mark.parametrize("fps", [30, 60])
def test_a_kick_of_200_beats_a_minute_flashes_three_times_a_second(context, fps):
    song, counts = kicks(6.0), []
    for limit in (0.0, 1.0):
        with Easel(context, song, "flash", size=SIZE) as easel:
            easel.set(0, finish={"flash_limit": limit})
            counts.append(flashes(np.array(easel.pictures(5.0, fps)), fps)[0])
    assert counts == [4, MOST]


def test_the_usual_scene_is_hardly_touched(context):
    song, shown = heard(music(5.0)), []
    for limit in (0.0, 1.0):
        with Easel(context, song, size=(192, 108)) as easel:
            easel.set(0, finish={"flash_limit": limit})
            shown.append(np.array(easel.pictures(4.0), float))
    assert np.abs(shown[0] - shown[1]).mean() < 0.2 and flashes(shown[0].astype(np.uint8), 30)[0] <= MOST


def test_the_limiter_dims_and_never_adds(context):
    with Projector(context, SIZE) as projector:
        for frame in range(60):
            projector.show(WILD["photograph"](frame / 30 + 1e-6))
            darker = pixels(projector.finish.targets["limit"])[..., 3]
            assert (darker >= 0.0).all() and (darker <= 1.0).all()
    assert darker.max() > 0.0


def test_the_analyser_counts_what_it_should():
    """It is tried on pictures whose flashes are known."""
    shown = np.zeros((60, 54, 96, 3), np.uint8)
    assert flashes(shown, 30) == (0, 0)
    shown[::6] = 255  # five a second
    assert flashes(shown, 30)[0] == 5 and flashing(shown, 30) == 1.0
    low = np.full_like(shown, 60)
    low[::6] = 89  # 0.045 and 0.1
    assert flashes(low, 30)[0] == 0
    bright = np.full_like(shown, 232)  # 0.807
    bright[::6] = 255
    assert flashes(bright, 30)[0] == 0
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
