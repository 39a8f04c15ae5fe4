"""What several commands need: the preset that was asked for, and kernels that are compiled."""


def preset_of(asked, name=None):
    """The preset of a name, else the one that was asked for, with the genome that was asked for."""
    from phosphene.engine.presets.load import load_preset

    sets = asked.set if asked.seed is None else [*asked.set, f"seed={asked.seed}"]
    return load_preset(name or asked.preset, sets, genome=asked.genome)[0]


def warm_up(stopped=lambda: False, told=None):
    """Compile under a progress bar, on the first start only; `stopped` ends it between two steps.

    `told` gets the sentence that says so; without it, it goes to standard output.
    """
    from phosphene.engine.cli import warmup
    from phosphene.engine.cli.output import print_line, progress_bar

    if warmup.is_warm():
        return
    names = [name for name, _ in warmup.steps()]
    (told or print_line)("first start: compiling, once")
    with progress_bar() as bar:
        task = bar.add_task("compiling", total=len(names), detail="")

        def step(name):
            if stopped():
                raise KeyboardInterrupt
            bar.update(task, advance=0 if name == names[0] else 1, detail=name)

        warmup.warm(step)
