"""Recovery: a bad picture is reset after two seconds, and none is larger than the machine can draw in time."""

import numpy as np
import pytest

from phosphene.engine.visuals.window.recovery import Recovery
from phosphene.engine.visuals.window.resolution_scaler import RAISE_DELAY, SCALES, ResolutionScaler
from phosphene.engine.visuals.window.watchdog import MAX_BAD_SECONDS, FaultDetector
from tests.support.scene_renderer import RATE, SceneRenderer, analysed, music

GOOD = np.random.default_rng(5).random((18, 32, 4)).astype(np.float32) * (1.0, 1.0, 0.0, 1.0)
BRIGHT, NAN = np.array([9.0, 9.0, 0.0, 0.0]), np.array([0.0, 0.0, 3.0, 0.0])
BAD = {"black": GOOD * 0.0, "white": GOOD + BRIGHT, "NaN": GOOD + NAN, "frozen": GOOD}


def detected(cells, seconds, **options):
    """(seconds, fault) of cells that are checked four times a second."""
    detector, found = FaultDetector(), []
    for at in range(round(4 * seconds)):
        if fault := detector.detect(cells(at), at / 4, **options):
            found.append((at / 4, fault))
    return found


@pytest.mark.parametrize("kind", BAD)
def test_fault_is_reported_after_its_time_and_not_before(kind):
    assert not detected(lambda at: BAD[kind], MAX_BAD_SECONDS)
    (when, fault), *_ = detected(lambda at: BAD[kind], MAX_BAD_SECONDS + 1.0)
    assert fault == kind and MAX_BAD_SECONDS < when <= MAX_BAD_SECONDS + 0.5


def test_moving_picture_has_no_fault_however_dark_at_times():
    assert not detected(lambda at: GOOD * (1 + at / 100) if at % 8 else BAD["black"], 60.0)
    assert not detected(lambda at: BAD["black"], 60.0, dark=True)


@pytest.fixture(scope="module")
def song():
    return analysed(music(12.0))


@pytest.mark.parametrize("kind", ["NaN", "white"])
def test_bad_picture_is_reset_and_given_up_the_second_time(context, song, kind):
    notices, fps = [], 15
    with SceneRenderer(context, song) as harness:
        recovery = Recovery(context, 1 / fps, notices.append)
        verdicts, bad_from = [], [60, 110]
        value = {"NaN": np.nan, "white": 60.0}[kind]
        light = context.gl.texture((64, 36), 4, np.full((36, 64, 4), value, np.float16).tobytes(), dtype="f2")
        for frame in range(11 * fps):
            if any(first <= frame < first + 36 for first in bad_from):
                harness.renderer.deck._last = lambda: light
            else:
                harness.renderer.deck._last = lambda: harness.targets[-1].picture
            harness.picture(frame * RATE / fps)
            verdicts.append(recovery.check(harness.renderer, frame / fps, 0.01, 0))
        recovery.release()
        light.release()
    assert [line.split(": ")[1].split("; ")[1] for line in notices] == [
        "it starts again",
        "the preset before it comes back",
    ]
    assert all(f"was {kind}" in line for line in notices) and sum(verdicts) == 1 and not any(verdicts[:110])


def scale_changes(cost, seconds, scaler=None, since=0.0, fps=30):
    """The (moment, scale) of each change. `cost(now)` is that of a full-size picture, as a share of a period."""
    scaler, steps = scaler or ResolutionScaler(1 / fps), []
    for at in range(round(seconds * fps)):
        now = since + at / fps
        share = cost(now) * scaler.scale**2
        if scaler.add_frame(now, share / fps, int(share > 1.0)):
            steps.append((now, scaler.scale))
    return scaler, steps


def test_scale_goes_down_under_load_and_comes_back():
    scaler, down = scale_changes(lambda now: 3.0, 20.0)
    assert [scale for _, scale in down] == list(SCALES[1:3]) and down[0][0] < 5.0
    _, up = scale_changes(lambda now: 0.3, 60.0, scaler, since=20.0)
    assert [scale for _, scale in up] == [0.75, 1.0] and up[1][0] - up[0][0] >= RAISE_DELAY[0]


def test_scale_stays_where_there_is_room_despite_stalls():
    assert scale_changes(lambda now: 0.6, 60.0)[1] == []
    assert scale_changes(lambda now: 9.0 if now % 5 < 0.07 else 0.4, 60.0)[1] == []
    assert scale_changes(lambda now: 3.0 if now < 1.9 else 0.4, 60.0)[1] == []


def test_failed_raises_are_repeated_more_and_more_rarely():
    """A load that only shows at full size."""
    scaler = ResolutionScaler(1 / 30)
    steps = scale_changes(lambda now: 1.2 if scaler.level == 0 else 0.5, 240.0, scaler)[1]
    tried = [now for now, scale in steps if scale == 1.0]
    waits = np.diff(tried)
    assert len(waits) >= 2 and (waits[1:] > 1.3 * waits[:-1]).all()
