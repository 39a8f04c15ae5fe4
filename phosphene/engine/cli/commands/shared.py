"""What several commands need: the preset of the command line, and compiled kernels."""

from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phosphene.engine.presets.model import Preset


def preset_from_args(args: Namespace, name: str | None = None) -> "Preset":
    """The preset `name`, by default that of the command line, with --genome, --set and --seed applied."""
    from phosphene.engine.presets.load import load_preset

    overrides = args.set if args.seed is None else [*args.set, f"seed={args.seed}"]
    return load_preset(name or args.preset, overrides, genome=args.genome)[0]


def ensure_compiled(
    is_cancelled: Callable[[], bool] = lambda: False, announce: Callable[[str], None] | None = None
) -> None:
    """Compile all kernels on the first start, with a progress bar.

    Parameters
    ----------
    is_cancelled : callable()
        Asked between two steps; True raises KeyboardInterrupt.
    announce : callable(str), optional
        Prints the sentence that says so; by default on standard output.
    """
    from phosphene.engine.cli import warmup
    from phosphene.engine.cli.output import print_line, progress_bar

    if warmup.is_warm():
        return
    names = [name for name, _ in warmup.steps()]
    (announce or print_line)("first start: compiling, once")
    with progress_bar() as bar:
        task = bar.add_task("compiling", total=len(names), detail="")

        def on_step(name):
            if is_cancelled():
                raise KeyboardInterrupt
            bar.update(task, advance=0 if name == names[0] else 1, detail=name)

        warmup.warm(on_step)
