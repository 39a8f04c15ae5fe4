"""Peers in processes of their own: one is asked by a line, answers with numbers, and does nothing in between."""

import subprocess
import sys


class Peer:
    """A process that answers each line with numbers.

    Parameters
    ----------
    words : list of str
        What starts it.

    Raises
    ------
    RuntimeError
        From `ask`, if it is gone; what it said to stderr was seen.
    """

    def __init__(self, words, **how):
        self.words = words
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **how)

    def ask(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        if not (answer := self.process.stdout.readline()):
            raise RuntimeError(f"{' '.join(self.words)} ended with {self.process.wait()}, asked for {line}")
        return [float(word) for word in answer.split()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def has(package, python=sys.executable):
    """True if a Python has a package."""
    code = f"import sys, importlib.util; sys.exit(importlib.util.find_spec({package!r}) is None)"
    return not subprocess.run([python, "-c", code], check=False).returncode
