"""Hushing libraries that talk to the terminal."""

import contextlib
import os
import sys


@contextlib.contextmanager
def muted_stderr():
    """ALSA tells the terminal of every device that is not there; nobody asked."""
    if not sys.platform.startswith("linux"):
        yield
        return
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
