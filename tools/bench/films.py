"""Rows of the benchmarks about pictures and films."""

import os
import tempfile
from pathlib import Path

from tools.bench.row import Row, best

KINDS = "whole", "rendering", "encoding"  # of tools/bench/film_cost.py


def bench_clicks():
    """Clicks against their flashes at the start of a film and after ten minutes; control: another track's clicks."""
    from tools.rig.av_sync import RATES, click_times, measure

    starts = 0.0, 600.0
    for fps in RATES:
        with tempfile.TemporaryDirectory() as folder:
            found = measure(Path(folder), fps, starts)
        frames, samples = abs(found.frames).max(), abs(found.samples).max()
        chance = abs(found.white - click_times(starts, seed=2)).max() * float(fps)
        begun = max(abs(found.picture), abs(found.sound)) * found.rate
        found_text = f"{frames:.2f} frames; sound {samples:.2f} samples, begins {begun:.2f}"
        good = frames <= 1 and samples <= 0.5 and begun <= 0.5
        yield Row(
            f"clicks at {fps} a second", found_text, f"by chance {chance:.1f} frames", "1 frame; 0.5 samples", good
        )


def bench_scope():
    """A picture of `scope` at 640 x 360 as a bounce renders it, pass by pass."""
    from tools.bench.render_cost import measure_wall_times

    pairs = [(measure_wall_times(), measure_wall_times(scene="flash")) for _ in range(5)]
    found, bare = (min(costs, key=lambda each: each["picture"]) for costs in zip(*pairs))
    whole = 1e3 * found.pop("picture")
    beside = f"flash, a bare scene, {1e3 * bare['picture']:.2f} ms"
    yield Row("scope at 640x360", f"{whole:.2f} ms", beside, "8 ms", whole <= 8)
    passes = ", ".join(f"{name} {1e3 * spent:.2f}" for name, spent in found.items())
    yield Row("scope, stage by stage", f"{passes} ms", "", "", None)


def bench_film(seconds=60.0, rounds=2):
    """A film against its rendering alone and its encoding alone; CPU seconds, wall seconds, memory."""
    from phosphene.engine.offline.bounce import FilmSettings
    from tools.bench.film_cost import measure_cost

    settings, cores = FilmSettings((640, 360)), os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder), settings, "scope"
        measure_cost("ready", *film, seconds)
        found = [{kind: measure_cost(kind, *film, seconds) for kind in KINDS} for _ in range(rounds)]
        short = min(measure_cost("whole", *film, seconds / 6)["memory"] for _ in range(rounds))
    whole, rendering, encoding = (best(each[kind]["cpu"] for each in found) for kind in KINDS)
    ratio = whole / (rendering + encoding)
    beside = f"rendering {rendering:.1f} s, encoding {encoding:.1f} s"
    yield Row("film, CPU", f"{whole:.1f} s, {ratio:.2f} of both alone", beside, "1.1", ratio <= 1.1)
    wall = best(each["whole"]["wall"] for each in found)
    ratio = best(each["whole"]["wall"] / (each["whole"]["cpu"] / cores) for each in found)
    found_text = f"{wall:.1f} s, {ratio:.2f} of its CPU over cores"
    alone = " s, ".join(f"{kind} {best(each[kind]['wall'] for each in found):.1f}" for kind in KINDS[1:])
    yield Row("film, wall", found_text, f"{alone} s", "1.15", ratio <= 1.15)
    long = max(each["whole"]["memory"] for each in found)
    found_text = f"{long >> 20} MiB in {seconds:g} s, {long / short:.3f} of that in {seconds / 6:g} s"
    yield Row("film, memory", found_text, f"{short >> 20} MiB", "1.1", long <= 1.1 * short)


def bench_film720(seconds=10.0, rounds=3):
    """A film of `flash` at 1280 x 720 against the encoding of finished pictures."""
    from phosphene.engine.offline.bounce import FilmSettings
    from tools.bench.film_cost import measure_cost

    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder), FilmSettings((1280, 720), preset="veryfast"), "flash"
        measure_cost("ready", *film, seconds)
        found = [{kind: measure_cost(kind, *film, seconds) for kind in KINDS} for _ in range(rounds)]
    whole, rendering, encoding = (max(each[kind]["pictures"] / each[kind]["wall"] for each in found) for kind in KINDS)
    found_text = f"{whole:.0f} pictures a second, {whole / encoding:.2f} of encoding alone"
    beside = f"encoding {encoding:.0f}, rendering {rendering:.0f}"
    yield Row("film at 1280x720", found_text, beside, "0.9", whole >= 0.9 * encoding)


def bench_killed():
    """A bounce killed in the middle: how many of the encoder's pictures its part file still shows."""
    from phosphene.engine.encode.encoders import KEYFRAME_SECONDS
    from tools.rig.killed_film import kill_bounce

    for count in (150, 300, 450):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
            left, plain = kill_bounce(Path(folder), count), kill_bounce(Path(other), count, plain=True)
        due = left.sent - KEYFRAME_SECONDS * 30
        found_text = f"{left.opened} pictures, {left.opened / due:.2f} of those due"
        good = left.opened >= 0.95 * due and "x.mp4" not in left.names
        yield Row(f"killed after {left.sent} pictures", found_text, f"plain MP4 {plain.opened}", "0.95", good)


def bench_picture():
    """Seconds from the command to the first picture, and from a kill of the visual process to the next one."""
    from tools.rig.first_picture import first_picture
    from tools.rig.first_sound import first_sound
    from tools.rig.screen import VirtualScreen
    from tools.rig.sound_server import SoundServer

    server, screen = SoundServer(), VirtualScreen()
    server.start()
    try:
        with server.record("speaker"):
            first_picture(server, screen)  # may compile
            found = [(*first_picture(server, screen), first_sound(server)) for _ in range(5)]
    finally:
        server.remove()
        screen.remove()
    first, again, sound = map(best, zip(*found))
    yield Row("second start to first picture", f"{first:.2f} s", f"first sound {sound:.2f} s", "3 s", first <= 3)
    yield Row("killed, to the next picture", f"{again:.2f} s", f"from the command {first:.2f} s", "2 s", again <= 2)
