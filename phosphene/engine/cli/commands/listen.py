"""listen: the features of sound files, as arrays."""

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import NamedTuple

from phosphene.engine.cli.argument_types import add_overwrite_option
from phosphene.engine.cli.commands.shared import ensure_compiled
from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.common.output_paths import check_ending, check_not_input
from phosphene.engine.common.stop_signal import StopSignal

HELP = "analyse a sound file, or a folder of them, to arrays"
EXAMPLE = "phosphene listen song.wav -o song.npz --plot song.png"
FEATURES_ENDING, PLOT_ENDING = ".npz", ".png"


class Job(NamedTuple):
    """A file to analyse, and where its results go."""

    path: Path
    out: Path
    plot: Path | None


def add(parser: ArgumentParser) -> None:
    parser.add_argument(
        "input", type=Path, metavar="INPUT", help="any sound file that FFmpeg reads, or a folder of them"
    )
    parser.add_argument(
        "-o", dest="out", type=Path, required=True, metavar="OUT", help="the .npz to write; a folder if INPUT is one"
    )
    parser.add_argument("--plot", type=Path, metavar="OUT", help="plot the arrays to a .png; a folder if INPUT is one")
    parser.add_argument("--json", action="store_true", help="print a summary of each file as a line of JSON")
    parser.add_argument(
        "--causal", action="store_true", help="find the tempo as a live session does, without reading ahead"
    )
    parser.add_argument("--no-cache", action="store_true", help="neither use nor keep cached results")
    add_overwrite_option(parser)


def run(args: Namespace) -> int:
    """Analyse files; Ctrl-C leaves no unfinished file behind."""
    stop = StopSignal()
    from phosphene.engine.cli.output import print_error, print_line
    from phosphene.engine.offline.features.cache import FeatureCache

    is_folder = args.input.is_dir()
    jobs = _folder_jobs(args) if is_folder else [_file_job(args)]
    print_notice = print_error if args.json else print_line
    ensure_compiled(stop.is_set, print_notice)
    cache = None if args.no_cache else FeatureCache(warn=print_notice)
    failed = 0
    for number, job in enumerate(jobs, start=1):
        try:
            summary = _analyse(job, args, cache, stop, f" ({number} of {len(jobs)})" * is_folder)
        except PhospheneError as fault:
            if not is_folder:
                raise
            print_error(fault)
            failed += 1
            continue
        _print_summary(summary, args.json)
    if jobs and failed == len(jobs):
        raise UsageError(f"{args.input}: there is no sound in it that could be analysed")
    return 1 if failed else 0


def _analyse(job, args, cache, stop, count):
    """Write the features of one file, with a progress bar; returns the summary."""
    from phosphene.engine.cli.output import progress_bar
    from phosphene.engine.offline.features.write import write_features

    with progress_bar() as bar:
        task = bar.add_task(job.path.name + count, total=None, detail="")

        def on_progress(decoded):
            if stop.is_set():
                raise KeyboardInterrupt
            bar.update(task, completed=decoded.frames, total=decoded.source.length)

        tempo = "causal" if args.causal else "lookahead"
        return write_features(job.path, job.out, plot=job.plot, tempo=tempo, cache=cache, on_progress=on_progress)


def _print_summary(summary, as_json):
    from phosphene.engine.cli.output import print_line

    if as_json:
        sys.stdout.write(json.dumps(summary) + "\n")
        sys.stdout.flush()
        return
    for line in _format_summary(summary):
        print_line(line)


def _format_summary(summary):
    for warning in summary["remarks"]:
        yield f"{summary['path']}: {warning}"
    tempo = f"{summary['tempo']:.1f} BPM" if summary["tempo"] else "no tempo"
    beats, onsets, loudness = summary["beats"], summary["onsets"], summary["loudness_max"]
    counts = f"{beats} beat{'s' * (beats != 1)}, {onsets} onset{'s' * (onsets != 1)}"
    cached = ", from the cache" if summary["cached"] else ""
    yield f"{summary['archive']}: {summary['seconds']:.2f} s, {tempo}, {counts}, {loudness:.1f} LUFS at most{cached}"


def _file_job(args):
    """The job of a single file, its outputs checked."""
    from phosphene.engine.common.atomic_files import check_writable

    for option, path, ending in _outputs(args):
        check_ending(option, path, (ending,))
        check_not_input(option, path, args.input)
        check_writable(path, overwrite=args.overwrite)
    return Job(args.input, args.out, args.plot)


def _outputs(args):
    """(option, path, ending) of each output that was named."""
    outputs = ("-o", args.out, FEATURES_ENDING), ("--plot", args.plot, PLOT_ENDING)
    return [each for each in outputs if each[1] is not None]


def _folder_jobs(args):
    """A job for each file below a folder; its results have the same place below the output folders."""
    own_outputs = _check_folders(args)
    jobs = []
    for file in sorted(args.input.rglob("*")):
        inside = file.relative_to(args.input)
        if not file.is_file() or any(part.startswith(".") for part in inside.parts):
            continue
        if any(file.resolve().is_relative_to(folder) for folder in own_outputs):
            continue  # a result of an earlier run
        out = args.out / f"{inside}{FEATURES_ENDING}"
        jobs.append(Job(file, out, args.plot and args.plot / f"{inside}{PLOT_ENDING}"))
    if not jobs:
        raise UsageError(f"{args.input}: there is no file in it")
    existing = [path for job in jobs for path in job[1:] if path is not None and path.exists()]
    if existing and not args.overwrite:
        more = f" (and {len(existing) - 1} more)" if len(existing) > 1 else ""
        raise UsageError(f"{existing[0]}: exists{more}; name another folder, or add --overwrite")
    return jobs


def _check_folders(args):
    """Check the output folders; returns those that lie inside the input folder.

    Raises
    ------
    UsageError
    """
    for option, path, ending in _outputs(args):
        if not path.is_dir() and (path.exists() or path.suffix.lower() == ending):
            raise UsageError(f"{option} {path}: {args.input} is a folder; name a folder for the results")
    top = args.input.resolve()
    folders = [path.resolve() for _, path, _ in _outputs(args)]
    if top in folders:
        raise UsageError(f"{args.input}: holds the input; name another folder for the results")
    return [folder for folder in folders if folder.is_relative_to(top)]
