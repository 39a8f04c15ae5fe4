"""Commands, typed here or in a process of their own."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

from phosphene.engine.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-c", "import sys; from engine.cli import main; sys.exit(main())"]
PATIENCE = 60  # seconds after which something that should come is not coming


def typed(capsys, *words):
    """Exit code, standard output, and the lines of standard error."""
    capsys.readouterr()
    handlers = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = main([str(word) for word in words])
    except SystemExit as end:
        code = end.code
    finally:  # a command has the signals to itself
        for name, handler in handlers.items():
            signal.signal(name, handler)
    out, errors = capsys.readouterr()
    assert "Traceback" not in out + errors, errors
    return code, out, errors.splitlines()


def started(*words, before=(), command=COMMAND, **options):
    """A process that runs a command; `before` are the words of a program that starts it."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*before, *command, *map(str, words)], cwd=ROOT, **pipes, **options)


def ended(process):
    """Exit code, standard output, and the lines of standard error."""
    with process:
        out, errors = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in out + errors, errors
    return process.returncode, out, errors.splitlines()


def comes(what, every=0.01):
    """Waits until `what()` is true; false if it never is."""
    return any(what() or pause(every) for _ in range(int(PATIENCE / every)))


def pause(seconds):
    threading.Event().wait(seconds)
