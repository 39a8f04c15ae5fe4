"""bounce: sound files and films, rendered offline."""

import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from phosphene.engine.cli.argument_types import add_overwrite_option, add_preset_options, one_of, seconds, whole_number
from phosphene.engine.cli.commands.shared import ensure_compiled, preset_from_args
from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.stop_signal import StopSignal
from phosphene.engine.encode.video_args import parse_fps, parse_size

HELP = "render sound files and films, the same every time"
EXAMPLE = "phosphene bounce song.wav -o film.mp4 --preset foxfire"
FILM_OPTIONS = "size", "fps", "codec", "crf"


def add(parser: ArgumentParser) -> None:
    parser.add_argument("input", nargs="?", type=Path, metavar="INPUT", help="any sound file that FFmpeg reads")
    parser.add_argument(
        "-o",
        dest="outputs",
        type=Path,
        action="append",
        required=True,
        metavar="OUT",
        help="a .wav, .flac or .mp4 to write; repeat it for another kind",
    )
    parser.add_argument(
        "--source", type=one_of("synth", "silence"), metavar="synth|silence", help="sound that replaces INPUT"
    )
    parser.add_argument("--take", type=Path, metavar="FILE", help="render a take that 'live --take' recorded")
    parser.add_argument(
        "--seconds", type=seconds, metavar="SECONDS", help="length in seconds (default that of INPUT, or 60)"
    )
    parser.add_argument(
        "--depth", type=one_of("24", "float"), metavar="24|float", help="format of samples in a WAV (default 24)"
    )
    parser.add_argument("--size", type=parse_size, metavar="WxH", help="size of the film in pixels (default 1280x720)")
    parser.add_argument(
        "--fps",
        type=parse_fps,
        metavar="RATE",
        help="frames per second of the film, such as 29.97 or 30000/1001 (default 30)",
    )
    parser.add_argument(
        "--codec", type=one_of("x264", "nvenc"), metavar="x264|nvenc", help="encoder of the film (default x264)"
    )
    parser.add_argument(
        "--crf", type=whole_number(0, 51), metavar="N", help="quality of the film, 0 (lossless) to 51 (default 16)"
    )
    add_overwrite_option(parser)
    add_preset_options(parser)


def run(args: Namespace) -> None:
    """Render sound and film to files; Ctrl-C leaves no file behind."""
    stop = StopSignal()  # Ctrl-C is polled: an exception raised inside a C callback would be lost
    _check_one_input(args)
    from phosphene.engine.cli.output import print_line, progress_bar
    from phosphene.engine.common.atomic_files import check_writable
    from phosphene.engine.offline.bounce import bounce, check_outputs
    from phosphene.engine.visuals.media_names import check_repeatable

    for out in args.outputs:
        check_writable(out, overwrite=args.overwrite)
    check_outputs(args.outputs, args.depth, source=args.input or args.take)
    film = _film_settings(args)
    source = _open_input(args)
    if film:
        check_repeatable(source.preset.media)
    ensure_compiled(stop.is_set)
    with progress_bar() as bar:
        task = bar.add_task(args.outputs[0].name, total=None, detail="")
        on_progress = _progress_callback(bar, task, film, stop)
        options = {"depth": args.depth, "film": film, "overwrite": args.overwrite}
        record, warnings = bounce(source, args.outputs, **options, on_progress=on_progress)
    names = ", ".join(map(str, args.outputs))
    for warning in warnings:
        print_line(f"{names}: {warning}")
    frames = f", {record.pictures} frame{'s' * (record.pictures != 1)}" if record.pictures is not None else ""
    print_line(f"{names}: {record.frames / record.rate:.2f} s, {record.rate} Hz{frames}, {record.format}")


def _check_one_input(args):
    given = [word for word in (args.input, args.source, args.take) if word is not None]
    if len(given) != 1:
        needed = "one of them" if given else "an INPUT, --source synth, or --take FILE"
        raise UsageError(f"bounce: needs {needed}, found {len(given)}")


def _progress_callback(bar, task, film, stop):
    """What bounce calls now and then: shows the progress, and raises KeyboardInterrupt after Ctrl-C."""
    started = time.monotonic()

    def on_progress(graph):
        if stop.is_set():
            raise KeyboardInterrupt
        elapsed = max(time.monotonic() - started, 1e-9)
        done = graph.play.position
        detail = f"{done / graph.rate / elapsed:.0f} times real time"
        if graph.viewers:  # much slower than the sound
            written = graph.viewers[-1].written
            done, detail = int(written * graph.rate / film.fps), f"{written / elapsed:.1f} frames per second"
        bar.update(task, completed=done, total=graph.frames, detail=detail)

    return on_progress


def _film_settings(args):
    """The FilmSettings of the command line; None if no output is a film."""
    from phosphene.engine.offline.bounce import FILM_ENDING, FilmSettings

    given = {name: getattr(args, name) for name in FILM_OPTIONS if getattr(args, name) is not None}
    if not any(out.suffix.lower() == FILM_ENDING for out in args.outputs):
        if given:
            raise UsageError(f"--{next(iter(given))}: applies to films; add -o NAME{FILM_ENDING}")
        return None
    if "codec" in given:
        from phosphene.engine.encode.encoders import require_encoder

        require_encoder(given["codec"])
    return FilmSettings(**given)


def _open_input(args):
    """The BounceInput of the command line."""
    from phosphene.engine.audio.sources.base import open_source
    from phosphene.engine.offline.bounce import BounceInput
    from phosphene.engine.presets.load import restore_preset
    from phosphene.engine.takes.file import TakeReader

    if args.take:
        if args.preset or args.genome or args.set or args.seed is not None:
            raise UsageError("--take: brings its own preset; leave out --preset, --genome, --set and --seed")
        if args.seconds:
            raise UsageError("--take: has its own length; leave out --seconds")
        reader = TakeReader(args.take)
        return BounceInput(reader, "take", restore_preset(reader.preset, args.take), args.take)
    preset = preset_from_args(args)
    kind = args.source or "file"
    source = open_source(kind, None, preset, file=args.input)
    return BounceInput(source, kind, preset, args.input, args.seconds)
