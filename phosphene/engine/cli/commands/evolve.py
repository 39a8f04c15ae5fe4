"""evolve: a genome learnt from recordings."""

from phosphene.engine.cli.commands.shared import warm_up
from phosphene.engine.common.stop_signal import StopSignal


def run(asked):
    """A genome learnt from recordings."""
    stopped = StopSignal()
    from phosphene.engine.cli.output import print_line, progress_bar
    from phosphene.engine.offline.learn import LearnOutputs, learn

    outs = LearnOutputs(asked.genome_out, asked.preview_out, asked.metrics_out)
    outs.claim(overwrite=asked.overwrite)
    warm_up(stopped.is_set)
    with progress_bar() as bar:
        task = bar.add_task("listening", total=asked.iterations, detail="")

        def told(row):
            bar.update(task, completed=row.iteration + 1, detail=f"best {row.best:.3f}")

        result = learn(
            asked.inputs,
            outs,
            target=asked.target,
            limits=(asked.max_seconds_per_file, asked.max_total_seconds),
            iterations=asked.iterations,
            genes=asked.gene_len,
            seed=asked.seed,
            workers=asked.workers,
            told=told,
            stopped=stopped.is_set,
            remark=print_line,
        )
    tried = f"{len(result.rows)} iterations" + (", stopped" if len(result.rows) < asked.iterations else "")
    ops = ", ".join(op for op, _ in result.genome) or "nothing"
    print_line(f"{asked.genome_out}: {ops}; score {result.score:.3f}, untouched {result.untouched:.3f} ({tried})")
