"""apply: a genome on a whole file."""

from phosphene.engine.cli.commands.shared import warm_up
from phosphene.engine.common.stop_signal import StopSignal


def run(asked):
    """A genome on a whole file."""
    stopped = StopSignal()  # as a bounce is: what has begun to be written goes
    from phosphene.engine.cli.output import print_line, progress_bar
    from phosphene.engine.offline.apply import apply

    warm_up(stopped.is_set)

    def watch():
        if stopped.is_set():
            raise KeyboardInterrupt
        bar.update(task)

    with progress_bar() as bar:
        task = bar.add_task(asked.out.name, total=None, detail="")
        how = {"depth": asked.depth, "tail": asked.tail, "overwrite": asked.overwrite}
        lines = apply(asked.input, asked.out, asked.genome, **how, watch=watch)
    for line in lines:
        print_line(line)
