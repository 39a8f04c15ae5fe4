"""live: plays sound from a source and draws it, until Ctrl-C, Escape or a closed window."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from phosphene.engine.cli.argument_types import add_preset_options, one_of, port, seconds, whole_number
from phosphene.engine.cli.live_session import WINDOW_OPTIONS, LiveSession
from phosphene.engine.common.atomic_files import check_writable
from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.output_paths import check_ending
from phosphene.engine.encode.video_args import parse_size

HELP = "play sound from a source, and draw it in a window"
EXAMPLE = "phosphene live --source file --file song.wav --preset foxfire"


def add(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--source",
        type=one_of("mic", "file", "synth", "silence"),
        metavar="mic|file|synth|silence",
        help="where the sound comes from (default mic; file with --file)",
    )
    parser.add_argument("--file", type=Path, metavar="FILE", help="sound file to play in a loop")
    parser.add_argument(
        "--input", metavar="NAME|INDEX", help="input device, see 'phosphene doctor' (default the system's)"
    )
    parser.add_argument("--output", metavar="NAME|INDEX", help="output device (default the system's)")
    parser.add_argument(
        "--rate", type=whole_number(1_000, 768_000), metavar="HZ", help="sample rate in hertz (default the device's)"
    )
    parser.add_argument(
        "--block",
        type=whole_number(16, 8192),
        default=256,
        metavar="FRAMES",
        help="frames per audio block (default 256)",
    )
    parser.add_argument(
        "--buffer",
        type=whole_number(1, 2_000),
        default=20,
        metavar="MS",
        help="device latency to ask for, in milliseconds (default 20)",
    )
    parser.add_argument(
        "--seconds", type=seconds, metavar="SECONDS", help="stop after so many seconds of sound (default never)"
    )
    add_preset_options(parser)
    parser.add_argument("--playlist", type=Path, metavar="FILE", help="a YAML playlist: presets that take turns")
    _add_window_options(parser)
    _add_controller_options(parser)
    parser.add_argument("--take", type=Path, metavar="FILE", help="record the input, to bounce it later")
    parser.add_argument("--record", type=Path, metavar="FILE", help="record sound and picture to an .mp4")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write statistics of the session as JSON")
    parser.add_argument("--latency", action="store_true", help="print the latency of each node, and stop")
    parser.add_argument("--overwrite", action="store_true", help="let --take and --record replace files that exist")


def _add_window_options(parser: ArgumentParser) -> None:
    parser.add_argument("--headless", action="store_true", help="open no window")
    parser.add_argument(
        "--size",
        type=parse_size,
        metavar="WxH",
        help="size of the window in pixels (default 1280x720; 640x360 without a graphics card)",
    )
    parser.add_argument("--fullscreen", action="store_true", help="cover the monitor")
    parser.add_argument(
        "--borderless", action="store_true", help="window without a frame; without --size it covers the monitor"
    )
    parser.add_argument(
        "--monitor",
        type=whole_number(0, 63),
        metavar="INDEX",
        help="monitor to use, see 'phosphene doctor' (default the primary one)",
    )


def _add_controller_options(parser: ArgumentParser) -> None:
    parser.add_argument("--link", action="store_true", help="share the tempo with an Ableton Link session")
    parser.add_argument(
        "--midi",
        nargs="?",
        const="",
        metavar="NAME",
        help="use MIDI devices whose name contains NAME (default all devices)",
    )
    parser.add_argument(
        "--controllers", type=Path, metavar="FILE", help="mapping of MIDI controllers to parameters; key 'm' learns"
    )
    parser.add_argument(
        "--osc-in", type=port, metavar="[HOST:]PORT", help="receive OSC on this port (default HOST 127.0.0.1)"
    )
    parser.add_argument(
        "--osc-out",
        type=port,
        metavar="[HOST:]PORT",
        help="send features and parameters as OSC (default HOST 127.0.0.1)",
    )
    parser.add_argument(
        "--osc-rate", type=whole_number(1, 240), metavar="HZ", help="OSC messages per second (default 30)"
    )


def run(args: Namespace) -> None:
    """Play and draw until Ctrl-C, Escape, a closed window, or the end of --seconds."""
    source = _check_args(args)
    session = LiveSession(args, source)
    try:
        session.start()
    except KeyboardInterrupt:
        session.abort()
        return
    except BaseException:
        session.abort()
        raise
    try:
        operator_report = session.run_loop()
        if args.latency:
            _print_latency(session.report.latency_ms())
    finally:
        report = session.close()
    if args.report:
        from phosphene.engine.common.atomic_files import write_text

        write_text(args.report, json.dumps(report | operator_report, indent=2, sort_keys=True) + "\n")
    _print_summary(report, args)


def _check_args(args: Namespace) -> str:
    """Check what can be checked before anything is opened; returns the source.

    Raises
    ------
    UsageError
    """
    source = args.source or ("file" if args.file else "mic")
    if (source == "file") != (args.file is not None):
        raise UsageError("--source file and --file FILE need each other")
    if args.input and source != "mic":
        raise UsageError(f"--input {args.input}: is not used with --source {source}")
    no_window = "--headless" if args.headless else "--latency" if args.latency else None
    given = {name: getattr(args, name) for name in WINDOW_OPTIONS}
    window_options = [name for name, value in given.items() if value is not None and value is not False]
    if window_options and no_window:
        raise UsageError(f"--{window_options[0]}: needs a window; leave out {no_window}")
    if args.record:
        if no_window:
            raise UsageError(f"--record {args.record}: needs a picture; leave out {no_window}")
        check_ending("--record", args.record, (".mp4",))
    for path in filter(None, (args.take, args.record, args.report)):
        check_writable(path, overwrite=args.overwrite or path is args.report)
    return source


def _print_latency(latency_ms: dict[str, float]) -> None:
    from phosphene.engine.cli.output import print_line

    width = max(map(len, latency_ms))
    for node, milliseconds in latency_ms.items():
        print_line(f"{node:{width}}  {milliseconds:8.2f} ms")


def _print_summary(report: dict[str, Any], args: Namespace) -> None:
    from phosphene.engine.cli.output import print_line

    dropouts = f"{report['underflows']} underflows, {report['overflows']} overflows"
    print_line(f"{report['seconds_heard']:.1f} s played, {dropouts}")
    if args.record and report["record"]["films"]:
        record = report["record"]
        print_line(f"{', '.join(record['films'])}: {record['seconds']:.1f} s, {record['dropped']} frames dropped")
    if args.take and args.take.exists():
        lost = report["frames_missing"]["untaped"]
        print_line(f"{args.take}: {'incomplete: the disk was full or too slow' if lost else 'complete'}")
