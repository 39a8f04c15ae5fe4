"""apply: a genome on a whole file."""


def run(asked):
    """A genome on a whole file."""
    from engine.bounce.apply import apply
    from engine.terminal import say

    for line in apply(
        asked.input, asked.out, asked.genome, depth=asked.depth, tail=asked.tail, overwrite=asked.overwrite
    ):
        say(line)
