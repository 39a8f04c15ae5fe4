"""evolve: a genome learned from recordings."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from phosphene.engine.cli.argument_types import MAX_SEED, add_overwrite_option, seconds, whole_number
from phosphene.engine.cli.commands.shared import ensure_compiled
from phosphene.engine.common.stop_signal import StopSignal

HELP = "learn a genome from recordings"
EXAMPLE = "phosphene evolve recordings/ --genome-out mine.json --preview-out preview.wav"


def add(parser: ArgumentParser) -> None:
    parser.add_argument("inputs", nargs="+", type=Path, metavar="INPUT", help="sound files, and folders of them")
    parser.add_argument("--genome-out", type=Path, required=True, metavar="FILE", help="the .json to write it to")
    parser.add_argument("--target", type=Path, metavar="FILE", help="a sound that the inputs should come to resemble")
    parser.add_argument(
        "--preview-out", type=Path, metavar="FILE", help="write the first input through it, .wav or .flac"
    )
    parser.add_argument("--metrics-out", type=Path, metavar="FILE", help="write a row per iteration, .json or .csv")
    parser.add_argument(
        "--iterations",
        type=whole_number(1, 100_000),
        default=120,
        metavar="N",
        help="iterations of the search (default 120)",
    )
    parser.add_argument(
        "--gene-len",
        type=whole_number(1, 16),
        default=5,
        metavar="N",
        help="most effects in the genome, 1 to 16 (default 5)",
    )
    parser.add_argument(
        "--seed", type=whole_number(0, MAX_SEED), default=0, metavar="N", help="seed of all random numbers (default 0)"
    )
    parser.add_argument(
        "--max-seconds-per-file",
        type=seconds,
        default=10.0,
        metavar="SECONDS",
        help="seconds used of each file (default 10)",
    )
    parser.add_argument(
        "--max-total-seconds",
        type=seconds,
        default=60.0,
        metavar="SECONDS",
        help="seconds used of all files together (default 60)",
    )
    parser.add_argument(
        "--workers",
        type=whole_number(1, 256),
        metavar="N",
        help="threads that analyse; never changes the result (default one per core)",
    )
    add_overwrite_option(parser)


def run(args: Namespace) -> None:
    """Learn a genome; Ctrl-C ends the search and keeps the best genome so far."""
    stop = StopSignal()
    from phosphene.engine.cli.output import print_line, progress_bar
    from phosphene.engine.offline.learn import LearnOutputs, learn

    outputs = LearnOutputs(args.genome_out, args.preview_out, args.metrics_out)
    outputs.check([*args.inputs, *filter(None, [args.target])], overwrite=args.overwrite)
    ensure_compiled(stop.is_set)
    with progress_bar() as bar:
        task = bar.add_task("listening", total=args.iterations, detail="")

        def on_iteration(row):
            bar.update(task, completed=row.iteration + 1, detail=f"best {row.best:.3f}")

        result = learn(
            args.inputs,
            outputs,
            target=args.target,
            limits=(args.max_seconds_per_file, args.max_total_seconds),
            iterations=args.iterations,
            genes=args.gene_len,
            seed=args.seed,
            workers=args.workers,
            on_iteration=on_iteration,
            should_stop=stop.is_set,
            warn=print_line,
        )
    count = f"{len(result.rows)} iterations" + (", stopped" if len(result.rows) < args.iterations else "")
    ops = ", ".join(op for op, _ in result.genome) or "nothing"
    print_line(f"{args.genome_out}: {ops}; score {result.score:.3f}, untouched {result.untouched:.3f} ({count})")
