"""Keys in a terminal, which is restored whatever happens, and in the window."""

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
from tests.support.terminal import PseudoTerminal
from tools.rig.sound_server import RATE, wait_for


@pytest.fixture
def terminal():
    terminal = PseudoTerminal()
    yield terminal
    terminal.close()


def test_every_key_has_one_action():
    characters = [character for key in KEYS for character in key.characters]
    assert len({*characters, HELP}) == len(characters) + 1 == len(ACTIONS) + 1
    assert len(key_list()) == len(KEYS) + 1 and all(key.description in line for key, line in zip(KEYS, key_list()))


KEY_PRINTER = """
import os, signal, sys
from phosphene.engine.session.keyboard import Keyboard
out = os.fdopen(int(sys.argv[1]), "w", buffering=1)
signal.signal(signal.SIGUSR1, lambda *_: os.write(out.fileno(), b"awake\\n"))
with Keyboard() as keyboard:
    out.write(f"{os.getpid()}\\n")
    while True:
        for moment, key in keyboard.poll():
            out.write(f"{moment} {ord(key)}\\n")
            if key == "x":
                raise RuntimeError
            if key == "q":
                sys.exit(0)
"""
SHELL = """
import os, signal, subprocess, sys, termios
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
def enter_foreground():
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
child = subprocess.Popen(sys.argv[1:], process_group=0, preexec_fn=enter_foreground, close_fds=False)
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


class KeyPrinter:
    """A process that prints every key, in a terminal of its own or started by a shell."""

    def __init__(self, terminal, *, shell=False):
        read_end, write_end = os.pipe()
        words = [sys.executable, "-c", KEY_PRINTER, str(write_end)]
        if shell:
            words = [sys.executable, "-c", SHELL, *words]
        self.process = subprocess.Popen(words, cwd=ROOT, pass_fds=[write_end], **terminal.options)
        os.close(write_end)
        self.printed = os.fdopen(read_end)
        self.pid = int(self.printed.readline())

    def key(self):
        """The next key: (moment, character)."""
        moment, code = self.printed.readline().split()
        return float(moment), chr(int(code))

    def is_awake(self):
        os.kill(self.pid, signal.SIGUSR1)
        return self.printed.readline() == "awake\n"

    def end(self):
        code = self.process.wait(30)
        self.printed.close()
        return code


def test_each_key_has_its_moment(terminal):
    printer = KeyPrinter(terminal)
    for key in " h?]=":
        before = time.perf_counter()
        terminal.type(key)
        moment, found = printer.key()
        assert found == key and before < moment < time.perf_counter()
    terminal.type("q")
    assert printer.end() == 0


def test_escape_sequences_and_foreign_letters_are_not_taken_apart(terminal):
    """An arrow is sent as ESC [ D; its [ would nudge the tempo."""
    printer = KeyPrinter(terminal)
    for special in ("\x1b[D", "\x1b[1;5C", "\x1bOP", "\x1b[15~", "\x1bh", "é", "\x1b["):
        terminal.type(special)
    terminal.type("D\r\n\x7f\x08q")
    assert [printer.key()[1] for _ in range(6)] == ["é", "\n", "\n", "\x7f", "\x7f", "q"]
    assert printer.end() == 0


@pytest.mark.parametrize(("key", "code"), [("q", 0), ("x", 1)])
def test_the_terminal_is_restored_however_the_process_ends(terminal, key, code):
    saved_modes = terminal.modes()
    printer = KeyPrinter(terminal)
    assert not terminal.is_in_line_mode()
    terminal.type(key)
    assert printer.end() == code
    assert terminal.modes() == saved_modes and terminal.is_in_line_mode()


def test_a_stopped_process_gives_the_terminal_back_until_it_continues(terminal):
    saved_modes = terminal.modes()
    printer = KeyPrinter(terminal, shell=True)
    for times in (1, 2):
        terminal.type("\x1a")
        assert wait_for(lambda times=times: terminal.lines().count("stopped") == times)
        assert terminal.modes() == saved_modes
        terminal.type("fg\n")
        assert wait_for(lambda: not terminal.is_in_line_mode())
        terminal.type("h")
        assert printer.key()[1] == "h"
    terminal.type("q")
    assert wait_for(lambda: "ended" in terminal.lines())
    assert printer.end() == 0 and terminal.modes() == saved_modes


def test_a_background_process_reads_nothing_and_is_not_stopped(terminal):
    saved_modes = terminal.modes()
    printer = KeyPrinter(terminal, shell=True)
    terminal.type("\x1a")
    assert wait_for(lambda: "stopped" in terminal.lines())
    terminal.type("bg\n")
    until = time.monotonic() + 0.3  # several polls of a terminal it does not have
    terminal.type("h\n")
    assert wait_for(lambda: printer.is_awake() and time.monotonic() > until)
    assert terminal.modes() == saved_modes and terminal.lines().count("stopped") == 1
    os.kill(printer.pid, signal.SIGTERM)
    assert wait_for(lambda: "ended" in terminal.lines())
    printer.end()
    assert terminal.modes() == saved_modes


def tempo_setting(session, name):
    return get(session.segment()["params"], NAMES[f"tempo.{name}"])


def tap(press, times, apart=0.4):
    """Press a key at a steady tempo; returns the seconds between the first and the last press."""
    first = time.monotonic()
    for beat in range(times):
        assert wait_for(lambda beat=beat: time.monotonic() >= first + beat * apart, every=0.001)
        press()
    return time.monotonic() - first


def test_a_live_session_is_played_by_keys_in_its_terminal(server, terminal, tmp_path):
    saved_modes, report = terminal.modes(), tmp_path / "report.json"
    with server.record("speaker"):
        session = Session(
            server, "--source", "synth", "--rate", RATE, "--report", report, "--take", tmp_path / "set.take",
            terminal=terminal,
        )  # fmt: skip
        session.wait_for_sound(1.0)
        words = ("dB", "bpm heard ", "load", "xruns 0", "latency", "00:0")
        assert wait_for(lambda: any(all(word in line for word in words) for line in terminal.lines()))
        assert all(len(line) <= 100 for line in terminal.lines())
        assert not terminal.is_in_line_mode() and tempo_setting(session, "source") == HEARD
        took = tap(lambda: terminal.type(" "), 8)
        assert wait_for(lambda: tempo_setting(session, "source") == TAPPED)
        assert wait_for(lambda: tempo_setting(session, "bpm") == pytest.approx(7 * 60.0 / took, rel=0.03))
        terminal.type("]]][")
        assert wait_for(lambda: tempo_setting(session, "nudge") == 2 / 32)
        tapped = tempo_setting(session, "bpm")
        terminal.type("-")
        assert wait_for(lambda: tempo_setting(session, "bpm") == tapped / 2)
        terminal.type("?")
        assert wait_for(lambda: set(key_list()) <= {line.rstrip() for line in terminal.lines()})
        terminal.type("\x7f")
        assert wait_for(lambda: tempo_setting(session, "source") == HEARD)
        session.process.send_signal(signal.SIGTERM)
        assert session.process.wait(60) == 0
    assert terminal.modes() == saved_modes
    tempo = json.loads(report.read_text())["tempo"]
    assert (tempo["source"], tempo["keys"], tempo["peers"]) == ("heard", 8 + 5 + 1, None)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGHUP])
def test_a_live_session_restores_its_terminal_when_a_signal_ends_it(server, terminal, sign):
    saved_modes = terminal.modes()
    session = Session(server, "--source", "silence", "--rate", RATE, terminal=terminal)
    session.wait_for_sound(0.3)
    assert wait_for(lambda: not terminal.is_in_line_mode())
    session.process.send_signal(sign)
    assert session.process.wait(60) == 0
    assert terminal.modes() == saved_modes


def test_keys_in_the_window_do_the_same(server, screen):
    with server.record("speaker"):
        session = Session(server, "--source", "synth", *SMALL, screen=screen)
        window = window_of(screen)
        wait_for_pictures(session)
        took = tap(lambda: screen.press("space", window), 8)
        assert wait_for(lambda: tempo_setting(session, "source") == TAPPED)
        assert wait_for(lambda: tempo_setting(session, "bpm") == pytest.approx(7 * 60.0 / took, rel=0.05))
        for key in ("bracketright", "bracketright", "bracketleft"):
            screen.press(key, window)
        assert wait_for(lambda: tempo_setting(session, "nudge") == 1 / 32)
        screen.press("BackSpace", window)
        assert wait_for(lambda: tempo_setting(session, "source") == HEARD)
        screen.press("Return", window)
        assert wait_for(lambda: math.isfinite(tempo_setting(session, "bar")))
        assert session.end()[0] == 0
