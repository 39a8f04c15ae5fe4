"""Rows of the benchmarks that compare the stage with peers. A row for a missing peer says how to install it."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from phosphene.engine.gl.context import offscreen_context
from phosphene.engine.offline.bounce import FilmSettings
from phosphene.engine.visuals.catalogue import DEFAULT_SCENE
from tests.support.scene_renderer import analysed, music
from tools.bench.film_cost import measure_cost
from tools.bench.render_cost import FRAME_COUNT as PICTURES
from tools.bench.render_cost import measure_wall_times
from tools.bench.row import Row
from tools.peers import projectm
from tools.peers.peer_process import PeerProcess, has_package
from tools.rig.frame_times import FRAME_COUNT, WARM_UP_FRAMES, list_scenes, measure_scene

PEERS = Path(__file__).resolve().parents[1] / "peers"
HD = (1280, 720)
SIZES = (640, 360), HD
SMOOTHING = "stable/small", "stable/fit", "stable/lines"
HOW_TO_GET = "pip install -c constraints.txt -e '.[peers]', or --peers PYTHON"


def bench_projectm(_):
    """A picture of every scene against the presets of projectM, in turns."""
    sound = music((WARM_UP_FRAMES + FRAME_COUNT) / 30 + 1.0)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sound.tofile(folder / "sound.f32")
        if not (program := projectm.build(folder)):
            yield Row("pictures against projectM", "not measured", projectm.HOW_TO_GET, "1.0 of its median", False)
            return
        with offscreen_context() as context:
            for size in SIZES:
                with projectm.open_projectm(program, size, folder / "sound.f32") as peer:
                    yield from _compare_with_projectm(context, analysed(sound), size, peer)


def _compare_with_projectm(context, frames, size, peer, rounds=2):
    presets, total = projectm.choose_presets()
    names, ours, with_passes, theirs = list_scenes(presentable=True), {}, {}, {}
    for turn in range(rounds * max(len(presets), len(names))):
        preset, name = presets[turn % len(presets)], names[turn % len(names)]
        theirs.setdefault(preset, []).append(projectm.parse_times(peer.request(preset)))
        ours.setdefault(name, []).append(measure_scene(context, frames, name, size, passes=[]))
        with_passes.setdefault(name, []).append(measure_scene(context, frames, name, size).times)
    theirs = [found for found in theirs.values() if all(times is not None for times in found)]
    times = {name: [each.times for each in found] for name, found in ours.items()}
    (median, busy), (peers, peers_busy) = _medians(times.values()), _medians(theirs)
    where = f"at {size[0]}x{size[1]}"
    found_text = (
        f"{1e3 * median:.2f} ms, {median / peers:.2f} of projectM's; of the processor's time {busy / peers_busy:.2f}"
    )
    beside = f"projectM 3.1.12 {1e3 * peers:.2f} ms, {len(theirs)} presets of {total}"
    yield Row(f"a picture {where}, {len(names)} scenes", found_text, beside, "1.0 of it", median <= peers)
    medians, full_medians = _medians_text(times), _medians_text(with_passes)
    empty = [name for name, found in ours.items() if not any(each.light > 1 and each.change > 0.05 for each in found)]
    yield Row(
        f"each {where}", f"{medians} ms", f"shows nothing: {', '.join(empty)}" if empty else "", "", not empty or None
    )
    yield Row(f"each {where}, as its preset shows it", f"{full_medians} ms", "", "", None)
    tails = {name: _tail_ratio(found) for name, found in times.items()}
    tail, worst = float(np.median([*tails.values()])), max(tails, key=tails.get)
    found_text = f"{tail:.2f} of the median, over the scenes; {worst} {tails[worst]:.2f}"
    beside = f"projectM {np.median([_tail_ratio(found) for found in theirs]):.2f}"
    yield Row(f"99 % of pictures {where}", found_text, beside, "2", tail <= 2)


def _medians_text(times):
    """The median milliseconds of each scene, as a list in words."""
    return ", ".join(f"{name} {1e3 * _medians([found])[0]:.2f}" for name, found in times.items())


def _medians(found):
    """(seconds, processor seconds): the median over the medians of all scenes or presets."""
    return np.median([np.median(np.concatenate(times), axis=0) for times in found], axis=0)


def _tail_ratio(found):
    """99th percentile over median, of the quietest run, because a busy machine makes the tail longer."""
    return min(float(np.quantile(times[:, 0], 0.99) / np.median(times[:, 0])) for times in found)


def bench_shaderflow(python, seconds=10.0, rounds=3):
    """A film of a flash at 1280 x 720, x264 veryfast, against ShaderFlow's."""
    name, budget = "film at 1280x720 against ShaderFlow", "1.3 times"
    if not has_package("shaderflow", python):
        yield Row(name, "not measured", f"{HOW_TO_GET}, and apt-get install ffmpeg", budget, False)
        return
    settings, found = FilmSettings(HD, preset="veryfast"), {"ours": [], "tuned": [], "as it is": []}
    with tempfile.TemporaryDirectory() as place:
        command = [python, PEERS / "shaderflow_film.py", Path(place) / "flow.mp4", f"{seconds}", f"{settings.crf}"]
        for _ in range(rounds):
            cost = measure_cost("whole", Path(place), settings, "flash", seconds)
            found["ours"].append(cost["pictures"] / cost["wall"])
            for kind, options in (("tuned", ["tuned"]), ("as it is", [])):
                child = subprocess.run([*command, *options], capture_output=True, text=True, check=True)
                found[kind].append(float(child.stdout.split()[-1]))
    ours, tuned, untuned = (max(speeds) for speeds in found.values())
    found_text = f"{ours:.0f} pictures a second, {ours / tuned:.2f} times ShaderFlow's"
    yield Row(name, found_text, f"tuned {tuned:.1f}, as it is {untuned:.1f}", budget, ours >= 1.3 * tuned)


def bench_stable(python, rounds=5):
    """The colour smoothing of `stable` against OpenCV's bilateral filter; and the whole pass."""
    name, budget = "colours smoothed at 1280x720", "1.5 of it"
    changes = ["passes=[stable]"]
    if has_package("cv2", python):
        with PeerProcess([python, str(PEERS / "opencv_bilateral.py")]) as peer:
            ours, theirs = [], []
            for _ in range(rounds):
                ours.append(_sum(measure_wall_times(count=PICTURES // 4, size=HD, changes=changes), SMOOTHING))
                theirs += peer.request(f"{HD[0]} {HD[1]}")
        found_text, beside = f"{1e3 * min(ours):.2f} ms", f"cv2, 8 bits, d=5 {1e3 * min(theirs):.2f} ms"
        ratio = min(ours) / min(theirs)
        yield Row(name, f"{found_text}, {ratio:.2f} of cv2's", beside, budget, ratio <= 1.5)
    else:
        yield Row(name, "not measured", HOW_TO_GET, budget, False)
    both = [(measure_wall_times(changes=changes), measure_wall_times()) for _ in range(rounds)]
    whole, bare = (min(each["picture"] for each in found) for found in zip(*both))
    found_text, beside = f"{1e3 * (whole - bare):.2f} ms", f"{DEFAULT_SCENE} without it {1e3 * bare:.2f} ms"
    yield Row("stable at 640x360", found_text, beside, "8 ms", whole - bare <= 8e-3)


def _sum(found, names):
    return sum(found[name] for name in names)
