"""Ableton Link: a real peer in a process of its own is followed to the sample, and led."""

import math
import subprocess
import sys
import time

import numpy as np
import pytest

from phosphene.engine.audio import meters
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.now_playing import NowPlaying
from phosphene.engine.common import optional_deps
from phosphene.engine.listening.analyser import plan
from phosphene.engine.listening.frame import AT, WIDTH
from phosphene.engine.listening.rhythm import tempo_override
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR, DEFAULTS, HEARD, HELD, LINK, NAMES, SLOTS
from phosphene.engine.rings import allocate, board, timeline
from phosphene.engine.rings.board import get, put
from phosphene.engine.session.link import Link
from phosphene.engine.session.tempo_control import LINK_TOLERANCE, TempoControl
from tests.support.commands import run_command
from tests.support.live_session import Session
from tests.support.terminal import Terminal
from tools.rig.sound_server import RATE, wait_for

aalink = pytest.importorskip("aalink")
NEAR = 2e-3  # seconds
STEP = 1e-4  # of a tempo: Link counts whole microseconds of a beat

PEER = """
import asyncio, sys, time
import aalink

async def join():
    return aalink.Link(float(sys.argv[1]))

session = asyncio.run(join())
session.quantum, session.enabled = 4, True
for line in sys.stdin:
    if line != "\\n":
        session.tempo = float(line)
    before, beat, after = time.perf_counter(), session.beat, time.perf_counter()
    print((before + after) / 2, beat, session.tempo, session.num_peers, flush=True)
"""


class Peer:
    """Somebody else, who plays."""

    def __init__(self, bpm):
        words = [sys.executable, "-c", PEER, str(bpm)]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def look(self, bpm=""):
        """A moment, the beat there, the tempo, and how many others there are; with `bpm` after having set it."""
        self.process.stdin.write(f"{bpm}\n")
        self.process.stdin.flush()
        return tuple(map(float, self.process.stdout.readline().split()))

    def off(self, moment, beat):
        """Seconds between its beats, of the bar, and a beat at a moment."""
        at, here, bpm, _ = self.look()
        off = here + (moment - at) * bpm / 60.0 - beat
        return abs(off - BEATS_PER_BAR * round(off / BEATS_PER_BAR)) * 60.0 / bpm

    def leave(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def peer():
    peer = Peer(97.0)
    if peer.look()[3] or wait_for(lambda: peer.look()[3] > 0, seconds=1.0):
        peer.leave()
        pytest.skip("somebody else plays by Link in this network")
    yield peer
    peer.leave()


@pytest.fixture
def ours():
    ours = Link()
    yield ours
    ours.session.enabled = False


def test_who_joins_takes_over_tempo_and_beat(peer, ours):
    assert wait_for(lambda: ours.peers == 1 and ours.now()[2] == pytest.approx(97.0, rel=STEP))
    assert wait_for(lambda: peer.off(*ours.now()[:2]) < NEAR)
    for bpm in (61.0, 140.0):
        peer.look(bpm)
        assert wait_for(lambda bpm=bpm: ours.now()[2] == pytest.approx(bpm, rel=STEP))
        assert wait_for(lambda: peer.off(*ours.now()[:2]) < NEAR)
    peer.leave()
    assert wait_for(lambda: ours.peers == 0) and ours.now()[2] == pytest.approx(140.0, rel=STEP)


def test_who_leads_is_followed(peer, ours):
    assert wait_for(lambda: ours.peers == 1)
    ours.lead(133.0)
    assert wait_for(lambda: peer.look()[2] == pytest.approx(133.0, rel=STEP))
    assert wait_for(lambda: peer.off(*ours.now()[:2]) < NEAR)


@pytest.mark.parametrize(("theirs", "told"), [(300.0, 150.0), (30.0, 60.0), (480.5, 120.125)])
def test_what_is_out_of_range_is_told_at_half_or_double_time(ours, theirs, told):
    ours.session.tempo = theirs
    moment, beat, bpm = ours.now()
    again, later, _ = ours.now()
    assert bpm == pytest.approx(told, rel=1e-4)
    assert later - beat == pytest.approx((again - moment) * bpm / 60.0, abs=1e-3)


def test_alone_its_beat_is_where_it_was_tapped(ours):
    for since in (0.0, 0.31, 1.7):
        moment = time.perf_counter() - since
        ours.lead(111.0, moment)
        at, beat, _ = ours.now()
        there = beat - (at - moment) * 111.0 / 60.0
        assert abs(there - round(there)) * 60.0 / 111.0 < NEAR


def test_a_bar_begins_where_a_performer_says(ours):
    ours.lead(240.0, time.perf_counter())
    for beat in range(3):
        moment = time.perf_counter() - beat * 0.25
        ours.begin_bar(moment)
        at, place, bpm = ours.now()
        assert abs(place - (at - moment) * bpm / 60.0) <= 0.5 + 1e-3


class Stage:
    """A session whose sample 0 was audible ten seconds ago, and Link."""

    def __init__(self, session):
        self.segment = {
            "params": allocate(board.layout(SLOTS)),
            "meters": allocate(meters.layout()),
            "clock": allocate(timeline.layout(64, 3)),
            "frames": allocate(plan(1.0)),
        }
        tempo_override.write_tempo(self.segment["params"], DEFAULTS)
        put(self.segment["meters"], int(Meter.RATE), float(RATE))
        self.begin = time.perf_counter() - 10.0
        self.play()
        record = np.zeros(WIDTH)
        record[AT.sample], record[AT.tempo] = 9.9 * RATE, 88.0
        timeline.publish(self.segment["frames"], record)
        self.present = NowPlaying(self.segment)
        self.hand = TempoControl(self.segment["params"], self.present, session)

    def play(self):
        """The audio thread tells of another block."""
        now = time.perf_counter()
        timeline.publish(self.segment["clock"], np.array([(now + 0.04 - self.begin) * RATE, now + 0.04, now]))

    def follow(self):
        self.play()
        self.hand.keep_up()
        return True

    def wanted(self, name):
        return get(self.segment["params"], NAMES[f"tempo.{name}"])

    def beat(self, moment):
        """The beat of the bar that a listener would find at what is audible at a moment."""
        return ((moment - self.begin) * RATE - self.wanted("bar")) * self.wanted("bpm") / 60.0 / RATE


def test_what_is_audible_is_on_the_beat_of_the_others(peer, ours):
    """Over some seconds in which a peer changes its mind, told of no more often than is needed."""
    stage, changes = Stage(ours), []
    assert stage.wanted("source") == LINK and wait_for(lambda: ours.peers == 1)
    for bpm in (97.0, 150.0, 64.0):
        peer.look(bpm)
        assert wait_for(lambda bpm=bpm: stage.follow() and stage.wanted("bpm") == pytest.approx(bpm, rel=STEP))
        assert wait_for(
            lambda: stage.follow() and peer.off(now := time.perf_counter(), stage.beat(now)) < LINK_TOLERANCE
        )
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            stage.follow()
            changes.append(stage.wanted("bar"))
            moment = time.perf_counter()
            assert peer.off(moment, stage.beat(moment)) < LINK_TOLERANCE + NEAR
        beats = (stage.wanted("bar") - stage.wanted("anchor")) * stage.wanted("bpm") / 60.0 / RATE
        assert beats == pytest.approx(round(beats), abs=1e-6)
    assert len(changes) > 100 and len({*changes}) < 20, "it is told again and again, into every take"


def test_a_performer_leads_the_others_and_lets_go(peer, ours):
    stage = Stage(ours)
    assert wait_for(lambda: ours.peers == 1)
    for beat in range(5):
        stage.hand.tap(time.perf_counter() - (4 - beat) * 0.5)
    assert wait_for(lambda: peer.look()[2] == pytest.approx(120.0, rel=1e-3))
    stage.hand.multiply(0.5)
    assert wait_for(lambda: peer.look()[2] == pytest.approx(60.0, rel=1e-3))
    assert stage.wanted("source") == LINK and stage.wanted("bpm") == pytest.approx(60.0, rel=1e-3)
    stage.hand.hold(time.perf_counter())
    assert stage.wanted("source") == HELD
    peer.look(170.0)
    assert wait_for(lambda: ours.now()[2] == pytest.approx(170.0, rel=1e-3))
    stage.follow()
    assert stage.wanted("bpm") != pytest.approx(170.0, rel=1e-3)
    stage.hand.hold(time.perf_counter())
    assert stage.wanted("source") == LINK and stage.wanted("bpm") == pytest.approx(170.0, rel=1e-3)
    stage.hand.toggle_link(time.perf_counter())
    assert stage.wanted("source") == HEARD and math.isnan(stage.wanted("bar"))


def test_who_is_alone_brings_its_tempo_along(ours):
    stage = Stage(ours)
    stage.hand.follow()
    stage.hand.toggle_link(time.perf_counter())
    assert stage.wanted("source") == LINK and stage.wanted("bpm") == pytest.approx(88.0, rel=1e-3)


def test_a_live_session_plays_along(server, peer):
    terminal = Terminal()
    with server.record("speaker"):
        session = Session(server, "--source", "synth", "--rate", RATE, "--link", terminal=terminal)
        session.heard(0.5)
        params = session.segment()["params"]
        assert wait_for(lambda: get(params, NAMES["tempo.bpm"]) == pytest.approx(97.0, rel=STEP))
        assert get(params, NAMES["tempo.source"]) == LINK and peer.look()[3] == 1.0
        assert wait_for(lambda: any("+1" in line for line in terminal.shown()))
        present = NowPlaying(session.segment())

        def agreed():
            moment = time.perf_counter()
            since = present.sample(moment) - get(params, NAMES["tempo.bar"])
            return peer.off(moment, since * get(params, NAMES["tempo.bpm"]) / 60.0 / RATE) < 0.01

        assert wait_for(agreed)
        terminal.type("=")
        assert wait_for(lambda: peer.look()[2] == pytest.approx(194.0, rel=1e-3))
        terminal.type("\x03")
        assert session.process.wait(60) == 0
    assert wait_for(lambda: peer.look()[3] == 0.0), "it did not leave"
    terminal.remove()


def test_without_aalink_one_line_names_the_extra(monkeypatch, capsys):
    monkeypatch.setattr(optional_deps, "find_spec", lambda name: None)
    code, _, (line,) = run_command(capsys, "live", "--headless", "--source", "silence", "--link")
    assert code == 2 and line.startswith("phosphene: --link: needs aalink") and "[control]" in line
