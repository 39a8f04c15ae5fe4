"""apply: a genome on a whole file."""

from engine.commands.preparation import warm_up
from engine.stop import Stop


def run(asked):
    """A genome on a whole file."""
    stopped = Stop()  # as a bounce is: what has begun to be written goes
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
