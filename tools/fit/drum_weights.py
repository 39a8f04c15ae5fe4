"""Fits the weights of kick, snare and hat in phosphene/engine/listening/onsets.py, and tests them on other clips.

    python3 tools/fit/drum_weights.py

The clips have single drums and pairs over pads and noise, among other sounds. Half of them are fitted to, half tested.
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
from tools.fit.rhythm_clips import random_generator

KINDS = {  # what each voice counts as: kick, snare, hat
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
MAX_DISTANCE = 0.025  # seconds from a hit to its onset
RIDGE = 1e-2


def clip(name):
    """A sound and its hits: (seconds, kick, snare, hat) each."""
    rng = random_generator(f"drums/{name}")
    out, hits, seconds = np.zeros((round(SECONDS * RATE), 2)), [], 0.3
    voices = {kind: VOICES[kind](rng) for kind in KINDS if kind in VOICES}
    while seconds < SECONDS - 0.5:
        kinds = [list(KINDS)[rng.integers(len(KINDS))]]
        if rng.random() < 0.3 and kinds[0] in ("kick", "snare"):
            kinds.append(("hat", "ride", "shaker")[rng.integers(3)])
        for kind in kinds:
            voice = voices[kind] if kind in voices else plucked(rng.uniform(60, 800), 0.3, rng.uniform(400, 3_000))
            gain = LEVEL.get(kind, 0.8) * 10 ** (rng.normal(0, 3) / 20)
            add(out, seconds, gain * voice / np.abs(voice).max(), 0.5)
        hits.append((seconds, *np.max([KINDS[kind] for kind in kinds], axis=0)))
        seconds += rng.uniform(0.15, 0.6)
    if rng.random() < 0.5:
        drone = sum(plucked(rng.uniform(35, 130), SECONDS, 300.0) for _ in range(2))
        add(out, 0.0, rng.uniform(0.1, 0.6) * drone / np.abs(drone).max(), 0.5)
    if rng.random() < 0.6:
        add(out, 0.0, rng.uniform(0.05, 0.5) * pad(rng.uniform(100, 400), SECONDS), 0.5)
    noise_level = 10 ** (rng.uniform(-70, -35) / 20)
    out += noise_level * coloured_noise(("white", "pink")[rng.integers(2)], len(out), rng)[:, None]
    return (out * rng.uniform(0.1, 0.8)).astype(np.float32), np.array(hits)


def find_onsets(sound):
    """Every onset: its seconds, the excess and share of each group, and the probabilities of the drums."""
    analyser, published, rows = make_analyser(float(RATE)), allocate(frames_layout(1.0)), []
    for start in range(0, len(sound) - analyser.hop, analyser.hop):
        analyse(analyser, sound[start : start + analyser.hop], published)
        if analyser.record[AT.onset_event]:
            probabilities = analyser.record[AT.kick : AT.kick + 3]
            rows.append([start / RATE, *features(analyser.onsets), *probabilities])
    return np.array(rows).reshape(-1, 12)


def features(onsets):
    return [*np.clip(onsets.excess, *EXCESS_RANGE), *onsets.shares]


def matched(hits, onsets):
    """The index of each onset's hit, -1 for none."""
    hop = 512 / RATE
    free, matches = set(range(len(hits))), []
    for seconds in onsets[:, 0]:
        candidates = [index for index in free if -hop - 1e-9 <= seconds + hop - hits[index, 0] <= MAX_DISTANCE + hop]
        matches.append(min(candidates, key=lambda index: abs(seconds - hits[index, 0])) if candidates else -1)
        free -= {matches[-1]}
    return np.array(matches, int)


def fit(excess, truth):
    """Weights of a logistic regression by Newton's method; both classes have the same total weight."""
    x = np.column_stack([np.ones(len(excess)), excess])
    weight = np.where(truth, 0.5 / max(truth.mean(), 1e-9), 0.5 / max(1 - truth.mean(), 1e-9))
    w = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-(x @ w)))
        gradient = x.T @ (weight * (p - truth)) + RIDGE * w
        curvature = (x * (weight * p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(len(w))
        w -= np.linalg.solve(curvature, gradient)
    return w


def collect(half):
    """Features and classes of the onsets that have a hit, the F-measure of all onsets, and (missed, false)."""
    rows, truths, hit, missed, false = [], [], 0, 0, 0
    for number in range(CLIPS):
        sound, hits = clip(f"{half}/{number}")
        onsets = find_onsets(sound)
        matches = matched(hits, onsets)
        hit, missed, false = hit + sum(matches >= 0), missed + len(hits) - sum(matches >= 0), false + sum(matches < 0)
        rows.append(onsets[matches >= 0])
        truths.append(hits[matches[matches >= 0], 1:])
    return (
        np.concatenate(rows),
        np.concatenate(truths).astype(bool),
        2 * hit / (2 * hit + missed + false),
        (missed, false),
    )


def main():
    features_of, truth, f_measure, _ = collect("fit")
    weights = np.array([fit(features_of[:, 1:9], truth[:, drum]) for drum in range(3)])
    print(
        np.array2string(
            weights, precision=2, separator=", ", suppress_small=True, floatmode="fixed", max_line_width=120
        )
    )
    features_of, truth, f_measure, wrong = collect("try")
    print(f"onsets: F {f_measure:.3f}; missed, false: {wrong}")
    for drum, name in enumerate(("kick", "snare", "hat")):
        for label, w in (("current weights", DRUM_WEIGHTS[drum]), ("new weights", weights[drum])):
            p = 1 / (1 + np.exp(-(w[0] + features_of[:, 1:9] @ w[1:])))
            right, wrong = p[truth[:, drum]] > 0.5, p[~truth[:, drum]] > 0.5
            print(f"{name}, {label}: {right.mean():.3f} found, {wrong.mean():.3f} of the others mistaken for it")


if __name__ == "__main__":
    main()
