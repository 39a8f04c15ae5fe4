"""Frame pacer with a simulated clock: pictures keep to the refreshes of the screen, and missed ones stay missed.

Also frame stats: how far pictures were from their sound.
"""

import math
from collections import deque
from typing import NamedTuple

import numpy as np
import pytest

from phosphene.engine.audio.playback_clock import PlaybackClock
from phosphene.engine.rings import allocate, timeline
from phosphene.engine.visuals.window import frame_stats
from phosphene.engine.visuals.window.frame_pacer import (
    COST_HISTORY,
    FRAMES_TO_DETECT,
    MARGIN,
    PLANNED_COST,
    RETRY_SECONDS,
    FramePacer,
)

ROUNDING = 1e-9  # seconds that rounding may account for
SETTLED_AFTER = COST_HISTORY - PLANNED_COST + 1  # pictures after which the costs are known
each_mode = pytest.mark.parametrize("vsync", [False, True], ids=["own", "vsync"])


class Shown(NamedTuple):
    """For every picture: when it was begun, was predicted to be seen, was seen, and refreshes missed before it."""

    begun_at: np.ndarray
    moment: np.ndarray
    seen: np.ndarray
    missed: np.ndarray


class SimulatedScreen:
    """A screen and a clock. Time passes only while a picture is drawn, the pacer sleeps, or presenting waits."""

    def __init__(self, nominal, *, vsync, screen=None, begin=1_000.0, oversleep=0.0):
        self.time, self.screen, self.vsync = begin, screen or nominal, vsync
        self.origin, self.oversleep, self.random = begin, oversleep, np.random.default_rng(3)
        self.pacer = FramePacer(nominal, vsync=vsync, now=lambda: self.time, sleep=self.sleep)

    def sleep(self, seconds):
        assert seconds > 0
        self.time += seconds + self.oversleep * self.random.random()

    def refresh(self):
        """Wait for the next refresh."""
        self.time = self.origin + np.ceil((self.time - self.origin) * self.screen - ROUNDING) / self.screen

    def show(self, costs):
        """Show pictures that take so many seconds each to draw."""
        rows = []
        for cost in costs:
            moment, missed = self.pacer.begin_frame()
            begun_at, self.time = self.time, self.time + cost
            self.pacer.frame_ready()
            if self.vsync:
                self.refresh()
            rows.append((begun_at, moment, self.pacer.frame_presented(), missed))
        return Shown(*np.array(rows).T)


def settled(shown):
    return Shown(*(row[SETTLED_AFTER + 1 :] for row in shown))


@each_mode
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("fps", [24.0, 30.0, 59.94, 144.0])
def test_each_refresh_has_a_picture_started_as_late_as_possible(fps, share, vsync):
    cost = share / fps
    shown = settled(SimulatedScreen(fps, vsync=vsync).show([cost] * 300))
    np.testing.assert_allclose(np.diff(shown.seen), 1 / fps, atol=ROUNDING)
    np.testing.assert_allclose(shown.moment, shown.seen, atol=ROUNDING)
    np.testing.assert_allclose(shown.seen - shown.begun_at, min(cost + MARGIN, 1 / fps), atol=ROUNDING)
    assert not shown.missed.any()


@each_mode
@pytest.mark.parametrize("share", [1.1, 1.5, 2.5, 7.3])
def test_slow_pictures_drop_refreshes_and_predict_the_others(share, vsync):
    fps = 30.0
    shown = settled(SimulatedScreen(fps, vsync=vsync).show([share / fps] * 300))
    refreshes = (shown.seen[-1] - shown.seen[0]) * fps
    assert abs(shown.missed[1:].sum() + len(shown.seen) - 1 - refreshes) <= 1
    assert share - ROUNDING < refreshes / (len(shown.seen) - 1) < share + (1.0 if vsync else 0.5)
    np.testing.assert_allclose(shown.moment, shown.seen, atol=ROUNDING)
    np.testing.assert_array_less(shown.seen - shown.begun_at, (share + 1) / fps)


@each_mode
@pytest.mark.parametrize("stalls", [1, COST_HISTORY - PLANNED_COST])
def test_stall_is_dropped_once_and_not_made_up_for(stalls, vsync):
    fps, cost, stall = 60.0, 0.004, 0.5
    display = SimulatedScreen(fps, vsync=vsync)
    display.show([cost] * 50)
    shown = display.show([stall] * stalls + [cost] * 60)
    assert abs(shown.missed.sum() - stalls * stall * fps) <= stalls
    for pictures in (2, 5, 20):
        least = (pictures - 1) / fps - ROUNDING
        assert (shown.seen[pictures:] - shown.seen[:-pictures] > least).all(), "pictures came faster than refreshes"
    np.testing.assert_allclose(np.diff(shown.seen[stalls + 1 :]), 1 / fps, atol=ROUNDING)
    assert not shown.missed[stalls + 2 :].any()


@each_mode
def test_picture_is_hardly_older_than_its_cost(vsync):
    fps, random = 60.0, np.random.default_rng(5)
    costs = random.uniform(0.003, 0.010, 1_000)
    shown = settled(SimulatedScreen(fps, vsync=vsync, oversleep=0.0005).show(costs))
    age = shown.seen - shown.begun_at
    assert np.percentile(age, 95) < costs.max() + MARGIN + 0.001
    assert shown.missed.sum() < 0.02 * len(costs)
    assert np.percentile(np.abs(shown.seen - shown.moment), 95) < 0.001


@pytest.mark.parametrize("nominal, screen", [(60.0, 59.94), (59.0, 59.94), (60.0, 60.06), (144.0, 143.86)])
def test_it_follows_the_actual_refresh_rate(nominal, screen):
    shown = settled(SimulatedScreen(nominal, vsync=True, screen=screen, oversleep=0.0003).show([0.003] * 1_000))
    np.testing.assert_allclose(np.diff(shown.seen), 1 / screen, atol=ROUNDING)
    assert not shown.missed.any()
    assert np.abs(shown.moment - shown.seen).max() <= abs(1 / nominal - 1 / screen) + ROUNDING


def test_refresh_missed_at_the_last_moment_counts():
    fps, costs = 60.0, np.full(200, 0.004)
    costs[100::25] = 0.020
    shown = settled(SimulatedScreen(fps, vsync=True).show(costs))
    late = np.round(np.diff(shown.seen) * fps) - 1
    assert late.sum() == (costs > 0.01).sum() and np.array_equal(shown.missed[2:], late[:-1])


@each_mode
def test_restart_forgets_missed_refreshes(vsync):
    display = SimulatedScreen(30.0, vsync=vsync)
    display.show([0.08] * 50)
    display.time += 100.0
    display.pacer.restart()
    shown = display.show([0.001] * 50)
    assert not shown.missed.any() and shown.seen[0] - shown.begun_at[0] <= 2 / 30
    np.testing.assert_allclose(np.diff(shown.seen)[1:], 1 / 30, atol=ROUNDING)


def test_real_clock_shows_no_picture_too_early():
    pacer = FramePacer(200.0, vsync=False)
    for _ in range(10):
        moment, _ = pacer.begin_frame()
        pacer.frame_ready()
        assert pacer.frame_presented() >= moment


ERRORS = {
    "one": [0.0123],
    "early and late": [-0.004, 0.004, -0.0041],
    "many": np.random.default_rng(2).normal(0.0, 0.02, 5_000),
    "a few late ones": [0.001] * 985 + [0.2] * 15,
    "on time": [0.0] * 10,
}


@pytest.mark.parametrize("errors", ERRORS.values(), ids=ERRORS)
def test_lateness_percentiles_are_exact_to_half_a_bin(errors):
    stats = allocate(frame_stats.layout())
    for error in errors:
        frame_stats.record_lateness(stats, error)
    for share, reported in frame_stats.lateness_percentiles(stats).items():
        truth = 1000 * np.percentile(np.abs(errors), int(share[1:]), method="inverted_cdf")
        assert reported == pytest.approx(truth, abs=1000 * frame_stats.BIN_SECONDS / 2 + ROUNDING)


def test_lateness_of_nothing_is_none_and_extremes_count():
    stats = allocate(frame_stats.layout())
    assert frame_stats.lateness_percentiles(stats) == {"p50": None, "p99": None}
    frame_stats.increment(stats, frame_stats.FrameStat.SHOWN, 5)
    assert frame_stats.lateness_percentiles(stats) == {"p50": None, "p99": None}
    frame_stats.record_lateness(stats, 1e6)
    assert set(frame_stats.lateness_percentiles(stats).values()) == {
        1000 * frame_stats.BIN_SECONDS * (frame_stats.BIN_COUNT - 0.5)
    }


class SimulatedDesktop(SimulatedScreen):
    """A screen that waits only as far as its driver and its window let it, and if the pacer requests it.

    `driver` is "honest", "ignores" or "queues": it takes three pictures before it waits for the first. From `hidden[0]`
    to `hidden[1]` seconds the window is hidden, and waiting takes a second. `visible_at` is when the last picture is
    visible.
    """

    def __init__(self, nominal, driver="honest", *, hidden=(math.inf, math.inf), **options):
        super().__init__(nominal, vsync=True, **options)
        self.driver, self.queue = driver, deque()
        self.hidden = [self.time + moment for moment in hidden]

    def next_refresh(self):
        return self.origin + np.ceil((self.time - self.origin) * self.screen - ROUNDING) / self.screen

    def refresh(self):
        self.visible_at = self.next_refresh()
        if self.hidden[0] <= self.time < self.hidden[1]:
            self.time += 1.0 if self.pacer.request_vsync else 0.0
        elif self.pacer.request_vsync and self.driver == "honest":
            self.time = self.visible_at
        elif self.pacer.request_vsync and self.driver == "queues":
            self._enqueue()

    def _enqueue(self):
        while self.queue and self.queue[0] <= self.time:
            self.queue.popleft()
        if self.queue:
            self.visible_at = self.queue[-1] + 1 / self.screen
        self.queue.append(self.visible_at)
        if len(self.queue) > 3:
            self.time = self.queue.popleft()


@pytest.mark.parametrize("driver", ["ignores", "queues"])
@pytest.mark.parametrize("fps", [30.0, 60.0, 144.0])
def test_ignored_vsync_is_detected_and_replaced(fps, driver):
    display = SimulatedDesktop(fps, driver)
    shown = display.show([0.3 / fps] * 400)
    assert display.pacer.pacing == "own" and display.pacer.request_vsync
    early = np.flatnonzero(np.diff(shown.seen) < 1 / fps - ROUNDING)
    assert 0 < len(early) <= FRAMES_TO_DETECT["ignored"] and early[-1] <= FRAMES_TO_DETECT["ignored"] + SETTLED_AFTER
    np.testing.assert_allclose(np.diff(shown.seen)[early[-1] + 2 :], 1 / fps, atol=ROUNDING)
    assert display.visible_at - shown.seen[-1] < 1 / fps + ROUNDING, "pictures lie in a queue"
    assert not shown.missed.any()


def test_hidden_window_keeps_running_and_returns_to_vsync():
    display = SimulatedDesktop(60.0, hidden=(2.0, 20.0))
    shown = display.show([0.004] * (60 * 45))
    assert (np.diff(shown.seen) > 0.9).sum() == FRAMES_TO_DETECT["throttled"]
    unseen = (shown.seen > display.hidden[0] + 5.0) & (shown.seen < display.hidden[1])
    assert unseen.sum() == pytest.approx(60 * 13, abs=2)
    assert display.pacer.pacing == "vsync"
    phase = (shown.seen[-60:] - display.origin) * 60
    np.testing.assert_allclose(phase, np.round(phase), atol=1e-5)


def test_long_hidden_window_retries_vsync_at_the_cost_of_one_picture():
    display = SimulatedDesktop(60.0, hidden=(2.0, 1e6))
    shown = display.show([0.004] * round(60 * 4 * RETRY_SECONDS))
    slow = np.diff(shown.seen) > 0.9
    assert display.pacer.pacing == "own" and not display.pacer.request_vsync
    assert slow.sum() - FRAMES_TO_DETECT["throttled"] in (3, 4)


@pytest.mark.parametrize("share", [0.5, 0.95, 1.4])
def test_slow_pictures_and_stalls_do_not_disable_vsync(share):
    display, random = SimulatedDesktop(60.0, oversleep=0.001), np.random.default_rng(4)
    costs = share / 60 * random.uniform(0.5, 1.0, 2_000)
    costs[::97] = 0.4
    display.show(costs)
    assert display.pacer.pacing == "vsync"


class SimulatedSound:
    """Sound that is played in blocks and reported as a device does, with jitter."""

    RATE, BLOCK, LATENCY, JITTER = 48_000, 256, 0.03, 0.002

    def __init__(self, begin):
        self.line, self.begin, self.played = allocate(timeline.layout(64, 3)), begin, 0
        self.clock, self.random = PlaybackClock(self.line, self.RATE), np.random.default_rng(6)

    def audible_at(self, sample):
        """When a sample is really audible."""
        return self.begin + self.LATENCY + sample / self.RATE

    def play(self, until):
        while (written_at := self.begin + self.played / self.RATE) <= until:
            reported = self.audible_at(self.played) + self.JITTER * self.random.uniform(-1, 1)
            timeline.publish(self.line, np.array([self.played, reported, written_at]))
            self.played += self.BLOCK


@pytest.mark.parametrize("driver", ["honest", "ignores"])
@pytest.mark.parametrize(("nominal", "screen"), [(60.0, 60.0), (59.0, 59.94), (60.0, 59.94), (144.0, 144.0)])
def test_picture_matches_the_audible_sound(nominal, screen, driver):
    """Measured at the screen itself, not by the pacer's prediction."""
    display = SimulatedDesktop(nominal, driver, screen=screen, oversleep=0.001)
    random, apart = np.random.default_rng(8), []
    sound = SimulatedSound(display.time)
    display.time += 1.0
    for _ in range(3_000):
        moment, _ = display.pacer.begin_frame()
        sound.play(display.time)
        sample = sound.clock.sample_at(moment)
        display.time += random.uniform(0.1, 0.6) / screen if random.random() > 0.01 else 1.5 / screen
        display.pacer.frame_ready()
        display.refresh()
        display.pacer.frame_presented()
        apart.append(abs(display.visible_at - sound.audible_at(sample)))
    assert display.pacer.pacing == ("vsync" if driver == "honest" else "own")
    frames = np.array(apart[300:]) * screen
    assert np.median(frames) < 1.0 and np.percentile(frames, 99) < 2.0, np.percentile(frames, (50, 99))
