"""Ableton Link: with a real peer in another process, which is followed to the sample, and led."""

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
from phosphene.engine.listening.analyser import frames_layout
from phosphene.engine.listening.frame import AT, WIDTH
from phosphene.engine.listening.rhythm import tempo_override
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR, DEFAULTS, HEARD, HELD, LINK, NAMES, SLOTS
from phosphene.engine.rings import allocate, board, timeline
from phosphene.engine.rings.board import get, put
from phosphene.engine.session.tempo.link import Link
from phosphene.engine.session.tempo.tempo_control import LINK_TOLERANCE, TempoControl
from tests.support.commands import run_command
from tests.support.live_session import Session
from tests.support.terminal import PseudoTerminal
from tools.rig.sound_server import RATE, wait_for

aalink = pytest.importorskip("aalink")
TOLERANCE = 2e-3  # seconds
TEMPO_TOLERANCE = 1e-4  # relative: Link counts whole microseconds per beat

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


class LinkPeer:
    """Another member of the Link session."""

    def __init__(self, bpm):
        words = [sys.executable, "-c", PEER, str(bpm)]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def read(self, bpm=""):
        """(moment, beat, tempo, number of others). With `bpm`, sets the tempo first."""
        self.process.stdin.write(f"{bpm}\n")
        self.process.stdin.flush()
        return tuple(map(float, self.process.stdout.readline().split()))

    def error(self, moment, beat):
        """Seconds between its position in the bar and a beat at a moment."""
        at, here, bpm, _ = self.read()
        error = here + (moment - at) * bpm / 60.0 - beat
        return abs(error - BEATS_PER_BAR * round(error / BEATS_PER_BAR)) * 60.0 / bpm

    def leave(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def peer():
    peer = LinkPeer(97.0)
    if peer.read()[3] or wait_for(lambda: peer.read()[3] > 0, seconds=1.0):
        peer.leave()
        pytest.skip("another program uses Link in this network")
    yield peer
    peer.leave()


@pytest.fixture
def link():
    link = Link()
    yield link
    link.session.enabled = False


def test_a_new_member_takes_over_tempo_and_beat(peer, link):
    assert wait_for(lambda: link.peers == 1 and link.now()[2] == pytest.approx(97.0, rel=TEMPO_TOLERANCE))
    assert wait_for(lambda: peer.error(*link.now()[:2]) < TOLERANCE)
    for bpm in (61.0, 140.0):
        peer.read(bpm)
        assert wait_for(lambda bpm=bpm: link.now()[2] == pytest.approx(bpm, rel=TEMPO_TOLERANCE))
        assert wait_for(lambda: peer.error(*link.now()[:2]) < TOLERANCE)
    peer.leave()
    assert wait_for(lambda: link.peers == 0) and link.now()[2] == pytest.approx(140.0, rel=TEMPO_TOLERANCE)


def test_a_member_that_sets_the_tempo_is_followed(peer, link):
    assert wait_for(lambda: link.peers == 1)
    link.set_tempo(133.0)
    assert wait_for(lambda: peer.read()[2] == pytest.approx(133.0, rel=TEMPO_TOLERANCE))
    assert wait_for(lambda: peer.error(*link.now()[:2]) < TOLERANCE)


@pytest.mark.parametrize(("theirs", "expected"), [(300.0, 150.0), (30.0, 60.0), (480.5, 120.125)])
def test_a_tempo_out_of_range_is_given_at_half_or_double_time(link, theirs, expected):
    link.session.tempo = theirs
    moment, beat, bpm = link.now()
    again, later, _ = link.now()
    assert bpm == pytest.approx(expected, rel=1e-4)
    assert later - beat == pytest.approx((again - moment) * bpm / 60.0, abs=1e-3)


def test_alone_a_beat_is_put_where_it_was_tapped(link):
    for since in (0.0, 0.31, 1.7):
        moment = time.perf_counter() - since
        link.set_tempo(111.0, moment)
        at, beat, _ = link.now()
        there = beat - (at - moment) * 111.0 / 60.0
        assert abs(there - round(there)) * 60.0 / 111.0 < TOLERANCE


def test_a_bar_begins_at_the_beat_nearest_to_a_moment(link):
    link.set_tempo(240.0, time.perf_counter())
    for beat in range(3):
        moment = time.perf_counter() - beat * 0.25
        link.begin_bar(moment)
        at, place, bpm = link.now()
        assert abs(place - (at - moment) * bpm / 60.0) <= 0.5 + 1e-3


class LinkedSession:
    """The shared memory of a session whose sample 0 was audible ten seconds ago, with a TempoControl on Link."""

    def __init__(self, link):
        self.segment = {
            "params": allocate(board.layout(SLOTS)),
            "meters": allocate(meters.layout()),
            "clock": allocate(timeline.layout(64, 3)),
            "frames": allocate(frames_layout(1.0)),
        }
        tempo_override.write_tempo(self.segment["params"], DEFAULTS)
        put(self.segment["meters"], int(Meter.RATE), float(RATE))
        self.begin = time.perf_counter() - 10.0
        self.play()
        record = np.zeros(WIDTH)
        record[AT.sample], record[AT.tempo] = 9.9 * RATE, 88.0
        timeline.publish(self.segment["frames"], record)
        self.now_playing = NowPlaying(self.segment)
        self.tempo = TempoControl(self.segment["params"], self.now_playing, link)

    def play(self):
        """Publish another block of the clock."""
        now = time.perf_counter()
        timeline.publish(self.segment["clock"], np.array([(now + 0.04 - self.begin) * RATE, now + 0.04, now]))

    def follow(self):
        self.play()
        self.tempo.follow_link()
        return True

    def setting(self, name):
        return get(self.segment["params"], NAMES[f"tempo.{name}"])

    def beat(self, moment):
        """The beat of the bar that the beat tracker finds for a moment."""
        return ((moment - self.begin) * RATE - self.setting("bar")) * self.setting("bpm") / 60.0 / RATE


def test_what_is_audible_is_on_the_beat_of_the_peer(peer, link):
    """While the peer changes its tempo; the board is only written when it must be."""
    session, changes = LinkedSession(link), []
    assert session.setting("source") == LINK and wait_for(lambda: link.peers == 1)
    for bpm in (97.0, 150.0, 64.0):
        peer.read(bpm)
        assert wait_for(
            lambda bpm=bpm: session.follow() and session.setting("bpm") == pytest.approx(bpm, rel=TEMPO_TOLERANCE)
        )
        assert wait_for(
            lambda: session.follow() and peer.error(now := time.perf_counter(), session.beat(now)) < LINK_TOLERANCE
        )
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            session.follow()
            changes.append(session.setting("bar"))
            moment = time.perf_counter()
            assert peer.error(moment, session.beat(moment)) < LINK_TOLERANCE + TOLERANCE
        beats = (session.setting("bar") - session.setting("anchor")) * session.setting("bpm") / 60.0 / RATE
        assert beats == pytest.approx(round(beats), abs=1e-6)
    assert len(changes) > 100 and len({*changes}) < 20, "the board is written at every tick, and so is every take"


def test_the_operator_sets_the_tempo_of_the_peer_until_a_hold(peer, link):
    session = LinkedSession(link)
    assert wait_for(lambda: link.peers == 1)
    for beat in range(5):
        session.tempo.tap(time.perf_counter() - (4 - beat) * 0.5)
    assert wait_for(lambda: peer.read()[2] == pytest.approx(120.0, rel=1e-3))
    session.tempo.multiply(0.5)
    assert wait_for(lambda: peer.read()[2] == pytest.approx(60.0, rel=1e-3))
    assert session.setting("source") == LINK and session.setting("bpm") == pytest.approx(60.0, rel=1e-3)
    session.tempo.hold(time.perf_counter())
    assert session.setting("source") == HELD
    peer.read(170.0)
    assert wait_for(lambda: link.now()[2] == pytest.approx(170.0, rel=1e-3))
    session.follow()
    assert session.setting("bpm") != pytest.approx(170.0, rel=1e-3)
    session.tempo.hold(time.perf_counter())
    assert session.setting("source") == LINK and session.setting("bpm") == pytest.approx(170.0, rel=1e-3)
    session.tempo.toggle_link(time.perf_counter())
    assert session.setting("source") == HEARD and math.isnan(session.setting("bar"))


def test_alone_link_takes_over_our_tempo(link):
    session = LinkedSession(link)
    session.tempo.follow()
    session.tempo.toggle_link(time.perf_counter())
    assert session.setting("source") == LINK and session.setting("bpm") == pytest.approx(88.0, rel=1e-3)


def test_a_live_session_joins_link(server, peer):
    terminal = PseudoTerminal()
    with server.record("speaker"):
        session = Session(server, "--source", "synth", "--rate", RATE, "--link", terminal=terminal)
        session.wait_for_sound(0.5)
        params = session.segment()["params"]
        assert wait_for(lambda: get(params, NAMES["tempo.bpm"]) == pytest.approx(97.0, rel=TEMPO_TOLERANCE))
        assert get(params, NAMES["tempo.source"]) == LINK and peer.read()[3] == 1.0
        assert wait_for(lambda: any("+1" in line for line in terminal.lines()))
        now_playing = NowPlaying(session.segment())

        def agrees():
            moment = time.perf_counter()
            since = now_playing.sample(moment) - get(params, NAMES["tempo.bar"])
            return peer.error(moment, since * get(params, NAMES["tempo.bpm"]) / 60.0 / RATE) < 0.01

        assert wait_for(agrees)
        terminal.type("=")
        assert wait_for(lambda: peer.read()[2] == pytest.approx(194.0, rel=1e-3))
        terminal.type("\x03")
        assert session.process.wait(60) == 0
    assert wait_for(lambda: peer.read()[3] == 0.0), "the session did not leave"
    terminal.close()


def test_without_aalink_one_line_names_the_extra(monkeypatch, capsys):
    monkeypatch.setattr(optional_deps, "find_spec", lambda name: None)
    code, _, (line,) = run_command(capsys, "live", "--headless", "--source", "silence", "--link")
    assert code == 2 and line.startswith("phosphene: --link: needs aalink") and "[control]" in line
