"""Types and options that several commands share; nothing here imports a heavy library."""

import argparse
from collections.abc import Callable
from pathlib import Path

from phosphene.engine.common.errors import nearest

MAX_SEED = 2**63 - 1
MAX_TAIL = 600  # seconds


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """The type of a whole number from `low` to `high`."""

    def parse(word: str) -> int:
        try:
            number = int(word)
        except ValueError:
            raise argparse.ArgumentTypeError(f"'{word}' is not a whole number") from None
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"{number} is outside {low} to {high}")
        return number

    return parse


def one_of(*names: str) -> Callable[[str], str]:
    """The type of a name from a list. In contrast to argparse's choices, the message has the nearest name."""

    def parse(word: str) -> str:
        if word not in names:
            raise argparse.ArgumentTypeError(f"no '{word}' (has {', '.join(names)}){nearest(word, names)}")
        return word

    return parse


def port(word: str) -> tuple[str, int]:
    """The (host, port) of "[HOST:]PORT"; the host is this machine if not given."""
    host, _, number = word.rpartition(":")
    return host or "127.0.0.1", whole_number(1, 65_535)(number)


def seconds(word: str) -> float:
    """A duration above 0, in seconds."""
    value = _number(word)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{word} is not above 0")
    return value


def tail_seconds(word: str) -> float:
    """A duration from 0 to MAX_TAIL, in seconds."""
    if not 0 <= (value := _number(word)) <= MAX_TAIL:
        raise argparse.ArgumentTypeError(f"{word} is outside 0 to {MAX_TAIL}")
    return value


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{word}' is not a number of seconds") from None


def add_preset_options(parser: argparse.ArgumentParser) -> None:
    """Add --preset, --genome, --set and --seed."""
    parser.add_argument("--preset", metavar="NAME|FILE", help="a preset's name (see 'phosphene presets') or YAML file")
    parser.add_argument("--genome", type=Path, metavar="FILE", help="a JSON genome that replaces the preset's")
    add_override_options(parser)


def add_override_options(parser: argparse.ArgumentParser) -> None:
    """Add --set and --seed."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change one value of the preset, such as synth.tempo=90; may be repeated",
    )
    parser.add_argument(
        "--seed", type=whole_number(0, MAX_SEED), metavar="N", help="seed of all random numbers (default the preset's)"
    )


def add_overwrite_option(parser: argparse.ArgumentParser) -> None:
    """Add --overwrite."""
    parser.add_argument("--overwrite", action="store_true", help="replace files that exist")
