"""The terminal's keyboard: each key with its moment; the terminal is restored at the end."""

import os
import re
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

POLL_SECONDS = 0.05  # longer than a terminal takes between the bytes of one key
ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^\[O])", re.DOTALL)  # arrows, F keys, Alt with a letter
PARTIAL_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?\Z")  # the beginning of one
KEY_ALIASES = str.maketrans({"\r": "\n", "\x08": "\x7f"})


class Keyboard:
    """Reads keys without waiting for Enter, if standard input is a terminal. A context manager.

    Nothing is read while another program has the terminal.

    Parameters
    ----------
    show_cursor : callable(bool)
        Called when this process takes the terminal or gives it back.
    """

    def __init__(self, show_cursor: Callable[[bool], Any] = lambda visible: None) -> None:
        self.show_cursor, self.queue, self.stopping = show_cursor, SimpleQueue[tuple[float, str]](), threading.Event()
        self.terminal: Terminal | None = None
        self.reader = threading.Thread(target=self._read)

    def __enter__(self) -> "Keyboard":
        if sys.stdin is not None and sys.stdin.isatty():
            self.terminal = Terminal(self.show_cursor)
            self.reader.start()
        return self

    def __exit__(self, *_: Any) -> None:
        if self.terminal:
            self.stopping.set()
            self.reader.join()
            self.terminal.restore()

    def poll(self) -> list[tuple[float, str]]:
        """(moment, key) of every key typed since the last call."""
        found = []
        try:
            while True:
                found.append(self.queue.get_nowait())
        except Empty:
            return found

    def _read(self) -> None:
        assert self.terminal
        while not self.stopping.is_set() and (keys := self.terminal.read_keys()) is not None:
            moment = time.perf_counter()
            for key in keys.translate(KEY_ALIASES):
                self.queue.put((moment, key))


if sys.platform == "win32":
    import msvcrt

    class Terminal:
        """A Windows console, which needs no setup."""

        def __init__(self, show_cursor: Callable[[bool], Any]) -> None:
            pass

        def restore(self) -> None:
            pass

        def read_keys(self) -> str | None:
            """Keys typed since the last call. Waits up to POLL_SECONDS for the first."""
            found, until = "", time.monotonic() + POLL_SECONDS
            while not msvcrt.kbhit() and time.monotonic() < until:
                time.sleep(POLL_SECONDS / 10)
            while msvcrt.kbhit():
                key = msvcrt.getwch()
                if key in "\x00\xe0":  # the first half of an arrow or a function key
                    msvcrt.getwch()
                else:
                    found += key
            return found

else:
    import termios
    import tty

    class Terminal:
        """The terminal behind standard input, in cbreak mode while this process is in its foreground."""

        def __init__(self, show_cursor: Callable[[bool], Any]) -> None:
            self.show_cursor, self.file, self.partial = show_cursor, sys.stdin.fileno(), ""
            self.saved_modes = termios.tcgetattr(self.file)
            self.handlers = {name: signal.getsignal(name) for name in (signal.SIGTSTP, signal.SIGCONT, signal.SIGTTIN)}
            signal.signal(signal.SIGTTIN, signal.SIG_IGN)  # a read in the background fails then, not stops us
            self._enter()

        def restore(self) -> None:
            for name, handler in self.handlers.items():
                signal.signal(name, handler)
            self._restore_modes()

        def read_keys(self) -> str | None:
            """Keys typed since the last call. Waits up to POLL_SECONDS for the first; None after a hang-up."""
            if not self._is_foreground():
                time.sleep(POLL_SECONDS)
                return ""
            if not select.select([self.file], [], [], POLL_SECONDS)[0]:
                self.partial = ""
                return ""
            try:
                raw = os.read(self.file, 256)
            except OSError:
                return None if self._is_foreground() else ""
            text = ESCAPE_SEQUENCE.sub("", self.partial + raw.decode(errors="ignore"))
            self.partial = found[0] if (found := PARTIAL_SEQUENCE.search(text)) else ""
            return text.removesuffix(self.partial) if raw else None

        def _is_foreground(self) -> bool:
            """False while another program has the terminal: to change it then would stop this process."""
            try:
                return os.tcgetpgrp(self.file) == os.getpgrp()
            except OSError:  # not the controlling terminal, so no process group has it
                return True

        def _enter(self, *_: Any) -> None:
            """Take the terminal: at first, and when the process continues after a stop."""
            signal.signal(signal.SIGTSTP, self._stop)
            signal.signal(signal.SIGCONT, self._enter)
            if self._is_foreground():
                tty.setcbreak(self.file, termios.TCSADRAIN)
                self.show_cursor(False)

        def _stop(self, *_: Any) -> None:
            """On Ctrl-Z, give the terminal back and stop."""
            self._restore_modes()
            self.show_cursor(True)
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTSTP)

        def _restore_modes(self) -> None:
            if self._is_foreground():
                termios.tcsetattr(self.file, termios.TCSADRAIN, self.saved_modes)
