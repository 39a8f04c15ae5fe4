"""Benchmarks: each row against its budget or its peer, measured side by side in one run.

    python3 tools/bench.py [ROW ...] [--json] [--minutes N] [--peers PYTHON]

Each time is the best of many, measured in turns. A shared machine is noisy, so quote only ratios.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.bench import effects, evolution, films, listening, rhythm, stage, trajectories
from tools.bench.row import Row, best, interleaved

ROOT = Path(__file__).resolve().parents[2]
START = [sys.executable, str(ROOT / "tools" / "start.py")]
PHOSPHENE = [sys.executable, "-m", "phosphene"]
VERDICTS = {True: "good", False: "missed", None: "not judged"}


def bench_callback():
    """The native callback against the same kernels called from a Python callback at the same pace."""
    from tools.rig.callback_lateness import measure_callbacks

    found = measure_callbacks()
    cost = found["native"]["cost"] / found["python"]["cost"]
    yield Row(
        "callback cost, native",
        f"{1e6 * found['native']['cost']:.2f} µs",
        f"in Python {1e6 * found['python']['cost']:.2f} µs",
        "1/8 of it",
        cost <= 1 / 8,
    )
    for load in ("idle", "spinning"):
        native, python = found["native"][load], found["python"][load]
        yield Row(
            f"callback lateness, {load}",
            f"median {1e3 * native:.3f} ms",
            f"in Python {1e3 * python:.3f} ms",
            "1/30 of it" if load == "spinning" else "no worse",
            native <= python / 30 if load == "spinning" else native <= 1.5 * python,
        )


def bench_ring():
    """A 256-frame stereo block through a ring, against the same ring in C."""
    from tools.peers.c_ring import build, run_c, run_native

    count = 100_000
    functions = {"ours": lambda: run_native(count)}
    if library := build():
        functions["c"] = lambda: run_c(library, count)
    times = {name: found / count for name, found in interleaved(functions).items()}
    yield Row("ring, push and pull", f"{1e9 * times['ours']:.0f} ns", "", "1000 ns", times["ours"] <= 1e-6)
    if "c" in times:
        speed = times["c"] / times["ours"]
        beside = f"C {1e9 * times['c']:.0f} ns"
        yield Row("ring against C", f"{speed:.2f} of its speed", beside, "0.9", speed >= 0.9)
    else:
        yield Row("ring against C", "not measured", "no C compiler here", "0.9", False)


def bench_bounce():
    """The synth through the whole graph into a 24-bit WAV, pinned to one core."""
    code = """if True:
        import os, sys, time
        if hasattr(os, "sched_setaffinity"): os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        from pathlib import Path
        from phosphene.engine.audio.sources.base import open_source
        from phosphene.engine.offline.bounce import BounceInput, bounce
        from phosphene.engine.presets.load import load_preset
        preset, _ = load_preset()
        for seconds in (1.0, 60.0):
            source = BounceInput(open_source("synth", None, preset), "synth", preset, seconds=seconds)
            begun = time.perf_counter()
            bounce(source, [Path(sys.argv[1])], overwrite=True, threads=False)
            spent = time.perf_counter() - begun
        print(60.0 / spent)
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", code, str(Path(folder) / "a.wav")]

        def speed():
            return float(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)

        speeds = [speed() for _ in range(3)]
    yield Row("bounce of the synth, one core", f"{max(speeds):.0f} times real time", "", "50", max(speeds) >= 50)


def bench_start():
    """Seconds from the command to the first block of sound, with everything compiled; and what start.py adds."""
    from tools.rig.first_sound import first_sound
    from tools.rig.sound_server import SoundServer

    server = SoundServer()
    server.start()
    try:
        with server.record("speaker"):
            first_sound(server)  # may compile
            found = best(first_sound(server) for _ in range(5))
    finally:
        server.remove()
    yield Row("second start to first sound", f"{found:.2f} s", "", "2 s", found <= 2)

    def run(command):
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False)

    python = ROOT / ".venv" / "bin" / "python"
    if (ROOT / ".venv" / "bin" / "phosphene").exists():
        times = interleaved(
            {
                "wrapped": lambda: run([*START, "check", "--help"]),
                "bare": lambda: run([str(python), "-m", "phosphene", "check", "--help"]),
            },
            rounds=7,
        )
        added = times["wrapped"] - times["bare"]
        yield Row("what start.py adds", f"{added:.2f} s", f"bare {times['bare']:.2f} s", "0.3 s", added <= 0.3)


def bench_live(minutes=10.0):
    """A live session on a null sink, 256 frames at 48 kHz, with a spinning Python thread; without and with the picture.

    A silent session runs beside each, as a control: its underflows are the machine's.
    """
    from tools.rig.soak import soak

    found = soak(60 * minutes)

    def total(kind, key, session=None):
        return sum(reports[session or kind][key] for reports in found[kind])

    def describe(kind):
        worst = max(reports[kind]["callback_worst_us"] for reports in found[kind])
        return f"{total(kind, 'underflows')} underflows in {total(kind, 'callbacks')} callbacks, worst {worst:.0f} µs"

    ours, control = total("spinning", "underflows"), total("spinning", "underflows", "silent")
    name = f"live for {minutes:g} minutes"
    yield Row(name, describe("spinning"), f"silent control {control} underflows", "none of ours", ours <= control)
    control = total("painting", "underflows", "silent")
    beside = f"without it {ours}; silent control {control} underflows"
    yield Row(f"{name}, painting", describe("painting"), beside, "no more", total("painting", "underflows") <= ours)
    shown, dropped = total("painting", "frames_shown"), total("painting", "frames_dropped")
    share = dropped / (shown + dropped)
    yield Row("pictures dropped", f"{100 * share:.2f} %", f"{shown} shown", "1 %", share < 0.01)
    late = [
        max(reports["painting"]["late_ms"][percentile] for reports in found["painting"])
        for percentile in ("p50", "p99")
    ]
    good = late[0] <= 1000 / 30 and late[1] <= 2000 / 30
    yield Row("pictures late", "median {:.1f} ms, 99 % {:.1f} ms".format(*late), "", "33 and 67 ms", good)


ROWS = {
    "callback": bench_callback,
    "ring": bench_ring,
    "bounce": bench_bounce,
    "effects": effects.bench_effects,
    "evolve": evolution.bench_evolve,
    "listening": lambda: chain(listening.bench_listening(), rhythm.bench_rhythm()),
    "trajectory": trajectories.bench_trajectory,
    "rhythm": rhythm.bench_rhythm,
    "start": bench_start,
    "live": bench_live,
    "clicks": films.bench_clicks,
    "scope": films.bench_scope,
    "film": films.bench_film,
    "film720": films.bench_film720,
    "killed": films.bench_killed,
    "picture": films.bench_picture,
    "stage": stage.bench_stage,
}
STAGE_ROWS = {f"stage.{name}": part for name, part in stage.PARTS.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known = ROWS | STAGE_ROWS
    parser.add_argument(
        "rows",
        nargs="*",
        metavar="ROW",
        help=f"rows to run, of {', '.join(known)} (default: all but the parts of stage)",
    )
    parser.add_argument("--json", action="store_true", help="print each row as a line of JSON")
    parser.add_argument("--minutes", type=float, metavar="N", default=10.0, help="length of the row live (default 10)")
    parser.add_argument(
        "--peers",
        metavar="PYTHON",
        default=sys.executable,
        help="a Python that has the peers of the stage rows (default: this one)",
    )
    args = parser.parse_args()
    if wrong := set(args.rows) - known.keys():
        parser.error(f"unknown row {', '.join(sorted(wrong))} (rows: {', '.join(known)})")
    os.chdir(ROOT)
    for name in args.rows or ROWS:
        options = [args.minutes] if name == "live" else [args.peers] if name.startswith("stage") else []
        for row in known[name](*options):
            print(json.dumps(row._asdict()) if args.json else " | ".join((*row[:4], VERDICTS[row.good])), flush=True)


if __name__ == "__main__":
    main()
