"""check: validate files, all faults at once."""

from phosphene.engine.common.errors import UsageError


def run(asked):
    """Validate files; all faults at once."""
    from phosphene.engine.cli.output import print_error, print_line
    from phosphene.engine.presets.load import check

    sound, faults = check(asked.files, permissive=asked.permissive)
    for line in sound:
        print_line(line)
    for line in faults:
        print_error(line)
    return UsageError.code if faults else 0
