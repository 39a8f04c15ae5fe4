"""The entry point of `phosphene`."""

import os
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Sequence

from phosphene.engine.cli.parser import parse
from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.common.stop_signal import StopSignal


def main(words: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    words : sequence of str, optional
        The command line without the program's name; by default that of this process.

    Returns
    -------
    int
        The exit code: 0 success, 1 failure, 2 wrong usage.
    """
    try:
        args = _parse(words)
        code = args.run(args) or 0
        sys.stdout.flush()
        return code
    except PhospheneError as fault:
        from phosphene.engine.cli.output import print_error

        print_error(fault)
        return fault.code
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        return 1
    except BrokenPipeError:  # the reader has gone; without this Python reports it again when it exits
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parse(words: Sequence[str] | None) -> Namespace:
    """Parse the command line. Ctrl-C waits until then: an import that it interrupts may swallow it."""
    if threading.current_thread() is not threading.main_thread():
        return parse(words)
    handler = signal.getsignal(signal.SIGINT)
    stop = StopSignal("SIGINT")
    try:
        args = parse(words)
    finally:
        signal.signal(signal.SIGINT, handler)
    if stop.is_set():
        raise KeyboardInterrupt
    return args
