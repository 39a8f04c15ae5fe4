"""apply: a genome on a whole file."""

from engine.commands.preparation import warm_up


def run(asked):
    """A genome on a whole file."""
    from engine.bounce.apply import apply
    from engine.terminal import say

    warm_up()
    how = {"depth": asked.depth, "tail": asked.tail, "overwrite": asked.overwrite}
    for line in apply(asked.input, asked.out, asked.genome, **how):
        say(line)
