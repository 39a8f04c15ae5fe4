"""Tempo by hand: what a performer does is heard from one sample on, live and again in the bounce of the take."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from phosphene.engine.audio import meters
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.now_playing import NowPlaying
from phosphene.engine.graph import build as bounce
from phosphene.engine.graph import listen_node as worker
from phosphene.engine.graph.listen_node import ListenNode
from phosphene.engine.graph.nodes import NullSink
from phosphene.engine.listening.analyser import frames_layout
from phosphene.engine.listening.frame import AT, WIDTH
from phosphene.engine.listening.rhythm import tempo_override
from phosphene.engine.listening.rhythm.tempo_override import (
    BEATS_PER_BAR,
    DEFAULTS,
    FIRST,
    HEARD,
    HELD,
    NAMES,
    PARAMS,
    SLOTS,
    TAPPED,
    clamp_slot,
)
from phosphene.engine.rings import allocate, board, timeline
from phosphene.engine.rings.board import get, put
from phosphene.engine.session.tempo.tempo_control import TempoControl
from phosphene.engine.takes.file import Begin, TakeReader, TakeWriter
from phosphene.engine.takes.nodes import TakeRecorder
from tests.graph.test_build import Sound, join
from tests.support.core_player import RATE, CorePlayer, noise

BEGIN = 5_000.0  # the moment at which sample 0 was heard
AT_FIRST = [param.default for param in PARAMS]


@pytest.fixture
def told(monkeypatch):
    """What the hand was at each sample that an ear has listened to."""
    found, listen = [], worker.analyse

    def listening(listener, block, frames):
        found.extend([tuple(listener.hand)] * len(block))
        listen(listener, block, frames)

    monkeypatch.setattr(worker, "analyse", listening)
    return found


def perform(desk, ear, rng, taper=None):
    """A set in which a hand moves now and then, and the worker looks when it has time; what was wanted where."""
    wanted, values = [], DEFAULTS | {"bpm": 99.0}
    for turn in range(150):
        if turn % 3 == 1:
            for param in rng.choice(len(PARAMS), 2):
                drawn = rng.uniform(max(PARAMS[param].low, -1e6), min(PARAMS[param].high, 1e6))
                values[PARAMS[param].name] = clamp_slot(FIRST + param, drawn)
            tempo_override.write_tempo(desk.params, values)
        count = int(rng.integers(1, 2_000))
        desk.play(noise(count, seed=turn), int(rng.integers(1, 1_024)))
        wanted += [tuple(values.values())] * count
        if turn % 4 == 0:
            while ear.step():
                pass
        if taper:
            taper.step()
    while ear.step() or (taper and taper.step()):
        pass
    return wanted


def test_a_hand_is_heard_at_its_sample_live_and_in_the_bounce(told, tmp_path):
    desk, rng = CorePlayer(), np.random.default_rng(5)
    put(desk.params, NAMES["tempo.bpm"], 99.0)  # it was at work before the take began
    desk.plans.change([], 1)
    desk.core.applied[:] = desk.params.words
    writer = TakeWriter(tmp_path / "set.take", RATE, {}, NAMES)
    writer.begin(Begin(0, 1, [], desk.core.applied.view("f8").tolist()))
    ear = ListenNode(RATE, desk.core, desk.output_tap, allocate(frames_layout(60.0)))
    assert ear.analyser.hand.tolist()[:2] == [0.0, 99.0]
    wanted = perform(desk, ear, rng, TakeRecorder(desk.core, desk.input_tap, writer, {1: []}))
    writer.close()
    live = told[:]
    np.testing.assert_array_equal(live, wanted)
    assert len({*live}) > 40 and desk["untaped"] == desk["unheard"] == 0
    told.clear()
    bounce.from_take(TakeReader(tmp_path / "set.take"), NullSink).run()
    np.testing.assert_array_equal(told, live)


def test_behind_a_gap_a_hand_is_what_it_has_become(told):
    desk, rng = CorePlayer(1_000), np.random.default_rng(6)  # its tap is short
    desk.plans.change([], 1)
    ear = ListenNode(RATE, desk.core, desk.output_tap, allocate(frames_layout(60.0)))
    for turn in range(20):
        put(desk.params, NAMES["tempo.nudge"], turn / 32)
        desk.play(noise(int(rng.integers(3_000, 9_000)), seed=turn))
        if turn % 3 == 2:
            while ear.step():
                pass
    assert desk["unheard"] > 10_000 and 0.0 in {hand[4] for hand in told}
    while ear.step():
        pass
    desk.play(noise(100))
    while ear.step():
        pass
    assert told[-1][4] == 19 / 32


def test_more_moves_than_there_is_room_for_end_where_the_hand_is(told):
    desk = CorePlayer()
    desk.plans.change([], 1)
    ear = ListenNode(RATE, desk.core, desk.output_tap, allocate(frames_layout(60.0)))
    for turn in range(3_000):
        put(desk.params, NAMES["tempo.nudge"], turn / 32)
        desk.play(noise(1))
    while ear.step():
        pass
    desk.play(noise(1))
    ear.step()
    assert told[-1][4] == 2_999 / 32


def test_where_no_hand_is_the_tempo_is_heard(told):
    join(Sound(noise(10_000))).run(threads=False)
    np.testing.assert_array_equal(told, [AT_FIRST] * len(told))
    assert len(told) == 10_000


TOLD = {  # of a slot, and what is made of it
    ("source", 1.4): 1.0,
    ("source", 9.0): 3.0,
    ("bpm", 7.0): 40.0,
    ("bpm", math.nan): 120.0,
    ("scale", 1.9): 2.0,
    ("scale", -1.0): 0.5,
    ("anchor", -5.5): -5.5,
    ("nudge", math.inf): 1024.0,
    ("bar", math.nan): math.nan,
}


@pytest.mark.parametrize(("told", "found"), TOLD.items())
def test_what_a_take_tells_of_tempo_is_taken_into_its_range(told, found):
    name, value = told
    assert clamp_slot(NAMES[f"tempo.{name}"], value) == pytest.approx(found, nan_ok=True)


class Stage:
    """A session in which a beat is heard: frames, and a clock by which sample 0 was audible at `BEGIN`."""

    def __init__(self, bpm=100.0, seconds=8.0):
        self.segment = {
            "params": allocate(board.layout(SLOTS)),
            "meters": allocate(meters.layout()),
            "clock": allocate(timeline.layout(64, 3)),
            "frames": allocate(frames_layout(seconds + 1.0)),
        }
        tempo_override.write_tempo(self.segment["params"], DEFAULTS)
        put(self.segment["meters"], int(Meter.RATE), float(RATE))
        record = np.zeros(WIDTH)
        for sample in np.arange(0.0, seconds * RATE, 512.0):
            beat = sample / RATE * bpm / 60.0 + 0.25
            record[AT.sample], record[AT.tempo] = sample, bpm
            record[AT.beat], record[AT.bar] = beat, beat / BEATS_PER_BAR
            timeline.publish(self.segment["frames"], record)
            if len(self.segment["clock"].marks) > (seconds * RATE - sample) / 512:
                moment = BEGIN + sample / RATE
                timeline.publish(self.segment["clock"], np.array([sample, moment, moment - 0.04]))
        self.present = NowPlaying(self.segment)
        self.hand = TempoControl(self.segment["params"], self.present)

    def board(self):
        return SimpleNamespace(
            **{name.partition(".")[2]: get(self.segment["params"], slot) for name, slot in NAMES.items()}
        )


def test_two_taps_are_a_tempo_from_what_was_audible():
    stage = Stage()
    stage.hand.tap(BEGIN + 4.0)
    assert stage.board().source == HEARD
    stage.hand.nudge(0.25)
    stage.hand.tap(BEGIN + 4.5)
    found = stage.board()
    assert (found.source, found.nudge) == (TAPPED, 0.0) and found.bpm == pytest.approx(120.0)
    assert found.anchor == pytest.approx(4.5 * RATE, abs=1.0) and math.isnan(found.bar)


def test_a_hold_goes_on_where_the_beat_was_and_lets_go_of_it():
    stage = Stage(bpm=100.0)
    stage.hand.multiply(2.0)
    stage.hand.nudge(1 / 32)
    before = stage.board()
    stage.hand.hold(BEGIN + 6.1)
    found = stage.board()
    assert (found.source, found.nudge) == (HELD, before.nudge) and found.bpm == pytest.approx(100.0)
    beat = (6.1 * RATE - found.anchor) / RATE * 100.0 / 60.0 + found.nudge
    assert beat % 1.0 == pytest.approx((6.1 * 100.0 / 60.0 + 0.25) % 1.0, abs=1e-3)
    stage.hand.multiply(0.5)
    assert (stage.board().bpm, stage.board().scale) == (pytest.approx(50.0), 1.0)
    stage.hand.nudge(1 / 32)
    stage.hand.hold(BEGIN + 7.0)
    assert (stage.board().source, stage.board().scale, stage.board().nudge) == (HEARD, 2.0, 2 / 32)


def test_half_and_double_keep_to_their_ends():
    stage = Stage()
    scales = []
    for factor in (2.0, 2.0, 0.5, 0.5, 0.5):
        stage.hand.multiply(factor)
        scales.append(stage.board().scale)
    assert scales == [2.0, 2.0, 1.0, 0.5, 0.5]
    stage.hand.follow()
    assert stage.board().scale == 1.0
    stage.hand.tap(BEGIN + 4.0)
    stage.hand.tap(BEGIN + 4.5)
    found = []
    for factor in (2.0, 2.0, 0.5, 0.5, 0.5):
        stage.hand.multiply(factor)
        found.append(stage.board().bpm)
    assert found == pytest.approx([240.0, 240.0, 120.0, 60.0, 60.0])


def test_the_one_is_the_nearest_beat_and_bars_are_counted_on_from_it():
    stage = Stage(bpm=100.0)
    stage.hand.begin_bar(BEGIN + 4.0)  # beat 6.917; the seventh is 0.05 s later
    assert stage.board().bar == pytest.approx((7 - 0.25) * 0.6 * RATE, abs=1.0)
    for beat in range(10, 13):  # of 12.25 s: three taps on the beat that is heard, bars of which begin at 8 and 12
        stage.hand.tap(BEGIN + (beat - 0.25) * 0.6)
    found = stage.board()
    assert found.bar == pytest.approx(found.anchor, abs=1.0) and found.bpm == pytest.approx(100.0)
    stage.hand.follow()
    assert math.isnan(stage.board().bar)


def test_nudges_are_added_up_in_beats_and_in_time():
    stage = Stage(bpm=150.0)
    for _ in range(3):
        stage.hand.nudge(1 / 32)
    stage.hand.nudge_by_time(-0.01, BEGIN + 5.0)
    assert stage.board().nudge == pytest.approx(3 / 32 - 0.01 * 150 / 60)


def test_before_there_is_sound_a_hand_does_nothing_that_it_would_regret():
    stage = Stage()
    put(stage.segment["meters"], int(Meter.RATE), 0.0)
    for act, moment in zip((stage.hand.tap, stage.hand.tap, stage.hand.hold, stage.hand.begin_bar), (3.0, 3.5, 4, 5)):
        act(BEGIN + moment)
    assert stage.board().source == HEARD and math.isnan(stage.board().bar)
    stage.hand.nudge_by_time(0.01, BEGIN)
    assert stage.board().nudge == pytest.approx(0.02)  # at the tempo that is taken until one is heard


def test_without_link_its_key_says_so():
    assert "--link" in Stage().hand.toggle_link(BEGIN + 3.0)


def test_a_tempo_is_never_seen_without_its_anchor(monkeypatch):
    """Whoever reads the slots in their order, whenever that is, and finds the new tempo finds the new anchor."""
    stage, seen, write = Stage(), [], tempo_override.put

    def watched(place, slot, value):
        write(place, slot, value)
        seen.append(stage.board())

    stage.hand.tap(BEGIN + 4.0)
    monkeypatch.setattr(tempo_override, "put", watched)
    stage.hand.tap(BEGIN + 4.6)
    last = seen[-1]
    assert (last.source, seen[0].source) == (TAPPED, HEARD) and last.bpm != seen[0].bpm and len(seen) == len(PARAMS)
    assert all(each.anchor == last.anchor for each in seen if each.bpm == last.bpm)
    assert all(each.bpm == last.bpm for each in seen if each.source == last.source)
