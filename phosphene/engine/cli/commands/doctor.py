"""doctor: what is here and what is missing."""

import json
import sys


def run(asked):
    """What is here and what is missing."""
    from phosphene.engine.cli.doctor import examine, lines

    found = examine()
    if asked.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        for line in lines(found):
            sys.stdout.write(line + "\n")
    return 0
