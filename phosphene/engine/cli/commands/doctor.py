"""doctor: what this machine has, and what it lacks."""

import json
import sys
from argparse import ArgumentParser, Namespace

HELP = "show what this machine has, what it lacks, and how to fix that"
EXAMPLE = "phosphene doctor"


def add(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def run(args: Namespace) -> None:
    """Print what this machine has and lacks."""
    from phosphene.engine.cli.doctor import format_report, inspect_machine

    found = inspect_machine()
    if args.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        for line in format_report(found):
            sys.stdout.write(line + "\n")
