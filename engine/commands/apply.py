"""apply: a genome on a whole file."""

import signal
import threading

from engine.commands.preparation import warm_up


def run(asked):
    """A genome on a whole file."""
    stopped = threading.Event()  # as a bounce is: what has begun to be written goes
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    from engine.bounce.apply import apply
    from engine.terminal import progress, say

    warm_up(stopped.is_set)

    def watch():
        if stopped.is_set():
            raise KeyboardInterrupt
        bar.update(task)

    with progress() as bar:
        task = bar.add_task(asked.out.name, total=None, told="")
        how = {"depth": asked.depth, "tail": asked.tail, "overwrite": asked.overwrite}
        lines = apply(asked.input, asked.out, asked.genome, **how, watch=watch)
    for line in lines:
        say(line)
