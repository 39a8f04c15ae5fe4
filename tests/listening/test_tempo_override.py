"""The tempo override: a change applies from one sample on, live and in the bounce of the take."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from phosphene.engine.audio import meters
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.now_playing import NowPlaying
from phosphene.engine.graph import build as graph_build
from phosphene.engine.graph import listen_node as listen_node_module
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

BEGIN = 5_000.0  # moment at which sample 0 is audible
DEFAULT_OVERRIDE = [param.default for param in PARAMS]


@pytest.fixture
def analysed(monkeypatch):
    """The override of each sample that was analysed."""
    found, analyse = [], listen_node_module.analyse

    def recording_analyse(analyser, block, frames):
        found.extend([tuple(analyser.tempo_override)] * len(block))
        analyse(analyser, block, frames)

    monkeypatch.setattr(listen_node_module, "analyse", recording_analyse)
    return found


def play_with_changes(player, listen_node, rng, recorder=None):
    """Play while the tempo changes now and then; the node reads irregularly. Returns the override by sample."""
    expected, values = [], DEFAULTS | {"bpm": 99.0}
    for i in range(150):
        if i % 3 == 1:
            for param in rng.choice(len(PARAMS), 2):
                value = rng.uniform(max(PARAMS[param].low, -1e6), min(PARAMS[param].high, 1e6))
                values[PARAMS[param].name] = clamp_slot(FIRST + param, value)
            tempo_override.write_tempo(player.params, values)
        count = int(rng.integers(1, 2_000))
        player.play(noise(count, seed=i), int(rng.integers(1, 1_024)))
        expected += [tuple(values.values())] * count
        if i % 4 == 0:
            while listen_node.step():
                pass
        if recorder:
            recorder.step()
    while listen_node.step() or (recorder and recorder.step()):
        pass
    return expected


def test_override_applies_at_its_sample_live_and_in_the_bounce(analysed, tmp_path):
    player, rng = CorePlayer(), np.random.default_rng(5)
    put(player.params, NAMES["tempo.bpm"], 99.0)  # set before the take begins
    player.plans.change([], 1)
    player.core.applied[:] = player.params.words
    writer = TakeWriter(tmp_path / "set.take", RATE, {}, NAMES)
    writer.begin(Begin(0, 1, [], player.core.applied.view("f8").tolist()))
    listen_node = ListenNode(RATE, player.core, player.output_tap, allocate(frames_layout(60.0)))
    assert listen_node.analyser.tempo_override.tolist()[:2] == [0.0, 99.0]
    expected = play_with_changes(player, listen_node, rng, TakeRecorder(player.core, player.input_tap, writer, {1: []}))
    writer.close()
    live = analysed[:]
    np.testing.assert_array_equal(live, expected)
    assert len({*live}) > 40 and player["untaped"] == player["unheard"] == 0
    analysed.clear()
    graph_build.from_take(TakeReader(tmp_path / "set.take"), NullSink).run()
    np.testing.assert_array_equal(analysed, live)


def test_override_after_a_gap_is_the_latest(analysed):
    player, rng = CorePlayer(1_000), np.random.default_rng(6)  # a short tap
    player.plans.change([], 1)
    listen_node = ListenNode(RATE, player.core, player.output_tap, allocate(frames_layout(60.0)))
    for i in range(20):
        put(player.params, NAMES["tempo.nudge"], i / 32)
        player.play(noise(int(rng.integers(3_000, 9_000)), seed=i))
        if i % 3 == 2:
            while listen_node.step():
                pass
    assert player["unheard"] > 10_000 and 0.0 in {tempo[4] for tempo in analysed}
    while listen_node.step():
        pass
    player.play(noise(100))
    while listen_node.step():
        pass
    assert analysed[-1][4] == 19 / 32


def test_overflowing_moves_end_at_the_latest_value(analysed):
    player = CorePlayer()
    player.plans.change([], 1)
    listen_node = ListenNode(RATE, player.core, player.output_tap, allocate(frames_layout(60.0)))
    for i in range(3_000):
        put(player.params, NAMES["tempo.nudge"], i / 32)
        player.play(noise(1))
    while listen_node.step():
        pass
    player.play(noise(1))
    listen_node.step()
    assert analysed[-1][4] == 2_999 / 32


def test_default_is_the_analysed_tempo(analysed):
    join(Sound(noise(10_000))).run(threads=False)
    np.testing.assert_array_equal(analysed, [DEFAULT_OVERRIDE] * len(analysed))
    assert len(analysed) == 10_000


CLAMPED = {  # slot and value, and the value it becomes
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


@pytest.mark.parametrize(("given", "clamped"), CLAMPED.items())
def test_slot_values_are_clamped(given, clamped):
    name, value = given
    assert clamp_slot(NAMES[f"tempo.{name}"], value) == pytest.approx(clamped, nan_ok=True)


class SteadyBeat:
    """Shared memory of a session with a steady beat, whose sample 0 is audible at BEGIN."""

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
        self.now_playing = NowPlaying(self.segment)
        self.tempo = TempoControl(self.segment["params"], self.now_playing)

    def board(self):
        return SimpleNamespace(
            **{name.partition(".")[2]: get(self.segment["params"], slot) for name, slot in NAMES.items()}
        )


def test_two_taps_set_the_tempo_at_the_audible_sample():
    session = SteadyBeat()
    session.tempo.tap(BEGIN + 4.0)
    assert session.board().source == HEARD
    session.tempo.nudge(0.25)
    session.tempo.tap(BEGIN + 4.5)
    found = session.board()
    assert (found.source, found.nudge) == (TAPPED, 0.0) and found.bpm == pytest.approx(120.0)
    assert found.anchor == pytest.approx(4.5 * RATE, abs=1.0) and math.isnan(found.bar)


def test_hold_keeps_the_beat_and_releases_it():
    session = SteadyBeat(bpm=100.0)
    session.tempo.multiply(2.0)
    session.tempo.nudge(1 / 32)
    before = session.board()
    session.tempo.hold(BEGIN + 6.1)
    found = session.board()
    assert (found.source, found.nudge) == (HELD, before.nudge) and found.bpm == pytest.approx(100.0)
    beat = (6.1 * RATE - found.anchor) / RATE * 100.0 / 60.0 + found.nudge
    assert beat % 1.0 == pytest.approx((6.1 * 100.0 / 60.0 + 0.25) % 1.0, abs=1e-3)
    session.tempo.multiply(0.5)
    assert (session.board().bpm, session.board().scale) == (pytest.approx(50.0), 1.0)
    session.tempo.nudge(1 / 32)
    session.tempo.hold(BEGIN + 7.0)
    assert (session.board().source, session.board().scale, session.board().nudge) == (HEARD, 2.0, 2 / 32)


def test_half_and_double_stay_in_range():
    session = SteadyBeat()
    scales = []
    for factor in (2.0, 2.0, 0.5, 0.5, 0.5):
        session.tempo.multiply(factor)
        scales.append(session.board().scale)
    assert scales == [2.0, 2.0, 1.0, 0.5, 0.5]
    session.tempo.follow()
    assert session.board().scale == 1.0
    session.tempo.tap(BEGIN + 4.0)
    session.tempo.tap(BEGIN + 4.5)
    found = []
    for factor in (2.0, 2.0, 0.5, 0.5, 0.5):
        session.tempo.multiply(factor)
        found.append(session.board().bpm)
    assert found == pytest.approx([240.0, 240.0, 120.0, 60.0, 60.0])


def test_bar_begins_at_the_nearest_beat_and_is_counted_on():
    session = SteadyBeat(bpm=100.0)
    session.tempo.begin_bar(BEGIN + 4.0)  # beat 6.917; the seventh is 0.05 s later
    assert session.board().bar == pytest.approx((7 - 0.25) * 0.6 * RATE, abs=1.0)
    for beat in range(10, 13):  # three taps on the analysed beat, whose bars begin at 8 and 12
        session.tempo.tap(BEGIN + (beat - 0.25) * 0.6)
    found = session.board()
    assert found.bar == pytest.approx(found.anchor, abs=1.0) and found.bpm == pytest.approx(100.0)
    session.tempo.follow()
    assert math.isnan(session.board().bar)


def test_nudges_add_up_in_beats_and_seconds():
    session = SteadyBeat(bpm=150.0)
    for _ in range(3):
        session.tempo.nudge(1 / 32)
    session.tempo.nudge_by_time(-0.01, BEGIN + 5.0)
    assert session.board().nudge == pytest.approx(3 / 32 - 0.01 * 150 / 60)


def test_operator_changes_nothing_before_there_is_sound():
    session = SteadyBeat()
    put(session.segment["meters"], int(Meter.RATE), 0.0)
    for action, moment in zip(
        (session.tempo.tap, session.tempo.tap, session.tempo.hold, session.tempo.begin_bar), (3.0, 3.5, 4, 5)
    ):
        action(BEGIN + moment)
    assert session.board().source == HEARD and math.isnan(session.board().bar)
    session.tempo.nudge_by_time(0.01, BEGIN)
    assert session.board().nudge == pytest.approx(0.02)  # at the default tempo


def test_link_key_without_link_gives_a_notice():
    assert "--link" in (SteadyBeat().tempo.toggle_link(BEGIN + 3.0) or "")


def test_reader_never_sees_a_tempo_without_its_anchor(monkeypatch):
    """A reader that goes through the slots in order at any moment, and finds the new tempo, finds the new anchor."""
    session, seen, original_put = SteadyBeat(), [], tempo_override.put

    def watched_put(board, slot, value):
        original_put(board, slot, value)
        seen.append(session.board())

    session.tempo.tap(BEGIN + 4.0)
    monkeypatch.setattr(tempo_override, "put", watched_put)
    session.tempo.tap(BEGIN + 4.6)
    last = seen[-1]
    assert (last.source, seen[0].source) == (TAPPED, HEARD) and last.bpm != seen[0].bpm and len(seen) == len(PARAMS)
    assert all(state.anchor == last.anchor for state in seen if state.bpm == last.bpm)
    assert all(state.bpm == last.bpm for state in seen if state.source == last.source)
