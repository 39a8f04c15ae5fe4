"""Mutes libraries that write to the terminal by themselves."""

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def muted_stderr() -> Iterator[None]:
    """Sends the process's standard error to /dev/null: ALSA reports every device that is absent. Linux only."""
    if not sys.platform.startswith("linux"):
        yield
        return
    sys.stderr.flush()
    stderr, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(null)
