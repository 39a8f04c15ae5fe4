"""Rows of the benchmarks about the stage: costs, reproducible pictures, leaks and lateness."""

import sys

import numpy as np

from phosphene.engine.gl.context import offscreen_context
from phosphene.engine.visuals.catalogue import DEFAULT_SCENE, SHOW_PASSES
from tests.support.scene_renderer import analysed, music
from tools.bench.render_cost import FRAME_COUNT as PICTURES
from tools.bench.render_cost import measure_gpu_times
from tools.bench.row import Row
from tools.bench.stage_peers import bench_projectm, bench_shaderflow, bench_stable
from tools.rig.frame_times import FRAME_COUNT, list_scenes, measure_python_time
from tools.rig.gil_hold import measure_lock_holds
from tools.rig.preset_changes import change_presets_in_child
from tools.rig.render_hashes import hash_pictures_in_child
from tools.rig.soak import run_with_picture

SMALL, FULL_HD, UHD = (640, 360), (1920, 1080), (3840, 2160)
SPARE_MS = 4.0  # milliseconds that a graphics card must have left at 60 pictures a second
FRAME_MS = 1000 / 30  # milliseconds of a frame


def bench_lock(_, rounds=3):
    """How long OpenGL holds the interpreter lock, and the Python time of a picture, over all scenes."""
    found = {}
    for name in list_scenes():
        longest = [
            [times.max() for times in measure_lock_holds(scene=name, count=PICTURES // 2)] for _ in range(rounds)
        ]
        found[name] = 1e3 * np.min(longest, axis=0)
    plain = min(1e3 * measure_lock_holds(plain=True, count=PICTURES // 4)[1].max() for _ in range(rounds))
    for kind, worst in zip(("while another preset comes", "after that"), np.transpose([*found.values()])):
        scene = [*found][int(np.argmax(worst))]
        found_text = f"{worst.max():.2f} ms in {scene}, in the quietest of {rounds} runs"
        yield Row(f"lock held by GL, {kind}", found_text, f"plain moderngl {plain:.1f} ms", "2 ms", worst.max() <= 2)
    frames = analysed(music(FRAME_COUNT / 30 + 1.0))
    with offscreen_context() as context:
        spent = {name: 1e3 * measure_python_time(context, frames, name, SMALL) for name in list_scenes()}
    worst = max(spent, key=lambda name: spent[name][1])
    reading, rendering = spent[worst]
    beside = f"reading features before it {reading:.2f} ms"
    yield Row("Python's part of a picture", f"{rendering:.2f} ms in {worst}", beside, "0.5 ms", rendering <= 0.5)


def bench_same(_, pictures=60):
    """Pictures of every scene and show pass, in separate processes and with different numbers of threads."""
    config = pictures, *SMALL
    runs = [hash_pictures_in_child(*config) for _ in "123"] + [
        hash_pictures_in_child(*config, LP_NUM_THREADS=threads) for threads in "012"
    ]
    differ = sorted(name for name in runs[0] if len({run[name] for run in runs}) > 1)
    found_text = f"{', '.join(differ)} differ" if differ else f"{pictures} of each of {len(runs[0])} are equal"
    yield Row(f"pictures in {len(runs)} runs", found_text, f"{len({*runs[0].values()})} hashes", "equal", not differ)


def bench_changes(_, count=1000):
    """Changes of preset as in a live session: cut, faded and wiped."""
    found = change_presets_in_child(count)
    before, after = (sum(found[when].values()) for when in ("before", "after"))
    yield Row(f"{count} changes, in OpenGL", f"{after} objects", f"{before} before", "flat", after == before)
    late, early = found["late"], found["early"]
    found_text = f"{late:.0f} MB, {late / early:.3f} of that after {count // 5}"
    yield Row(
        f"{count} changes, in memory", found_text, f"{early:.0f} MB after {count // 5}", "1.02", late <= 1.02 * early
    )
    darkest = found["darkest"]
    yield Row(f"{count} changes, the darkest", f"{darkest} of 255 at its brightest", "", "not black", darkest > 16)


def bench_late(_, seconds=60.0):
    """Pictures against audible sound, in a window of an Xvfb: the default scene alone, and under all show passes."""
    passes = ", ".join(SHOW_PASSES)
    for name, changes in {DEFAULT_SCENE: [], f"{DEFAULT_SCENE} under {passes}": [f"passes=[{passes}]"]}.items():
        report = run_with_picture(seconds, *changes)
        late, dropped = report["late_ms"], report["frames_dropped"]
        good = late["p50"] <= FRAME_MS and late["p99"] <= 2 * FRAME_MS
        found_text = f"median {late['p50']:.1f} ms, 99 % {late['p99']:.1f} ms"
        beside = f"{dropped} of {dropped + report['frames_shown']} refreshes dropped"
        yield Row(f"{name}, late", found_text, beside, f"{FRAME_MS:.0f} and {2 * FRAME_MS:.0f} ms", good)


def bench_passes(_):
    """GPU time of each pass, by the card's own timer: of every scene, and of every show pass on the default one."""
    wanted = {name: {"scene": name} for name in list_scenes()} | {
        name: {"changes": [f"passes=[{name}]"]} for name in SHOW_PASSES
    }
    software = measure_gpu_times(count=2)[1].software
    for size in (FULL_HD, UHD):
        for name, options in wanted.items():
            times, context = measure_gpu_times(size=size, count=3 if software else PICTURES, **options)
            whole = 1e3 * sum(times.values())
            found_text = f"{whole:.2f} ms: " + ", ".join(
                f"{each} {1e3 * seconds:.2f}" for each, seconds in times.items()
            )
            beside = f"{context.renderer}, OpenGL {context.version}" + ", software: not judged" * software
            good = None if software else whole <= 1e3 / 60 - SPARE_MS
            yield Row(f"{name} at {size[0]}x{size[1]}", found_text, beside, f"{1e3 / 60 - SPARE_MS:.1f} ms", good)


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
    """All rows of the stage; `python` is an interpreter that has the Python peers."""
    for part in PARTS.values():
        yield from part(python)
