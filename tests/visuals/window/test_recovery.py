"""Recovery: what is wrong with a picture is told after two seconds and healed, and none is larger than can be borne."""

import numpy as np
import pytest

from phosphene.engine.visuals.window.recovery import Recovery
from phosphene.engine.visuals.window.resolution_scaler import CALM, RUNGS, ResolutionScaler
from phosphene.engine.visuals.window.watchdog import PATIENCE, Judge
from tests.support.scene_renderer import RATE, Easel, heard, music

WELL = np.random.default_rng(5).random((18, 32, 4)).astype(np.float32) * (1.0, 1.0, 0.0, 1.0)
BRIGHT, LOST = np.array([9.0, 9.0, 0.0, 0.0]), np.array([0.0, 0.0, 3.0, 0.0])
BAD = {"black": WELL * 0.0, "white": WELL + BRIGHT, "NaN": WELL + LOST, "frozen": WELL}


def judged(cells, seconds, **how):
    """Words, and when they came, of cells that are looked at four times a second."""
    judge, found = Judge(), []
    for at in range(round(4 * seconds)):
        if wrong := judge.look(cells(at), at / 4, **how):
            found.append((at / 4, wrong))
    return found


@pytest.mark.parametrize("kind", BAD)
def test_what_is_wrong_is_told_after_its_time_and_not_before(kind):
    assert not judged(lambda at: BAD[kind], PATIENCE)
    (when, told), *_ = judged(lambda at: BAD[kind], PATIENCE + 1.0)
    assert told == kind and PATIENCE < when <= PATIENCE + 0.5


def test_a_picture_that_moves_is_well_however_dark_for_a_moment():
    assert not judged(lambda at: WELL * (1 + at / 100) if at % 8 else BAD["black"], 60.0)
    assert not judged(lambda at: BAD["black"], 60.0, dark=True)


@pytest.fixture(scope="module")
def song():
    return heard(music(12.0))


@pytest.mark.parametrize("kind", ["NaN", "white"])
def test_a_picture_gone_bad_is_begun_again_and_the_second_time_given_up(context, song, kind):
    said, fps = [], 15
    with Easel(context, song) as easel:
        care = Recovery(context, 1 / fps, said.append)
        verdicts, spoilt = [], [60, 110]
        value = {"NaN": np.nan, "white": 60.0}[kind]
        light = context.gl.texture((64, 36), 4, np.full((36, 64, 4), value, np.float16).tobytes(), dtype="f2")
        for frame in range(11 * fps):
            if any(first <= frame < first + 36 for first in spoilt):
                easel.painter.deck.last = lambda: light
            else:
                easel.painter.deck.last = lambda: easel.targets[-1].picture
            easel.picture(frame * RATE / fps)
            verdicts.append(care.look(easel.painter, frame / fps, 0.01, 0))
        care.release()
        light.release()
    assert [line.split(": ")[1].split("; ")[1] for line in said] == [
        "it begins again",
        "the preset before it comes back",
    ]
    assert all(f"was {kind}" in line for line in said) and sum(verdicts) == 1 and not any(verdicts[:110])


def climbed(cost, seconds, ladder=None, since=0.0, fps=30):
    """The scales that a ladder steps to, with when: `cost` is of a whole picture, as a share of a period."""
    ladder, steps = ladder or ResolutionScaler(1 / fps), []
    for at in range(round(seconds * fps)):
        now = since + at / fps
        share = cost(now) * ladder.scale**2
        if ladder.note(now, share / fps, int(share > 1.0)):
            steps.append((now, ladder.scale))
    return ladder, steps


def test_under_load_it_steps_down_until_it_bears_it_and_comes_back():
    ladder, down = climbed(lambda now: 3.0, 20.0)
    assert [scale for _, scale in down] == list(RUNGS[1:3]) and down[0][0] < 5.0
    _, up = climbed(lambda now: 0.3, 60.0, ladder, since=20.0)
    assert [scale for _, scale in up] == [0.75, 1.0] and up[1][0] - up[0][0] >= CALM[0]


def test_where_there_is_room_it_stays_and_neither_a_stall_nor_the_start_is_load():
    assert climbed(lambda now: 0.6, 60.0)[1] == []
    assert climbed(lambda now: 9.0 if now % 5 < 0.07 else 0.4, 60.0)[1] == []
    assert climbed(lambda now: 3.0 if now < 1.9 else 0.4, 60.0)[1] == []


def test_what_was_in_vain_is_tried_again_ever_more_rarely():
    """A load that only shows at full size."""
    ladder = ResolutionScaler(1 / 30)
    steps = climbed(lambda now: 1.2 if ladder.rung == 0 else 0.5, 240.0, ladder)[1]
    tried = [now for now, scale in steps if scale == 1.0]
    waits = np.diff(tried)
    assert len(waits) >= 2 and (waits[1:] > 1.3 * waits[:-1]).all()
