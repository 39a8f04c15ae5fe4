"""check: validate files, all faults at once."""

from phosphene.engine.common.errors import UsageError


def run(asked):
    """Validate files; all faults at once."""
    from phosphene.engine.presets.load import check
    from phosphene.engine.session.status_line import fail, say

    sound, faults = check(asked.files, permissive=asked.permissive)
    for line in sound:
        say(line)
    for line in faults:
        fail(line)
    return UsageError.code if faults else 0
