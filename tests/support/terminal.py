"""A pseudo-terminal: a test types into it and reads what a program prints there."""

import fcntl
import os
import pty
import re
import struct
import termios
import threading

CONTROL_SEQUENCE = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")  # colours and cursor movements


class PseudoTerminal:
    """A terminal of some width. Pass `options` to Popen to make it the controlling terminal of a process."""

    def __init__(self, columns=100):
        self.user_end, self.program_end = pty.openpty()
        fcntl.ioctl(self.user_end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.output = bytearray()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        try:
            while received := os.read(self.user_end, 65_536):
                self.output += received
        except OSError:  # no process has the terminal any more
            return

    @property
    def options(self):
        return {
            **dict.fromkeys(("stdin", "stdout", "stderr"), self.program_end),
            "start_new_session": True,
            "preexec_fn": lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        }

    def type(self, keys):
        os.write(self.user_end, keys.encode())

    def lines(self):
        """All lines printed so far. A line that is drawn again and again is there as often."""
        return re.split(r"[\r\n]+", CONTROL_SEQUENCE.sub(b"", bytes(self.output)).decode(errors="replace"))

    def modes(self):
        """The terminal's flags and control characters."""
        return termios.tcgetattr(self.program_end)

    def is_in_line_mode(self):
        """True while keys are echoed and arrive with Enter, as a shell wants it."""
        return bool(self.modes()[3] & termios.ICANON and self.modes()[3] & termios.ECHO)

    def close(self):
        os.close(self.program_end)
        os.close(self.user_end)  # a process that is still there gets a hang-up
