"""check: validate files, all faults at once."""

from engine.errors import UsageError


def run(asked):
    """Validate files; all faults at once."""
    from engine.presets import check
    from engine.terminal import fail, say

    sound, faults = check(asked.files, permissive=asked.permissive)
    for line in sound:
        say(line)
    for line in faults:
        fail(line)
    return UsageError.code if faults else 0
