"""The terminal's keyboard: keys as they are typed, each with its moment, and a terminal that is left as it was."""

import os
import re
import select
import signal
import sys
import threading
import time
from queue import Empty, SimpleQueue

REST = 0.05  # seconds: longer than a terminal takes over the parts of one key, and between two looks at one not ours
SPECIAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^\[O])", re.DOTALL)  # arrows, function keys, a letter with Alt
BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?\Z")  # the first part of one
SAME = str.maketrans({"\r": "\n", "\x08": "\x7f"})


class Keyboard:
    """Where standard input is a terminal: gives its keys, without waiting for Enter, for as long as the block lasts.

    Nothing is read while another program has the terminal. `show_cursor(bool)` is called when that changes.
    """

    def __init__(self, show_cursor=lambda shown: None):
        self.show_cursor, self.typed, self.ended = show_cursor, SimpleQueue(), threading.Event()
        self.terminal, self.reader = None, threading.Thread(target=self._read)

    def __enter__(self):
        if sys.stdin is not None and sys.stdin.isatty():
            self.terminal = Terminal(self.show_cursor)
            self.reader.start()
        return self

    def __exit__(self, *_):
        if self.terminal:
            self.ended.set()
            self.reader.join()
            self.terminal.leave()

    def pressed(self):
        """(moment, key) of all that were typed since the last call."""
        found = []
        try:
            while True:
                found.append(self.typed.get_nowait())
        except Empty:
            return found

    def _read(self):
        while not self.ended.is_set() and (keys := self.terminal.keys()) is not None:
            moment = time.perf_counter()
            for key in keys.translate(SAME):
                self.typed.put((moment, key))


if sys.platform == "win32":
    import msvcrt

    class Terminal:
        """A console; it needs no setting up."""

        def __init__(self, show_cursor):
            pass

        def leave(self):
            pass

        def keys(self):
            """Those typed since the last call, or the next ones if they come soon."""
            found, until = "", time.monotonic() + REST
            while not msvcrt.kbhit() and time.monotonic() < until:
                time.sleep(REST / 10)
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
        """The terminal that standard input is; taken when made, while it is ours."""

        def __init__(self, show_cursor):
            self.show_cursor, self.file, self.begun = show_cursor, sys.stdin.fileno(), ""
            self.usual = termios.tcgetattr(self.file)
            self.handlers = {name: signal.getsignal(name) for name in (signal.SIGTSTP, signal.SIGCONT, signal.SIGTTIN)}
            signal.signal(signal.SIGTTIN, signal.SIG_IGN)  # to read what is not ours is an error then, and no full stop
            self._take()

        def leave(self):
            for name, handler in self.handlers.items():
                signal.signal(name, handler)
            self._give_back()

        def keys(self):
            """Those typed since the last call, or the next ones if they come soon; None if none will ever come."""
            if not self._ours():
                time.sleep(REST)
                return ""
            if not select.select([self.file], [], [], REST)[0]:
                self.begun = ""
                return ""
            try:
                came = os.read(self.file, 256)
            except OSError:
                return None if self._ours() else ""  # ours, and yet not to be read, it was hung up
            text = SPECIAL.sub("", self.begun + came.decode(errors="ignore"))
            self.begun = found[0] if (found := BEGUN.search(text)) else ""
            return text.removesuffix(self.begun) if came else None

        def _ours(self):
            """False while another program has the terminal, and to touch it would stop us."""
            try:
                return os.tcgetpgrp(self.file) == os.getpgrp()
            except OSError:  # nobody is ruled from it: it belongs to whoever has it
                return True

        def _take(self, *_):
            """At first, and whenever we go on after a stop."""
            signal.signal(signal.SIGTSTP, self._stop)
            signal.signal(signal.SIGCONT, self._take)
            if self._ours():
                tty.setcbreak(self.file, termios.TCSADRAIN)
                self.show_cursor(False)

        def _stop(self, *_):
            """Ctrl-Z: stop as if nothing had ever been changed."""
            self._give_back()
            self.show_cursor(True)
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTSTP)

        def _give_back(self):
            if self._ours():
                termios.tcsetattr(self.file, termios.TCSADRAIN, self.usual)
