"""Keys: in a terminal, which is left as it was whatever happens, and in the window; each does what the list says."""

import json
import math
import os
import signal
import subprocess
import sys
import time

import pytest

from phosphene.engine.common.keys import ACTIONS, HELP, KEYS, key_list
from phosphene.engine.listening.rhythm.tempo_override import HEARD, NAMES, TAPPED
from phosphene.engine.rings.board import get
from tests.e2e.test_show import SMALL, wait_for_pictures, window_of
from tests.support.commands import ROOT
from tests.support.live_session import Session
from tests.support.terminal import Terminal
from tools.rig.sound_server import RATE, wait_for


@pytest.fixture
def terminal():
    terminal = Terminal()
    yield terminal
    terminal.remove()


def test_no_two_keys_are_the_same():
    every = [key for row in KEYS for key in row.keys]
    assert len({*every, HELP}) == len(every) + 1 == len(ACTIONS) + 1
    assert len(key_list()) == len(KEYS) + 1 and all(row.does in line for row, line in zip(KEYS, key_list()))


TYPIST = """
import os, signal, sys
from engine.keyboard import Keyboard
out = os.fdopen(int(sys.argv[1]), "w", buffering=1)
signal.signal(signal.SIGUSR1, lambda *_: os.write(out.fileno(), b"awake\\n"))
with Keyboard() as keyboard:
    out.write(f"{os.getpid()}\\n")
    while True:
        for moment, key in keyboard.pressed():
            out.write(f"{moment} {ord(key)}\\n")
            if key == "x":
                raise RuntimeError
            if key == "q":
                sys.exit(0)
"""
SHELL = """
import os, signal, subprocess, sys, termios
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
def in_front():
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
child = subprocess.Popen(sys.argv[1:], process_group=0, preexec_fn=in_front, close_fds=False)
while True:
    _, status = os.waitpid(child.pid, os.WUNTRACED)
    os.tcsetpgrp(0, os.getpgrp())
    print("stopped" if os.WIFSTOPPED(status) else "ended", flush=True)
    if not os.WIFSTOPPED(status):
        break
    if input() == "fg":
        os.tcsetpgrp(0, child.pid)
    os.killpg(child.pid, signal.SIGCONT)
"""


class Typist:
    """A Python that tells of every key, in a terminal that it has for itself, or from a shell."""

    def __init__(self, terminal, *, shell=False):
        near, far = os.pipe()
        words = [sys.executable, "-c", TYPIST, str(far)]
        if shell:
            words = [sys.executable, "-c", SHELL, *words]
        self.process = subprocess.Popen(words, cwd=ROOT, pass_fds=[far], **terminal.options)
        os.close(far)
        self.told = os.fdopen(near)
        self.pid = int(self.told.readline())

    def key(self):
        """The next one: its moment, and itself."""
        moment, code = self.told.readline().split()
        return float(moment), chr(int(code))

    def awake(self):
        os.kill(self.pid, signal.SIGUSR1)
        return self.told.readline() == "awake\n"

    def end(self):
        code = self.process.wait(30)
        self.told.close()
        return code


def test_each_key_has_its_moment(terminal):
    typist = Typist(terminal)
    for key in " h?]=":
        before = time.perf_counter()
        terminal.type(key)
        moment, found = typist.key()
        assert found == key and before < moment < time.perf_counter()
    terminal.type("q")
    assert typist.end() == 0


def test_arrows_and_letters_from_afar_are_no_keys(terminal):
    """An arrow is sent as ESC [ D, and would nudge."""
    typist = Typist(terminal)
    for special in ("\x1b[D", "\x1b[1;5C", "\x1bOP", "\x1b[15~", "\x1bh", "é", "\x1b["):
        terminal.type(special)
    terminal.type("D\r\n\x7f\x08q")
    assert [typist.key()[1] for _ in range(6)] == ["é", "\n", "\n", "\x7f", "\x7f", "q"]
    assert typist.end() == 0


@pytest.mark.parametrize(("key", "code"), [("q", 0), ("x", 1)])
def test_however_it_ends_the_terminal_is_as_it_was(terminal, key, code):
    usual = terminal.modes()
    typist = Typist(terminal)
    assert not terminal.waits()
    terminal.type(key)
    assert typist.end() == code
    assert terminal.modes() == usual and terminal.waits()


def test_stopped_and_continued_it_gives_the_terminal_back_and_takes_it_again(terminal):
    usual = terminal.modes()
    typist = Typist(terminal, shell=True)
    for times in (1, 2):
        terminal.type("\x1a")
        assert wait_for(lambda times=times: terminal.shown().count("stopped") == times)
        assert terminal.modes() == usual
        terminal.type("fg\n")
        assert wait_for(lambda: not terminal.waits())
        terminal.type("h")
        assert typist.key()[1] == "h"
    terminal.type("q")
    assert wait_for(lambda: "ended" in terminal.shown())
    assert typist.end() == 0 and terminal.modes() == usual


def test_in_the_background_it_takes_nothing_and_is_not_stopped_for_it(terminal):
    usual = terminal.modes()
    typist = Typist(terminal, shell=True)
    terminal.type("\x1a")
    assert wait_for(lambda: "stopped" in terminal.shown())
    terminal.type("bg\n")
    until = time.monotonic() + 0.3  # some looks at a terminal that is not its own
    terminal.type("h\n")
    assert wait_for(lambda: typist.awake() and time.monotonic() > until)
    assert terminal.modes() == usual and terminal.shown().count("stopped") == 1
    os.kill(typist.pid, signal.SIGTERM)
    assert wait_for(lambda: "ended" in terminal.shown())
    typist.end()
    assert terminal.modes() == usual


def wanted(session, name):
    return get(session.segment()["params"], NAMES[f"tempo.{name}"])


def tap(press, times, apart=0.4):
    """Press a key in time, and tell how well that went: seconds between the first and the last."""
    first = time.monotonic()
    for beat in range(times):
        assert wait_for(lambda beat=beat: time.monotonic() >= first + beat * apart, every=0.001)
        press()
    return time.monotonic() - first


def test_a_set_is_played_by_the_keys_of_its_terminal(server, terminal, tmp_path):
    usual, report = terminal.modes(), tmp_path / "report.json"
    with server.record("speaker"):
        session = Session(
            server, "--source", "synth", "--rate", RATE, "--report", report, "--take", tmp_path / "set.take",
            terminal=terminal,
        )  # fmt: skip
        session.heard(1.0)
        words = ("dB", "bpm heard ", "load", "xruns 0", "latency", "00:0")
        assert wait_for(lambda: any(all(word in line for word in words) for line in terminal.shown()))
        assert all(len(line) <= 100 for line in terminal.shown())
        assert not terminal.waits() and wanted(session, "source") == HEARD
        took = tap(lambda: terminal.type(" "), 8)
        assert wait_for(lambda: wanted(session, "source") == TAPPED)
        assert wait_for(lambda: wanted(session, "bpm") == pytest.approx(7 * 60.0 / took, rel=0.03))
        terminal.type("]]][")
        assert wait_for(lambda: wanted(session, "nudge") == 2 / 32)
        tapped = wanted(session, "bpm")
        terminal.type("-")
        assert wait_for(lambda: wanted(session, "bpm") == tapped / 2)
        terminal.type("?")
        assert wait_for(lambda: set(key_list()) <= {line.rstrip() for line in terminal.shown()})
        terminal.type("\x7f")
        assert wait_for(lambda: wanted(session, "source") == HEARD)
        session.process.send_signal(signal.SIGTERM)
        assert session.process.wait(60) == 0
    assert terminal.modes() == usual
    told = json.loads(report.read_text())["tempo"]
    assert (told["source"], told["keys"], told["peers"]) == ("heard", 8 + 5 + 1, None)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGHUP])
def test_a_set_that_is_ended_leaves_its_terminal_as_it_was(server, terminal, sign):
    usual = terminal.modes()
    session = Session(server, "--source", "silence", "--rate", RATE, terminal=terminal)
    session.heard(0.3)
    assert wait_for(lambda: not terminal.waits())
    session.process.send_signal(sign)
    assert session.process.wait(60) == 0
    assert terminal.modes() == usual


def test_the_window_hears_the_same_keys(server, screen):
    with server.record("speaker"):
        session = Session(server, "--source", "synth", *SMALL, screen=screen)
        window = window_of(screen)
        wait_for_pictures(session)
        took = tap(lambda: screen.press("space", window), 8)
        assert wait_for(lambda: wanted(session, "source") == TAPPED)
        assert wait_for(lambda: wanted(session, "bpm") == pytest.approx(7 * 60.0 / took, rel=0.05))
        for key in ("bracketright", "bracketright", "bracketleft"):
            screen.press(key, window)
        assert wait_for(lambda: wanted(session, "nudge") == 1 / 32)
        screen.press("BackSpace", window)
        assert wait_for(lambda: wanted(session, "source") == HEARD)
        screen.press("Return", window)
        assert wait_for(lambda: math.isfinite(wanted(session, "bar")))
        assert session.end()[0] == 0
