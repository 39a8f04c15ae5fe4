"""The argument parser: one subparser for each module of phosphene.engine.cli.commands."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from phosphene import __version__
from phosphene.engine.cli.commands import COMMANDS
from phosphene.engine.common.errors import UsageError, nearest

DESCRIPTION = "Turns sound into moving pictures, live or as files."
EXAMPLE = "phosphene live --source synth --preset foxfire"


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that reports a wrong argument as a UsageError, in one line."""

    def error(self, message: str) -> NoReturn:
        command = self.prog.partition(" ")[2]
        raise UsageError(f"{command}{': ' * bool(command)}{message}; see '{self.prog} --help'")

    def option_names(self) -> list[str]:
        return [name for action in self._actions for name in action.option_strings]


def make_parser() -> Parser:
    """The parser of `phosphene`, with every command."""
    parser = Parser(prog="phosphene", description=DESCRIPTION, epilog=f"example: {EXAMPLE}")
    parser.add_argument("--version", action="version", version=f"phosphene {__version__}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for name in COMMANDS:
        command = import_module(f"phosphene.engine.cli.commands.{name}")
        description = f"{command.HELP[0].upper()}{command.HELP[1:]}."
        epilog = f"example: {command.EXAMPLE}"
        subparser = subparsers.add_parser(
            name,
            help=command.HELP,
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        subparser.set_defaults(command=name, run=command.run, parser=subparser)
        command.add(subparser)
    return parser


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse a command line; None is that of this process.

    Returns
    -------
    Namespace
        The arguments; `command` is the name of the command, `run(args)` runs it.

    Raises
    ------
    UsageError
        For an unknown command or option, or a value that is not allowed.
    """
    parser = make_parser()
    words = sys.argv[1:] if words is None else list(words)
    if words and not words[0].startswith("-") and words[0] not in COMMANDS:
        raise UsageError(f"no command '{words[0]}' (has {', '.join(COMMANDS)}){nearest(words[0], COMMANDS)}")
    args, others = parser.parse_known_args(words)
    if others:
        args.parser.error(f"no option '{others[0]}'{nearest(others[0], args.parser.option_names())}")
    return args
