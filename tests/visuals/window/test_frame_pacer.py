"""The pacer, by a clock of our own: pictures keep to the screen's grid, and what is missed stays missed.

And what the keeper is told of it all: how far pictures were from their sound.
"""

import math
from collections import deque
from typing import NamedTuple

import numpy as np
import pytest

from phosphene.engine.audio.playback_clock import PlaybackClock
from phosphene.engine.rings import allocate, timeline
from phosphene.engine.visuals.window import frame_stats
from phosphene.engine.visuals.window.frame_pacer import EARLY, LATELY, SURE, TRIAL, USUAL, FramePacer

NEVER = 1e-9  # of a second: nothing that rounding could not explain
LEARNT = LATELY - USUAL + 1  # pictures after which it knows what one takes
each_way = pytest.mark.parametrize("waits", [False, True], ids=["alone", "screen waits"])


class Shown(NamedTuple):
    """Of every picture: when it was begun, is said to be seen, was seen, and refreshes missed before it."""

    begun: np.ndarray
    moment: np.ndarray
    seen: np.ndarray
    missed: np.ndarray


class World:
    """Time goes by only where somebody paints, sleeps or waits for the screen."""

    def __init__(self, told, *, waits, screen=None, begin=1_000.0, oversleep=0.0):
        self.time, self.screen, self.waits = begin, screen or told, waits
        self.origin, self.oversleep, self.random = begin, oversleep, np.random.default_rng(3)
        self.pacer = FramePacer(told, waits=waits, now=lambda: self.time, sleep=self.sleep)

    def sleep(self, seconds):
        assert seconds > 0
        self.time += seconds + self.oversleep * self.random.random()

    def refresh(self):
        """Wait for the next one."""
        self.time = self.origin + np.ceil((self.time - self.origin) * self.screen - NEVER) / self.screen

    def show(self, costs):
        """Paint pictures that take so many seconds each."""
        rows = []
        for cost in costs:
            moment, missed = self.pacer.begin()
            begun, self.time = self.time, self.time + cost
            self.pacer.painted()
            if self.waits:
                self.refresh()
            rows.append((begun, moment, self.pacer.presented(), missed))
        return Shown(*np.array(rows).T)


def known(shown):
    return Shown(*(row[LEARNT + 1 :] for row in shown))


@each_way
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("fps", [24.0, 30.0, 59.94, 144.0])
def test_every_refresh_has_its_picture_begun_as_late_as_it_may_be(fps, share, waits):
    cost = share / fps
    shown = known(World(fps, waits=waits).show([cost] * 300))
    np.testing.assert_allclose(np.diff(shown.seen), 1 / fps, atol=NEVER)
    np.testing.assert_allclose(shown.moment, shown.seen, atol=NEVER)
    np.testing.assert_allclose(shown.seen - shown.begun, min(cost + EARLY, 1 / fps), atol=NEVER)
    assert not shown.missed.any()


@each_way
@pytest.mark.parametrize("share", [1.1, 1.5, 2.5, 7.3])
def test_too_slow_it_drops_refreshes_and_tells_the_truth_about_the_rest(share, waits):
    fps = 30.0
    shown = known(World(fps, waits=waits).show([share / fps] * 300))
    refreshes = (shown.seen[-1] - shown.seen[0]) * fps
    assert abs(shown.missed[1:].sum() + len(shown.seen) - 1 - refreshes) <= 1
    assert share - NEVER < refreshes / (len(shown.seen) - 1) < share + (1.0 if waits else 0.5)
    np.testing.assert_allclose(shown.moment, shown.seen, atol=NEVER)
    np.testing.assert_array_less(shown.seen - shown.begun, (share + 1) / fps)


@each_way
@pytest.mark.parametrize("stalls", [1, LATELY - USUAL])
def test_a_stall_is_dropped_once_and_not_made_good(stalls, waits):
    fps, cost, stall = 60.0, 0.004, 0.5
    world = World(fps, waits=waits)
    world.show([cost] * 50)
    shown = world.show([stall] * stalls + [cost] * 60)
    assert abs(shown.missed.sum() - stalls * stall * fps) <= stalls
    for pictures in (2, 5, 20):
        least = (pictures - 1) / fps - NEVER
        assert (shown.seen[pictures:] - shown.seen[:-pictures] > least).all(), "pictures came faster than refreshes"
    np.testing.assert_allclose(np.diff(shown.seen[stalls + 1 :]), 1 / fps, atol=NEVER)
    assert not shown.missed[stalls + 2 :].any()


@each_way
def test_what_is_seen_is_hardly_older_than_painting_takes(waits):
    fps, random = 60.0, np.random.default_rng(5)
    costs = random.uniform(0.003, 0.010, 1_000)
    shown = known(World(fps, waits=waits, oversleep=0.0005).show(costs))
    age = shown.seen - shown.begun
    assert np.percentile(age, 95) < costs.max() + EARLY + 0.001
    assert shown.missed.sum() < 0.02 * len(costs)
    assert np.percentile(np.abs(shown.seen - shown.moment), 95) < 0.001


@pytest.mark.parametrize("told, screen", [(60.0, 59.94), (59.0, 59.94), (60.0, 60.06), (144.0, 143.86)])
def test_it_follows_the_screen_and_not_what_it_was_told(told, screen):
    shown = known(World(told, waits=True, screen=screen, oversleep=0.0003).show([0.003] * 1_000))
    np.testing.assert_allclose(np.diff(shown.seen), 1 / screen, atol=NEVER)
    assert not shown.missed.any()
    assert np.abs(shown.moment - shown.seen).max() <= abs(1 / told - 1 / screen) + NEVER


def test_a_refresh_that_was_missed_at_the_last_moment_counts():
    fps, costs = 60.0, np.full(200, 0.004)
    costs[100::25] = 0.020
    shown = known(World(fps, waits=True).show(costs))
    late = np.round(np.diff(shown.seen) * fps) - 1
    assert late.sum() == (costs > 0.01).sum() and np.array_equal(shown.missed[2:], late[:-1])


@each_way
def test_begun_again_nothing_was_missed(waits):
    world = World(30.0, waits=waits)
    world.show([0.08] * 50)
    world.time += 100.0
    world.pacer.restart()
    shown = world.show([0.001] * 50)
    assert not shown.missed.any() and shown.seen[0] - shown.begun[0] <= 2 / 30
    np.testing.assert_allclose(np.diff(shown.seen)[1:], 1 / 30, atol=NEVER)


def test_by_the_clock_of_the_machine_no_picture_is_shown_too_early():
    pacer = FramePacer(200.0, waits=False)
    for _ in range(10):
        moment, _ = pacer.begin()
        pacer.painted()
        assert pacer.presented() >= moment


ERRORS = {
    "one": [0.0123],
    "early and late": [-0.004, 0.004, -0.0041],
    "many": np.random.default_rng(2).normal(0.0, 0.02, 5_000),
    "a few late ones": [0.001] * 985 + [0.2] * 15,
    "on time": [0.0] * 10,
}


@pytest.mark.parametrize("errors", ERRORS.values(), ids=ERRORS)
def test_how_late_pictures_were_is_told_within_half_a_bin(errors):
    sights = allocate(frame_stats.plan())
    for error in errors:
        frame_stats.note(sights, error)
    for share, told in frame_stats.late_ms(sights).items():
        truth = 1000 * np.percentile(np.abs(errors), int(share[1:]), method="inverted_cdf")
        assert told == pytest.approx(truth, abs=1000 * frame_stats.STEP / 2 + NEVER)


def test_where_nothing_was_shown_nothing_was_late_and_what_was_far_too_late_counts():
    sights = allocate(frame_stats.plan())
    assert frame_stats.late_ms(sights) == {"p50": None, "p99": None}
    frame_stats.count(sights, frame_stats.FrameStat.SHOWN, 5)
    assert frame_stats.late_ms(sights) == {"p50": None, "p99": None}
    frame_stats.note(sights, 1e6)
    assert set(frame_stats.late_ms(sights).values()) == {1000 * frame_stats.STEP * (frame_stats.BINS - 0.5)}


class Desktop(World):
    """One whose screen waits only as far as its driver and its window let it, and is asked to by the pacer.

    `manner` is "honest", "ignores" or "queues": up to three pictures, before it waits for the first. From `hidden[0]`
    to `hidden[1]` seconds nothing is seen, and whoever waits waits a second. `lit` is when the last picture is.
    """

    def __init__(self, told, manner="honest", *, hidden=(math.inf, math.inf), **how):
        super().__init__(told, waits=True, **how)
        self.manner, self.queue = manner, deque()
        self.hidden = [self.time + moment for moment in hidden]

    def next(self):
        return self.origin + np.ceil((self.time - self.origin) * self.screen - NEVER) / self.screen

    def refresh(self):
        self.lit = self.next()
        if self.hidden[0] <= self.time < self.hidden[1]:
            self.time += 1.0 if self.pacer.asks else 0.0
        elif self.pacer.asks and self.manner == "honest":
            self.time = self.lit
        elif self.pacer.asks and self.manner == "queues":
            self._enqueue()

    def _enqueue(self):
        while self.queue and self.queue[0] <= self.time:
            self.queue.popleft()
        if self.queue:
            self.lit = self.queue[-1] + 1 / self.screen
        self.queue.append(self.lit)
        if len(self.queue) > 3:
            self.time = self.queue.popleft()


@pytest.mark.parametrize("manner", ["ignores", "queues"])
@pytest.mark.parametrize("fps", [30.0, 60.0, 144.0])
def test_a_screen_that_does_not_wait_is_not_believed_for_long_and_we_wait_ourselves(fps, manner):
    world = Desktop(fps, manner)
    shown = world.show([0.3 / fps] * 400)
    assert world.pacer.pacing == "own" and world.pacer.asks
    early = np.flatnonzero(np.diff(shown.seen) < 1 / fps - NEVER)
    assert 0 < len(early) <= SURE["ignored"] and early[-1] <= SURE["ignored"] + LEARNT
    np.testing.assert_allclose(np.diff(shown.seen)[early[-1] + 2 :], 1 / fps, atol=NEVER)
    assert world.lit - shown.seen[-1] < 1 / fps + NEVER, "pictures lie in a queue"
    assert not shown.missed.any()


def test_a_window_that_nobody_sees_goes_on_and_waits_again_once_it_is_seen():
    world = Desktop(60.0, hidden=(2.0, 20.0))
    shown = world.show([0.004] * (60 * 45))
    assert (np.diff(shown.seen) > 0.9).sum() == SURE["throttled"]
    unseen = (shown.seen > world.hidden[0] + 5.0) & (shown.seen < world.hidden[1])
    assert unseen.sum() == pytest.approx(60 * 13, abs=2)
    assert world.pacer.pacing == "vsync"
    phase = (shown.seen[-60:] - world.origin) * 60
    np.testing.assert_allclose(phase, np.round(phase), atol=1e-5)


def test_hidden_for_long_it_is_tried_now_and_then_and_costs_a_picture_each_time():
    world = Desktop(60.0, hidden=(2.0, 1e6))
    shown = world.show([0.004] * round(60 * 4 * TRIAL))
    slow = np.diff(shown.seen) > 0.9
    assert world.pacer.pacing == "own" and not world.pacer.asks
    assert slow.sum() - SURE["throttled"] in (3, 4)


@pytest.mark.parametrize("share", [0.5, 0.95, 1.4])
def test_neither_slow_pictures_nor_a_stall_make_a_liar_of_a_screen_that_waits(share):
    world, random = Desktop(60.0, oversleep=0.001), np.random.default_rng(4)
    costs = share / 60 * random.uniform(0.5, 1.0, 2_000)
    costs[::97] = 0.4
    world.show(costs)
    assert world.pacer.pacing == "vsync"


class Sound:
    """What is played in blocks, told of as a device tells of it, with jitter."""

    RATE, BLOCK, LATENCY, JITTER = 48_000, 256, 0.03, 0.002

    def __init__(self, begin):
        self.line, self.begin, self.told = allocate(timeline.layout(64, 3)), begin, 0
        self.clock, self.random = PlaybackClock(self.line, self.RATE), np.random.default_rng(6)

    def heard(self, sample):
        """When it is, in truth."""
        return self.begin + self.LATENCY + sample / self.RATE

    def play(self, until):
        while (asked := self.begin + self.told / self.RATE) <= until:
            said = self.heard(self.told) + self.JITTER * self.random.uniform(-1, 1)
            timeline.publish(self.line, np.array([self.told, said, asked]))
            self.told += self.BLOCK


@pytest.mark.parametrize("manner", ["honest", "ignores"])
@pytest.mark.parametrize(("told", "screen"), [(60.0, 60.0), (59.0, 59.94), (60.0, 59.94), (144.0, 144.0)])
def test_what_is_seen_is_what_is_heard(told, screen, manner):
    """By the light of the screen itself, not by what the pacer believes."""
    world, random, apart = Desktop(told, manner, screen=screen, oversleep=0.001), np.random.default_rng(8), []
    sound = Sound(world.time)
    world.time += 1.0
    for _ in range(3_000):
        moment, _ = world.pacer.begin()
        sound.play(world.time)
        sample = sound.clock.sample_at(moment)
        world.time += random.uniform(0.1, 0.6) / screen if random.random() > 0.01 else 1.5 / screen
        world.pacer.painted()
        world.refresh()
        world.pacer.presented()
        apart.append(abs(world.lit - sound.heard(sample)))
    assert world.pacer.pacing == ("vsync" if manner == "honest" else "own")
    frames = np.array(apart[300:]) * screen
    assert np.median(frames) < 1.0 and np.percentile(frames, 99) < 2.0, np.percentile(frames, (50, 99))
