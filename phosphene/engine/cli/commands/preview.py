"""preview: a preset at some moments of a sound, on one contact sheet."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from phosphene.engine.cli.argument_types import add_override_options, add_overwrite_option, seconds, whole_number
from phosphene.engine.cli.commands.shared import ensure_compiled, preset_from_args
from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.output_paths import check_ending, check_not_input
from phosphene.engine.common.stop_signal import StopSignal

HELP = "show a preset at several moments of a sound, on one contact sheet"
EXAMPLE = "phosphene preview foxfire -o sheet.png --audio song.wav"
DEFAULT_SECONDS = 32.0  # of the synth, and at most of a file
SIZE = 480, 270


def add(parser: ArgumentParser) -> None:
    parser.set_defaults(genome=None)
    parser.add_argument("preset", metavar="NAME|FILE", help="a preset's name, or a YAML file")
    parser.add_argument("-o", dest="out", type=Path, required=True, metavar="OUT", help="the .png to write")
    parser.add_argument("--audio", type=Path, metavar="FILE", help="sound file to play (default the built-in synth)")
    parser.add_argument(
        "--seconds",
        type=seconds,
        metavar="SECONDS",
        help="seconds of the sound to show (default all of it, at most 32)",
    )
    parser.add_argument(
        "--stills", type=whole_number(1, 64), default=12, metavar="N", help="number of moments, 1 to 64 (default 12)"
    )
    add_override_options(parser)
    add_overwrite_option(parser)


def run(args: Namespace) -> None:
    """Write a contact sheet of a preset; Ctrl-C leaves no file behind."""
    stop = StopSignal()
    from phosphene.engine.audio.sources.base import open_source
    from phosphene.engine.cli.output import print_line
    from phosphene.engine.common.atomic_files import check_writable
    from phosphene.engine.offline.contact_sheet import write_contact_sheet

    check_ending("-o", args.out, (".png",))
    check_not_input("-o", args.out, args.audio)
    check_writable(args.out, overwrite=args.overwrite)
    preset = preset_from_args(args)
    source = open_source("file" if args.audio else "synth", None, preset, file=args.audio)
    length = source.length / source.rate if source.length is not None else DEFAULT_SECONDS
    shown_seconds = min(args.seconds or min(length, DEFAULT_SECONDS), length)
    ensure_compiled(stop.is_set)
    moments = [shown_seconds * (index + 0.5) / args.stills for index in range(args.stills)]
    stills = _render(source, preset, moments, args.preset, stop)
    if not stills:
        raise UsageError(f"{args.audio}: is too short to show anything")
    captions = [f"{int(moment // 60)}:{moment % 60:04.1f}" for moment in moments]
    write_contact_sheet(args.out, stills, captions, title=args.preset, subtitle=preset.about)
    print_line(f"{args.out}: {args.preset}, {len(stills)} moments of {shown_seconds:.1f} s")


def _render(source, preset, moments, name, stop):
    """The stills, with a progress bar."""
    from phosphene.engine.cli.output import progress_bar
    from phosphene.engine.offline.stills import render_stills

    with progress_bar() as bar:
        task = bar.add_task(name, total=1.0, detail="")

        def on_progress(share):
            if stop.is_set():
                raise KeyboardInterrupt
            bar.update(task, completed=share)

        return render_stills(source, preset, moments, size=SIZE, on_progress=on_progress)
