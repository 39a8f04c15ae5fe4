"""Benchmarks: each row against its budget or its peer, measured side by side in one run.

    python3 tools/bench.py [ROW ...] [--json] [--minutes N] [--peers PYTHON]

Times are best of many, interleaved; a shared machine is noisy, so only ratios are to be quoted.
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
    """The native callback against the same kernels called from a Python callback, paced alike."""
    from tools.rig.callback_lateness import measure

    found = measure()
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
    from tools.peers.c_ring import build, through_c, through_ours

    count = 100_000
    functions = {"ours": lambda: through_ours(count)}
    if library := build():
        functions["c"] = lambda: through_c(library, count)
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
        from engine.audio.sources import open_source
        from engine.bounce.bounce import Material, bounce
        from engine.presets import load_preset
        preset, _ = load_preset()
        for seconds in (1.0, 60.0):
            material = Material(open_source("synth", None, preset), "synth", preset, seconds=seconds)
            begun = time.perf_counter()
            bounce(material, [Path(sys.argv[1])], overwrite=True, threads=False)
            spent = time.perf_counter() - begun
        print(60.0 / spent)
    """
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-c", code, str(Path(folder) / "a.wav")]
        speeds = [
            float(subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout) for _ in "123"
        ]
    yield Row("bounce of the synth, one core", f"{max(speeds):.0f} times real time", "", "50", max(speeds) >= 50)


def bench_start():
    """From the command to the first block of sound, with everything compiled; and what the wrapper adds."""
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
    run = dict(cwd=ROOT, capture_output=True, check=False)
    python = ROOT / ".venv" / "bin" / "python"
    if (ROOT / ".venv" / "bin" / "phosphene").exists():
        times = interleaved(
            {
                "wrapped": lambda: subprocess.run([*START, "check", "--help"], **run),
                "bare": lambda: subprocess.run([str(python), "-m", "phosphene", "check", "--help"], **run),
            },
            rounds=7,
        )
        added = times["wrapped"] - times["bare"]
        yield Row("what start.py adds", f"{added:.2f} s", f"bare {times['bare']:.2f} s", "0.3 s", added <= 0.3)


def bench_live(minutes=10.0):
    """Live on a null sink, 256 frames at 48 kHz, a Python thread spinning inside; without and with the picture.

    A silent session beside each tells what the machine alone does to it.
    """
    from tools.rig.soak import soak

    found = soak(60 * minutes)

    def total(kind, what, who=None):
        return sum(reports[who or kind][what] for reports in found[kind])

    def told(kind):
        worst = max(reports[kind]["callback_worst_us"] for reports in found[kind])
        return f"{total(kind, 'underflows')} underflows in {total(kind, 'callbacks')} callbacks, worst {worst:.0f} µs"

    ours, control = total("spinning", "underflows"), total("spinning", "underflows", "silent")
    name = f"live for {minutes:g} minutes"
    yield Row(name, told("spinning"), f"silent control {control} underflows", "none of ours", ours <= control)
    control = total("painting", "underflows", "silent")
    beside = f"without it {ours}; silent control {control} underflows"
    yield Row(f"{name}, painting", told("painting"), beside, "no more", total("painting", "underflows") <= ours)
    shown, dropped = total("painting", "frames_shown"), total("painting", "frames_dropped")
    share = dropped / (shown + dropped)
    yield Row("pictures dropped", f"{100 * share:.2f} %", f"{shown} shown", "1 %", share < 0.01)
    late = [max(reports["painting"]["late_ms"][which] for reports in found["painting"]) for which in ("p50", "p99")]
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
PARTS = {f"stage.{name}": part for name, part in stage.PARTS.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known = ROWS | PARTS
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(known)}; all where none is named")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--minutes", type=float, default=10.0, help="length of the live row (10)")
    parser.add_argument("--peers", metavar="PYTHON", default=sys.executable, help="one that has the stage's (this one)")
    asked = parser.parse_args()
    if wrong := set(asked.rows) - known.keys():
        parser.error(f"no row {', '.join(sorted(wrong))} (has {', '.join(known)})")
    os.chdir(ROOT)
    for name in asked.rows or ROWS:
        words = [asked.minutes] if name == "live" else [asked.peers] if name.startswith("stage") else []
        for row in known[name](*words):
            print(json.dumps(row._asdict()) if asked.json else " | ".join((*row[:4], VERDICTS[row.good])), flush=True)


if __name__ == "__main__":
    main()
