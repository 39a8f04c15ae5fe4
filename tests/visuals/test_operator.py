"""Operator: cues, keys and notices of a session are carried out in the process that draws."""

import json
import time

import numpy as np
import pytest

from phosphene.engine.common.keys import HELP
from phosphene.engine.listening.analyser import frames_layout
from phosphene.engine.rings import allocate, mailbox
from phosphene.engine.rings.board import get, put
from phosphene.engine.rings.mailbox import post_text
from phosphene.engine.visuals import cues
from phosphene.engine.visuals.cues import Cue
from phosphene.engine.visuals.hud import operator as operator_module
from phosphene.engine.visuals.hud.operator import HELP_SECONDS, MAX_NOTICES, Operator
from phosphene.engine.visuals.hud.status import EMPTY_HUD_STATUS
from phosphene.engine.visuals.window import frame_stats

PICTURE = np.random.default_rng(1).integers(0, 256, (4, 6, 3)).astype(np.uint8)


class FakeWindow:
    """A window without a screen."""

    def __init__(self, context):
        self.context, self.fullscreen = context, False

    def set_fullscreen(self, fullscreen):
        self.fullscreen = fullscreen

    def read_pixels(self):
        return PICTURE


class FakeRenderer:
    """Counts how often it was cleared."""

    def __init__(self):
        self.clears = 0

    def clear(self):
        self.clears += 1


@pytest.fixture
def segment():
    return {
        "cues": allocate(cues.layout()),
        "hud": allocate(mailbox.layout(2048)),
        "frames": allocate(frames_layout(1.0)),
        "frame_stats": allocate(frame_stats.layout()),
    }


@pytest.fixture
def operator(context, segment):
    operator = Operator(FakeWindow(context), segment)
    yield operator
    operator.release()
    context.timing.on = False


def overlay(operator):
    return operator.overlay(0.0, 48_000, (640, 360), "own")


def test_fullscreen_cue_fills_the_monitor_and_back(operator, segment):
    for fullscreen in (True, True, False):
        put(segment["cues"], int(Cue.FULL), float(fullscreen))
        operator.poll(None)
        assert operator.window.fullscreen == fullscreen


def test_clear_cue_clears_once_per_request_and_waits_for_a_renderer(operator, segment):
    renderer = FakeRenderer()
    operator.poll(renderer)
    assert renderer.clears == 0
    cues.repeat(segment["cues"], Cue.CLEARS)
    operator.poll(None)
    operator.poll(renderer)
    operator.poll(renderer)
    assert renderer.clears == 1


def test_cues_from_before_the_process_started_are_not_repeated(context, segment, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for cue in (Cue.STILLS, Cue.CLEARS):
        cues.repeat(segment["cues"], cue)
    operator, renderer = Operator(FakeWindow(context), segment), FakeRenderer()
    operator.poll(renderer)
    operator.release()
    assert renderer.clears == 0 and not list(tmp_path.iterdir())


def test_stills_are_written_under_names_of_their_own(operator, segment, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written = []

    def write_png(path, picture):
        written.append(picture)
        path.write_bytes(b"png")

    monkeypatch.setattr(operator_module, "write_png", write_png)
    for _ in range(3):
        cues.repeat(segment["cues"], Cue.STILLS)
        operator.poll(FakeRenderer())
    operator.writer.shutdown()
    names = {path.name for path in tmp_path.iterdir()}
    count, lines = operator.notices()
    assert len(names) == count == 3 and {line.removesuffix(": still saved") for line in lines} == names
    assert all(np.array_equal(picture, PICTURE[::-1]) for picture in written), "the top row is not first"


def test_still_that_cannot_be_written_is_a_notice(operator, segment, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(operator_module, "write_png", _fail)
    cues.repeat(segment["cues"], Cue.STILLS)
    operator.poll(FakeRenderer())
    operator.writer.shutdown()
    assert operator.notices() == (1, ["disk is full"])


def _fail(path, picture):
    raise operator_module.PhospheneError("disk is full")


def test_only_the_last_notices_are_kept_and_all_are_counted(operator):
    assert operator.notices() == (0, [])
    for number in range(MAX_NOTICES + 3):
        operator.notify(str(number))
    assert operator.notices() == (MAX_NOTICES + 3, [str(number) for number in range(3, MAX_NOTICES + 3)])


def test_hud_cue_shows_the_posted_status(operator, segment, monkeypatch):
    operator.poll(None)
    assert overlay(operator) is None and operator.status == EMPTY_HUD_STATUS
    cues.toggle(segment["cues"], Cue.HUD)
    status = {**EMPTY_HUD_STATUS, "preset": "dusk", "faults": ["a.frag:3: no"]}
    post_text(segment["hud"], json.dumps(status))
    frame_stats.increment(segment["frame_stats"], frame_stats.FrameStat.SHOWN, 7)
    operator.poll(None)
    draw, drawn = overlay(operator), []
    monkeypatch.setattr(operator.hud, "draw", lambda *args, **picture: drawn.append((args, picture)))
    draw((320, 180))
    (((room, _, sample, rate, shown), picture),) = drawn
    assert (room, sample, rate, shown) == ((320, 180), 0.0, 48_000, status)
    assert picture == {"size": (640, 360), "pacing": "own", "shown": 7, "dropped": 0}
    cues.toggle(segment["cues"], Cue.HUD)
    operator.poll(None)
    assert overlay(operator) is None


def test_hud_draws_on_the_framebuffer(operator, segment, context):
    cues.toggle(segment["cues"], Cue.HUD)
    operator.poll(None)
    texture = context.gl.texture((320, 180), 4)
    framebuffer = context.gl.framebuffer([texture])
    framebuffer.use()
    overlay(operator)((320, 180))
    assert np.frombuffer(texture.read(), np.uint8).any()
    framebuffer.release(), texture.release()


def test_help_key_shows_the_list_of_keys_for_a_while_or_until_it_is_pressed_again(operator, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    operator.handle_keys([(0.0, "b")])
    assert overlay(operator) is None
    operator.handle_keys([(0.0, "b"), (0.0, HELP)])
    assert overlay(operator) == operator.hud.draw_keys
    now[0] += HELP_SECONDS + 0.1
    assert overlay(operator) is None
    operator.handle_keys([(0.0, HELP)])
    operator.handle_keys([(0.0, HELP)])
    assert overlay(operator) is None


def test_frames_reach_the_hud_only_while_it_is_shown(operator, segment):
    operator.add_frame(1.0, 0.01, 0)
    hidden = operator.hud
    assert hidden is None
    cues.toggle(segment["cues"], Cue.HUD)
    operator.poll(None)
    overlay(operator)
    operator.add_frame(2.0, 0.01, 1)
    assert list(operator.hud.shown) == [(2.0, 0.01)] and operator.hud.dropped_at == 2.0
    assert get(segment["cues"], int(Cue.HUD)) == 1.0
