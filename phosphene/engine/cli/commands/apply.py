"""apply: a genome on a whole sound file."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from phosphene.engine.cli.argument_types import add_overwrite_option, one_of, tail_seconds
from phosphene.engine.cli.commands.shared import ensure_compiled
from phosphene.engine.common.stop_signal import StopSignal

HELP = "apply a genome to a whole sound file, which keeps its channels and rate"
EXAMPLE = "phosphene apply song.wav -o result.wav --genome mine.json"


def add(parser: ArgumentParser) -> None:
    parser.add_argument("input", type=Path, metavar="INPUT", help="any sound file that FFmpeg reads")
    parser.add_argument("-o", dest="out", type=Path, required=True, metavar="OUT", help="the .wav or .flac to write")
    parser.add_argument("--genome", type=Path, required=True, metavar="FILE", help="the genome, a JSON file")
    parser.add_argument(
        "--tail",
        type=tail_seconds,
        default=30.0,
        metavar="SECONDS",
        help="longest tail to keep, 0 to 600 seconds (default 30)",
    )
    parser.add_argument(
        "--depth", type=one_of("24", "float"), metavar="24|float", help="format of samples in a WAV (default 24)"
    )
    add_overwrite_option(parser)


def run(args: Namespace) -> None:
    """Apply a genome to a file; Ctrl-C leaves no file behind."""
    stop = StopSignal()
    from phosphene.engine.cli.output import print_line, progress_bar
    from phosphene.engine.effects.chain import genome
    from phosphene.engine.offline.apply import apply, check_output

    check_output(args.input, args.out, depth=args.depth, overwrite=args.overwrite)
    genome.load(args.genome)  # a fault in it is reported before minutes of compiling
    ensure_compiled(stop.is_set)
    with progress_bar() as bar:
        task = bar.add_task(args.out.name, total=None, detail="")

        def on_progress():
            if stop.is_set():
                raise KeyboardInterrupt
            bar.update(task)

        options = {"depth": args.depth, "tail": args.tail, "overwrite": args.overwrite}
        lines = apply(args.input, args.out, args.genome, **options, on_progress=on_progress)
    for line in lines:
        print_line(line)
