"""Rows of the benchmarks about the stage: what it costs, whether it stays the same, and what it leaves behind."""

import sys

import numpy as np

from phosphene.engine.gl.context import offscreen_context
from phosphene.engine.visuals.catalogue import DEFAULT_SCENE, SHOW_PASSES
from tests.support.scene_renderer import analysed, music
from tools.bench.render_cost import COUNT as PICTURES
from tools.bench.render_cost import on_card
from tools.bench.row import Row
from tools.bench.stage_peers import bench_projectm, bench_shaderflow, bench_stable
from tools.rig.frame_times import COUNT, scenes, thinking
from tools.rig.gil_hold import holds
from tools.rig.preset_changes import changed
from tools.rig.render_hashes import elsewhere
from tools.rig.soak import seen

SMALL, FULL_HD, UHD = (640, 360), (1920, 1080), (3840, 2160)
SPARE = 4.0  # milliseconds that a card must have left at 60 pictures a second
FRAME = 1000 / 30  # milliseconds


def bench_lock(_, rounds=3):
    """For how long OpenGL keeps the interpreter lock, and what Python takes for a picture, over all scenes."""
    found = {}
    for name in scenes():
        longest = [[times.max() for times in holds(scene=name, count=PICTURES // 2)] for _ in range(rounds)]
        found[name] = 1e3 * np.min(longest, axis=0)
    plain = min(1e3 * holds(plain=True, count=PICTURES // 4)[1].max() for _ in range(rounds))
    for kind, worst in zip(("while another preset comes", "after that"), np.transpose([*found.values()])):
        who = [*found][int(np.argmax(worst))]
        told = f"{worst.max():.2f} ms in {who}, in the quietest of {rounds} runs"
        yield Row(f"lock held by GL, {kind}", told, f"plain moderngl {plain:.1f} ms", "2 ms", worst.max() <= 2)
    frames = analysed(music(COUNT / 30 + 1.0))
    with offscreen_context() as context:
        spent = {name: 1e3 * thinking(context, frames, name, SMALL) for name in scenes()}
    worst = max(spent, key=lambda name: spent[name][1])
    listening, painting = spent[worst]
    beside = f"listening before it {listening:.2f} ms"
    yield Row("Python's part of a picture", f"{painting:.2f} ms in {worst}", beside, "0.5 ms", painting <= 0.5)


def bench_same(_, pictures=60):
    """Pictures of every scene and show pass, in processes of their own and by other numbers of threads."""
    config = pictures, *SMALL
    runs = [elsewhere(*config) for _ in "123"] + [elsewhere(*config, LP_NUM_THREADS=threads) for threads in "012"]
    differ = sorted(name for name in runs[0] if len({run[name] for run in runs}) > 1)
    told = f"{', '.join(differ)} differ" if differ else f"{pictures} of each of {len(runs[0])} are alike"
    yield Row(f"pictures in {len(runs)} runs", told, f"{len({*runs[0].values()})} hashes", "alike", not differ)


def bench_changes(_, count=1000):
    """Changes of preset, as live: cut, faded and wiped."""
    found = changed(count)
    before, after = (sum(found[when].values()) for when in ("before", "after"))
    yield Row(f"{count} changes, in OpenGL", f"{after} objects", f"{before} before", "flat", after == before)
    late, early = found["late"], found["early"]
    told = f"{late:.0f} MB, {late / early:.3f} of that after {count // 5}"
    yield Row(f"{count} changes, in memory", told, f"{early:.0f} MB after {count // 5}", "1.02", late <= 1.02 * early)
    darkest = found["darkest"]
    yield Row(f"{count} changes, the darkest", f"{darkest} of 255 at its brightest", "", "not black", darkest > 16)


def bench_late(_, seconds=60.0):
    """Pictures against audible sound, in a window of an Xvfb: the usual scene alone, and under every show pass."""
    for name, words in {DEFAULT_SCENE: [], f"{DEFAULT_SCENE} under {', '.join(SHOW_PASSES)}": [f"passes=[{', '.join(SHOW_PASSES)}]"]}.items():
        report = seen(seconds, *words)
        late, dropped = report["late_ms"], report["frames_dropped"]
        good = late["p50"] <= FRAME and late["p99"] <= 2 * FRAME
        told = f"median {late['p50']:.1f} ms, 99 % {late['p99']:.1f} ms"
        beside = f"{dropped} of {dropped + report['frames_shown']} refreshes dropped"
        yield Row(f"{name}, late", told, beside, f"{FRAME:.0f} and {2 * FRAME:.0f} ms", good)


def bench_passes(_):
    """What the graphics card takes for each pass, by its own timer: of every scene, and of every show pass on one."""
    wanted = {name: {"scene": name} for name in scenes()} | {name: {"words": [f"passes=[{name}]"]} for name in SHOW_PASSES}
    software = on_card(count=2)[1].software
    for size in (FULL_HD, UHD):
        for name, what in wanted.items():
            times, context = on_card(size=size, count=3 if software else PICTURES, **what)
            whole = 1e3 * sum(times.values())
            told = f"{whole:.2f} ms: " + ", ".join(f"{each} {1e3 * seconds:.2f}" for each, seconds in times.items())
            beside = f"{context.renderer}, OpenGL {context.version}" + ", software: not judged" * software
            good = None if software else whole <= 1e3 / 60 - SPARE
            yield Row(f"{name} at {size[0]}x{size[1]}", told, beside, f"{1e3 / 60 - SPARE:.1f} ms", good)


PARTS = {
    "projectm": bench_projectm,
    "shaderflow": bench_shaderflow,
    "stable": bench_stable,
    "lock": bench_lock,
    "same": bench_same,
    "changes": bench_changes,
    "late": bench_late,
    "passes": bench_passes,
}


def bench_stage(python=sys.executable):
    """All of them; `python` is one that has the peers that are Python's."""
    for part in PARTS.values():
        yield from part(python)
