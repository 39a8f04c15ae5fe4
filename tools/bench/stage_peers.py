"""Rows of the benchmarks about the stage beside peers. One that is missing is named, with how to get it."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from phosphene.engine.gl.context import offscreen_context
from phosphene.engine.offline.bounce import FilmSettings
from phosphene.engine.visuals.catalogue import DEFAULT_SCENE
from tests.support.scene_renderer import analysed, music
from tools.bench.film_cost import spent
from tools.bench.render_cost import COUNT as PICTURES
from tools.bench.render_cost import cost
from tools.bench.row import Row
from tools.peers import projectm
from tools.peers.peer_process import Peer, has
from tools.rig.frame_times import COUNT, WARM, scenes, sit

HERE = Path(__file__).parent
HD = (1280, 720)
SIZES = (640, 360), HD
SMOOTHING = "stable/small", "stable/fit", "stable/lines"
GET = "pip install -c constraints.txt -e '.[peers]', or --peers PYTHON"


def bench_projectm(_):
    """A picture of every scene against the presets of projectM, by turns."""
    sound = music((WARM + COUNT) / 30 + 1.0)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sound.tofile(folder / "sound.f32")
        if not (program := projectm.build(folder)):
            yield Row("pictures against projectM", "not measured", projectm.GET, "1.0 of its median", False)
            return
        with offscreen_context() as context:
            for size in SIZES:
                with projectm.open_projectm(program, size, folder / "sound.f32") as peer:
                    yield from _beside(context, analysed(sound), size, peer)


def _beside(context, frames, size, peer, rounds=2):
    presets, there = projectm.chosen()
    names, ours, dressed, theirs = scenes(worth_seeing=True), {}, {}, {}
    for turn in range(rounds * max(len(presets), len(names))):
        preset, name = presets[turn % len(presets)], names[turn % len(names)]
        theirs.setdefault(preset, []).append(projectm.drawn(peer.ask(preset)))
        ours.setdefault(name, []).append(sit(context, frames, name, size, passes=[]))
        dressed.setdefault(name, []).append(sit(context, frames, name, size).times)
    theirs = [found for found in theirs.values() if all(times is not None for times in found)]
    times = {name: [each.times for each in found] for name, found in ours.items()}
    (median, busy), (peers, peers_busy) = _medians(times.values()), _medians(theirs)
    where = f"at {size[0]}x{size[1]}"
    told = f"{1e3 * median:.2f} ms, {median / peers:.2f} of projectM's; of the processor's time {busy / peers_busy:.2f}"
    beside = f"projectM 3.1.12 {1e3 * peers:.2f} ms, {len(theirs)} presets of {there}"
    yield Row(f"a picture {where}, {len(names)} scenes", told, beside, "1.0 of it", median <= peers)
    each, whole = _each(times), _each(dressed)
    dull = [name for name, found in ours.items() if not any(each.light > 1 and each.change > 0.05 for each in found)]
    yield Row(f"each {where}", f"{each} ms", f"shows nothing: {', '.join(dull)}" if dull else "", "", not dull or None)
    yield Row(f"each {where}, as its preset shows it", f"{whole} ms", "", "", None)
    tails = {name: _tail(found) for name, found in times.items()}
    tail, worst = float(np.median([*tails.values()])), max(tails, key=tails.get)
    told = f"{tail:.2f} of the median, over the scenes; {worst} {tails[worst]:.2f}"
    beside = f"projectM {np.median([_tail(found) for found in theirs]):.2f}"
    yield Row(f"99 % of pictures {where}", told, beside, "2", tail <= 2)


def _each(times):
    return ", ".join(f"{name} {1e3 * _medians([found])[0]:.2f}" for name, found in times.items())


def _medians(found):
    """Over all the medians of their seconds; and of the processor's."""
    return np.median([np.median(np.concatenate(times), axis=0) for times in found], axis=0)


def _tail(found):
    """Of the quietest sitting, since a busy machine draws it out."""
    return min(float(np.quantile(times[:, 0], 0.99) / np.median(times[:, 0])) for times in found)


def bench_shaderflow(python, seconds=10.0, rounds=3):
    """A film of a flash at 1280 x 720, x264 veryfast, against ShaderFlow's."""
    name, budget = "film at 1280x720 against ShaderFlow", "1.3 times"
    if not has("shaderflow", python):
        yield Row(name, "not measured", f"{GET}, and apt-get install ffmpeg", budget, False)
        return
    shot, found = FilmSettings(HD, preset="veryfast"), {"ours": [], "tuned": [], "as it is": []}
    with tempfile.TemporaryDirectory() as place:
        words = [python, HERE / "flowfilm.py", Path(place) / "flow.mp4", f"{seconds}", f"{shot.crf}"]
        for _ in range(rounds):
            told = spent("whole", Path(place), shot, "flash", seconds)
            found["ours"].append(told["pictures"] / told["wall"])
            for kind, more in (("tuned", ["tuned"]), ("as it is", [])):
                child = subprocess.run([*words, *more], capture_output=True, text=True, check=True)
                found[kind].append(float(child.stdout.split()[-1]))
    ours, tuned, untuned = (max(speeds) for speeds in found.values())
    told = f"{ours:.0f} pictures a second, {ours / tuned:.2f} times ShaderFlow's"
    yield Row(name, told, f"tuned {tuned:.1f}, as it is {untuned:.1f}", budget, ours >= 1.3 * tuned)


def bench_stable(python, rounds=5):
    """What `stable` smooths colours in, against OpenCV's bilateral filter; and all of it."""
    name, budget = "colours smoothed at 1280x720", "1.5 of it"
    words = ["passes=[stable]"]
    if has("cv2", python):
        with Peer([python, str(HERE / "bilateral.py")]) as peer:
            ours, theirs = [], []
            for _ in range(rounds):
                ours.append(_sum(cost(count=PICTURES // 4, size=HD, words=words), SMOOTHING))
                theirs += peer.ask(f"{HD[0]} {HD[1]}")
        told, beside = f"{1e3 * min(ours):.2f} ms", f"cv2, 8 bits, d=5 {1e3 * min(theirs):.2f} ms"
        ratio = min(ours) / min(theirs)
        yield Row(name, f"{told}, {ratio:.2f} of cv2's", beside, budget, ratio <= 1.5)
    else:
        yield Row(name, "not measured", GET, budget, False)
    both = [(cost(words=words), cost()) for _ in range(rounds)]
    whole, bare = (min(each["picture"] for each in found) for found in zip(*both))
    told, beside = f"{1e3 * (whole - bare):.2f} ms", f"{DEFAULT_SCENE} without it {1e3 * bare:.2f} ms"
    yield Row("stable at 640x360", told, beside, "8 ms", whole - bare <= 8e-3)


def _sum(found, names):
    return sum(found[name] for name in names)
