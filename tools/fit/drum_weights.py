"""What a kick, a snare and a hat look like to the ear: fits the weights in engine/listening/events.py, and tries them.

    python3 tools/drumfit.py

Single drums and pairs, over pads and noise, among what is no drum of ours; half the clips are for the fit, half to try.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from phosphene.engine.listening.analyser import analyse, frames_layout, make_analyser
from phosphene.engine.listening.frame import AT
from phosphene.engine.listening.onsets import DRUM_WEIGHTS, EXCESS_RANGE
from phosphene.engine.rings import allocate
from tools.fit.drum_sounds import RATE, VOICES, add, coloured_noise, pad, plucked
from tools.fit.rhythm_clips import drawn

KINDS = {  # which drums each voice counts as: kick, snare, hat
    "kick": (1, 0, 0),
    "snare": (0, 1, 0),
    "clap": (0, 1, 0),
    "hat": (0, 0, 1),
    "open": (0, 0, 1),
    "ride": (0, 0, 1),
    "shaker": (0, 0, 1),
    "rim": (0, 0, 0),
    "conga": (0, 0, 0),
    "tom": (0, 0, 0),
    "note": (0, 0, 0),
}
LEVEL = {"hat": 0.3, "shaker": 0.25, "open": 0.3, "ride": 0.3, "note": 0.5}
SECONDS, CLIPS = 20.0, 40
NEAR = 0.025  # seconds from a hit to its event
RIDGE = 1e-2


def clip(name):
    """Sound, and its hits: seconds, and a row of KINDS each."""
    rng = drawn(f"drums/{name}")
    out, hits, at = np.zeros((round(SECONDS * RATE), 2)), [], 0.3
    voices = {kind: VOICES[kind](rng) for kind in KINDS if kind in VOICES}
    while at < SECONDS - 0.5:
        kinds = [list(KINDS)[rng.integers(len(KINDS))]]
        if rng.random() < 0.3 and kinds[0] in ("kick", "snare"):
            kinds.append(("hat", "ride", "shaker")[rng.integers(3)])
        for kind in kinds:
            voice = voices[kind] if kind in voices else plucked(rng.uniform(60, 800), 0.3, rng.uniform(400, 3_000))
            loud = LEVEL.get(kind, 0.8) * 10 ** (rng.normal(0, 3) / 20)
            add(out, at, loud * voice / np.abs(voice).max(), 0.5)
        hits.append((at, *np.max([KINDS[kind] for kind in kinds], axis=0)))
        at += rng.uniform(0.15, 0.6)
    if rng.random() < 0.5:
        drone = sum(plucked(rng.uniform(35, 130), SECONDS, 300.0) for _ in range(2))
        add(out, 0.0, rng.uniform(0.1, 0.6) * drone / np.abs(drone).max(), 0.5)
    if rng.random() < 0.6:
        add(out, 0.0, rng.uniform(0.05, 0.5) * pad(rng.uniform(100, 400), SECONDS), 0.5)
    noise_level = 10 ** (rng.uniform(-70, -35) / 20)
    out += noise_level * coloured_noise(("white", "pink")[rng.integers(2)], len(out), rng)[:, None]
    return (out * rng.uniform(0.1, 0.8)).astype(np.float32), np.array(hits)


def observe(sound):
    """Every event: its second, the excess of each group, and what was told of the drums."""
    listener, published, rows = make_analyser(float(RATE)), allocate(frames_layout(1.0)), []
    for start in range(0, len(sound) - listener.hop, listener.hop):
        analyse(listener, sound[start : start + listener.hop], published)
        if listener.record[AT.onset_event]:
            told = listener.record[AT.kick : AT.kick + 3]
            rows.append([start / RATE, *features(listener.events), *told])
    return np.array(rows).reshape(-1, 12)


def features(events):
    return [*np.clip(events.excess, *EXCESS_RANGE), *events.share]


def matched(hits, events):
    """For each event the row of the hit that it is of, -1 for none."""
    hop = 512 / RATE
    free, found = set(range(len(hits))), []
    for at in events[:, 0]:
        near = [index for index in free if -hop - 1e-9 <= at + hop - hits[index, 0] <= NEAR + hop]
        found.append(min(near, key=lambda index: abs(at - hits[index, 0])) if near else -1)
        free -= {found[-1]}
    return np.array(found, int)


def fit(excess, truth):
    """Weights of a logistic regression, by Newton's method; both kinds count alike."""
    x = np.column_stack([np.ones(len(excess)), excess])
    weight = np.where(truth, 0.5 / max(truth.mean(), 1e-9), 0.5 / max(1 - truth.mean(), 1e-9))
    w = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-(x @ w)))
        slope = x.T @ (weight * (p - truth)) + RIDGE * w
        bend = (x * (weight * p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(len(w))
        w -= np.linalg.solve(bend, slope)
    return w


def gather(half):
    rows, truths, hit, missed, false = [], [], 0, 0, 0
    for number in range(CLIPS):
        sound, hits = clip(f"{half}/{number}")
        events = observe(sound)
        found = matched(hits, events)
        hit, missed, false = hit + sum(found >= 0), missed + len(hits) - sum(found >= 0), false + sum(found < 0)
        rows.append(events[found >= 0])
        truths.append(hits[found[found >= 0], 1:])
    return (
        np.concatenate(rows),
        np.concatenate(truths).astype(bool),
        2 * hit / (2 * hit + missed + false),
        (missed, false),
    )


def main():
    seen, truth, f, _ = gather("fit")
    weights = np.array([fit(seen[:, 1:9], truth[:, drum]) for drum in range(3)])
    print(
        np.array2string(
            weights, precision=2, separator=", ", suppress_small=True, floatmode="fixed", max_line_width=120
        )
    )
    seen, truth, f, wrong = gather("try")
    print(f"onsets: F {f:.3f}; missed, false: {wrong}")
    for drum, name in enumerate(("kick", "snare", "hat")):
        for what, w in (("as it is", DRUM_WEIGHTS[drum]), ("as fitted", weights[drum])):
            p = 1 / (1 + np.exp(-(w[0] + seen[:, 1:9] @ w[1:])))
            right, wrong = p[truth[:, drum]] > 0.5, p[~truth[:, drum]] > 0.5
            print(f"{name}, {what}: {right.mean():.3f} found, {wrong.mean():.3f} of others taken for one")


if __name__ == "__main__":
    main()
