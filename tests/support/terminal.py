"""A terminal: a person types into it, and sees what it shows."""

import fcntl
import os
import pty
import re
import struct
import termios
import threading

CODES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")  # colours, and where the cursor goes


class Terminal:
    """Of some columns, until removed. `options` makes it that of a process, which rules it."""

    def __init__(self, columns=100):
        self.person, self.line = pty.openpty()
        fcntl.ioctl(self.person, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.raw = bytearray()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        try:
            while came := os.read(self.person, 65_536):
                self.raw += came
        except OSError:  # nobody is at the other end any more
            return

    @property
    def options(self):
        return {
            **dict.fromkeys(("stdin", "stdout", "stderr"), self.line),
            "start_new_session": True,
            "preexec_fn": lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        }

    def type(self, keys):
        os.write(self.person, keys.encode())

    def shown(self):
        """All that it was given to show, by line; one that was drawn anew is there as often."""
        return re.split(r"[\r\n]+", CODES.sub(b"", bytes(self.raw)).decode(errors="replace"))

    def modes(self):
        """How it is set up: the flags, and the letters that mean something to it."""
        return termios.tcgetattr(self.line)

    def waits(self):
        """True while keys come through when Enter is hit, and are seen: as a shell wants it."""
        return bool(self.modes()[3] & termios.ICANON and self.modes()[3] & termios.ECHO)

    def remove(self):
        os.close(self.line)
        os.close(self.person)  # whoever is still there is told that it was hung up
