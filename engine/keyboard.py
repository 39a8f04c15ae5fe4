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
    """Where standard input is a terminal: for as long as the block lasts, gives keys without waiting for Enter.

    Nothing is read while another program has the terminal. `show_cursor(bool)` is called when that changes.
    """

    def __init__(self, show_cursor=lambda shown: None):
        self.show_cursor, self.typed, self.ended = show_cursor, SimpleQueue(), threading.Event()
        self.reader = None

    def __enter__(self):
        if sys.stdin is None or not sys.stdin.isatty():
            return self
        self.reader = threading.Thread(target=self._read_windows if sys.platform == "win32" else self._read)
        if sys.platform != "win32":
            self._take()
        self.reader.start()
        return self

    def __exit__(self, *_):
        if not self.reader:
            return
        self.ended.set()
        self.reader.join()
        if sys.platform != "win32":
            self._leave()

    def pressed(self):
        """(moment, key) of all that were typed since the last call."""
        found = []
        try:
            while True:
                found.append(self.typed.get_nowait())
        except Empty:
            return found

    def _take(self):
        import termios

        self.terminal = sys.stdin.fileno()
        self.usual = termios.tcgetattr(self.terminal)
        self.handlers = {name: signal.getsignal(name) for name in (signal.SIGTSTP, signal.SIGCONT, signal.SIGTTIN)}
        signal.signal(signal.SIGTTIN, signal.SIG_IGN)  # to read what is not ours is then an error, and does not stop us
        self._resume()

    def _leave(self):
        for name, handler in self.handlers.items():
            signal.signal(name, handler)
        self._restore()

    def _suspend(self, *_):
        """Ctrl-Z: stop as if nothing had been changed."""
        self._restore()
        self.show_cursor(True)
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)

    def _resume(self, *_):
        import termios
        import tty

        signal.signal(signal.SIGTSTP, self._suspend)
        signal.signal(signal.SIGCONT, self._resume)
        if self._ours():
            tty.setcbreak(self.terminal, termios.TCSADRAIN)
            self.show_cursor(False)

    def _restore(self):
        import termios

        if self._ours():
            termios.tcsetattr(self.terminal, termios.TCSADRAIN, self.usual)

    def _ours(self):
        """False while the terminal belongs to another program, and to touch it would stop us."""
        try:
            return os.tcgetpgrp(self.terminal) == os.getpgrp()
        except OSError:  # a terminal nobody rules from: it belongs to whoever has it
            return True

    def _read(self):
        begun = ""
        while not self.ended.is_set():
            if not self._ours():
                self.ended.wait(REST)
                continue
            if not select.select([self.terminal], [], [], REST)[0]:
                begun = ""
                continue
            try:
                came, moment = os.read(self.terminal, 256), time.perf_counter()
            except OSError:
                if self._ours():  # and yet it is not to be read: it was hung up
                    return
                continue
            if not came:
                return
            text = SPECIAL.sub("", begun + came.decode(errors="ignore"))
            begun = found[0] if (found := BEGUN.search(text)) else ""
            for key in text.removesuffix(begun).translate(SAME):
                self.typed.put((moment, key))

    def _read_windows(self):
        import msvcrt

        while not self.ended.wait(REST / 10):
            while msvcrt.kbhit():
                key = msvcrt.getwch()
                if key in "\x00\xe0":  # the first half of an arrow or a function key
                    msvcrt.getwch()
                else:
                    self.typed.put((time.perf_counter(), key.translate(SAME)))
