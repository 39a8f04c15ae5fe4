"""The command line."""

import os
import sys
from importlib import import_module

from phosphene.engine.cli.parser import parse
from phosphene.engine.common.errors import PhospheneError


def main(words=None):
    """Run a command; gives the exit code: 0 well, 1 failed, 2 asked for what cannot be."""
    try:
        asked = parse(words)
        code = import_module(f"phosphene.engine.cli.commands.{asked.command}").run(asked) or 0
        sys.stdout.flush()
        return code
    except PhospheneError as fault:
        from phosphene.engine.cli.output import print_error

        print_error(fault)
        return fault.code
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        return 1
    except BrokenPipeError:  # whoever read us has gone; Python would complain of it once more when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
