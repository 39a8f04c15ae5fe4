"""preview: a preset at some moments of a sound, on one sheet."""

from phosphene.engine.cli.commands.shared import preset_from_args, ensure_compiled
from phosphene.engine.common.errors import UsageError

LASTS = 32.0  # seconds of the synth, and at most of a file, where nothing else is said
SIZE = 480, 270


def run(asked):
    """A preset at twelve moments, on a contact sheet."""
    from phosphene.engine.audio.sources.base import open_source
    from phosphene.engine.cli.output import print_line, progress_bar
    from phosphene.engine.common.atomic_files import check_writable
    from phosphene.engine.common.output_paths import check_ending
    from phosphene.engine.offline.contact_sheet import write_contact_sheet
    from phosphene.engine.offline.stills import render_stills

    check_ending("-o", asked.out, (".png",))
    check_writable(asked.out, overwrite=asked.overwrite)
    preset = preset_from_args(asked)
    source = open_source("file" if asked.audio else "synth", None, preset, file=asked.audio)
    whole = source.length / source.rate if source.length is not None else LASTS
    seconds = min(asked.seconds or min(whole, LASTS), whole)
    ensure_compiled()
    moments = [seconds * (at + 0.5) / asked.stills for at in range(asked.stills)]
    with progress_bar() as bar:
        task = bar.add_task(asked.preset, total=1.0, detail="")
        found = render_stills(source, preset, moments, size=SIZE, watch=lambda share: bar.update(task, completed=share))
    if not found:
        raise UsageError(f"{asked.audio}: is too short to show anything")
    captions = [f"{int(moment // 60)}:{moment % 60:04.1f}" for moment in moments]
    write_contact_sheet(asked.out, found, captions, title=asked.preset, below=preset.about)
    print_line(f"{asked.out}: {asked.preset}, {len(found)} moments of {seconds:.1f} s")
