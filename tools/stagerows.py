"""Rows of the benchmarks about the stage: pictures beside projectM's."""

import tempfile
from pathlib import Path

import numpy as np

from engine.visuals.context import opened
from tests.easel import heard, music
from tools import projectm
from tools.rows import Row
from tools.sitting import COUNT, WARM, scenes, sit

SIZES = (640, 360), (1280, 720)
ROUNDS = 2


def bench_projectm():
    """A picture of every scene against the presets of projectM, by turns."""
    sound = music((WARM + COUNT) / 30 + 1.0)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sound.tofile(folder / "sound.f32")
        if not (program := projectm.build(folder)):
            yield Row("pictures against projectM", "not measured", projectm.GET, "1.0 of its median", False)
            return
        with opened() as context:
            for size in SIZES:
                with projectm.open_projectm(program, size, folder / "sound.f32") as peer:
                    yield from _beside(context, heard(sound), size, peer)


def _beside(context, frames, size, peer):
    presets, there = projectm.chosen()
    names, ours, theirs = scenes(), {}, {}
    for turn in range(ROUNDS * max(len(presets), len(names))):
        preset, name = presets[turn % len(presets)], names[turn % len(names)]
        theirs.setdefault(preset, []).append(projectm.drawn(peer.ask(preset)))
        found = sit(context, frames, name, size)
        ours.setdefault(name, []).append(found)
    seen = [np.concatenate(found) for found in theirs.values() if all(each is not None for each in found)]
    mine = {name: np.concatenate([each.times for each in found]) for name, found in ours.items()}
    (median, spent), (peers, peers_spent) = (_median(found) for found in (mine.values(), seen))
    each = ", ".join(f"{name} {1e3 * np.median(times[:, 0]):.2f}" for name, times in mine.items())
    told = f"{1e3 * median:.2f} ms, {median / peers:.2f} of projectM's (of the processor's time {spent / peers_spent:.2f})"
    beside = f"projectM {1e3 * peers:.2f} ms over {len(seen)} presets of {there}"
    where = f"at {size[0]}x{size[1]}"
    yield Row(f"a picture {where}, median over {len(mine)} scenes", told, beside, "1.0 of it", median <= peers)
    yield Row(f"scene by scene {where}", f"{each} ms", "", "", None)
    tails = {name: min(map(_tail, (each.times for each in found))) for name, found in ours.items()}
    tail, worst = float(np.median(list(tails.values()))), max(tails, key=tails.get)
    told = f"{tail:.2f} of the median, in the median over scenes; {worst} {tails[worst]:.2f}"
    beside = f"projectM {np.median([min(map(_tail, found)) for found in theirs.values() if found[0] is not None]):.2f}"
    yield Row(f"99 % of pictures {where}", told, beside, "2", tail <= 2)


def _median(found):
    """The median over all, of the medians of their seconds; and of the processor's."""
    return np.median([np.median(times, axis=0) for times in found], axis=0)


def _tail(times):
    return float(np.quantile(times[:, 0], 0.99) / np.median(times[:, 0]))
