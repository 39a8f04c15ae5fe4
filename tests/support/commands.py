"""Runs commands, in this process or in one of their own."""

import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from phosphene.engine.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-c", "import sys; from phosphene.engine.cli.main import main; sys.exit(main())"]
TIMEOUT = 60  # seconds


def run_command(capsys, *words):
    """Run a command in this process; returns its exit code, standard output and the lines of standard error."""
    capsys.readouterr()
    handlers = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = main([str(word) for word in words])
    except SystemExit as end:
        code = end.code
    finally:  # a command replaces the signal handlers
        for name, handler in handlers.items():
            signal.signal(name, handler)
    out, errors = capsys.readouterr()
    assert "Traceback" not in out + errors, errors
    return code, out, errors.splitlines()


def start_command(*words, before=(), command=COMMAND, **options):
    """Start a command in a process of its own; `before` are the words of a program that starts it."""
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*before, *command, *map(str, words)], cwd=ROOT, **pipes, **options)


def finish_command(process):
    """Wait for a process; returns its exit code, standard output and the lines of standard error."""
    with process:
        out, errors = process.communicate(timeout=TIMEOUT)
    assert "Traceback" not in out + errors, errors
    return process.returncode, out, errors.splitlines()


def wait_until(condition, every=0.01):
    """Wait until `condition()` is true; False if it is not after TIMEOUT."""
    return any(condition() or pause(every) for _ in range(int(TIMEOUT / every)))


def pause(seconds):
    threading.Event().wait(seconds)
