"""Peers in their own processes: a peer answers each line with numbers and is idle in between."""

import subprocess
import sys


class PeerProcess:
    """A process that answers each line with numbers.

    Parameters
    ----------
    command : list of str
        Starts the process; `options` are those of Popen.

    Raises
    ------
    RuntimeError
        From `request`, if the process has ended; its stderr was shown.
    """

    def __init__(self, command, **options):
        self.command = command
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)

    def request(self, line):
        """Send a line; returns the numbers of the answer."""
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        if not (answer := self.process.stdout.readline()):
            raise RuntimeError(
                f"{' '.join(self.command)} ended with exit status {self.process.wait()} after the request {line}"
            )
        return [float(word) for word in answer.split()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def has_package(package, python=sys.executable):
    """True if a Python interpreter has a package."""
    code = f"import sys, importlib.util; sys.exit(importlib.util.find_spec({package!r}) is None)"
    return not subprocess.run([python, "-c", code], check=False).returncode
