"""Serve: what every process of a session does around its work."""

import gc
import json
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.processes.shared_layout import LAYOUTS
from phosphene.engine.rings import Segment


class Process(Protocol):
    """What runs in a process of its own until it is stopped."""

    def run(self) -> None: ...

    def stop(self) -> None: ...


def serve(make_process: Callable[[dict[str, Any], Segment], Process]) -> int:
    """Run a process of a session; gives its exit code.

    Its config is the first line of standard input. When that ends, the supervisor is gone, and the process stops.

    Parameters
    ----------
    make_process : callable(config, segment)
    """
    for name in ("SIGINT", "SIGHUP"):  # meant for the supervisor, who closes our standard input
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    line = sys.stdin.readline()
    if not line:
        return 0
    config = json.loads(line)
    try:
        process = make_process(config, Segment(config["segment"], LAYOUTS, create=False))
        threading.Thread(target=_stop_with_supervisor, args=(process,), daemon=True).start()
        gc.freeze()  # collecting what is there by now would stop every thread for two pictures
        process.run()
    except PhospheneError as fault:
        sys.stderr.write(f"{fault}\n")
        return fault.code
    return 0


def _stop_with_supervisor(process: Process) -> None:
    sys.stdin.read()  # until the supervisor closes it, or dies
    process.stop()
