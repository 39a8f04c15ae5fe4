"""Rows of the benchmarks about trajectories, beside the first seed's rule and other null controls."""

import tempfile
from pathlib import Path

import numpy as np

from phosphene.engine.listening.frame import AT
from phosphene.engine.modulation.trajectory.anchors import load_anchors
from phosphene.engine.modulation.trajectory.trajectory import TrajectorySpec, advance_trajectory, make_trajectory
from phosphene.engine.modulation.trajectory.wander import smooth_fields
from tools.assets.anchors import RATE, hear, play, softmax, spread
from tools.bench.row import Row, interleaved

PIECE, OTHER = (7, 112.0, 0.7, 0.5), (8, 97.0, 0.7, 0.5)  # of the synth, none that the projections were learnt from
LATE = 6  # hops by which a latent may answer, at most
HOPS = 1_000  # timed


def travel(records, name="baseline", seed=3):
    """The latents, flat, and the weights over a sound's records: (hops, size) and (hops, anchors)."""
    trajectory = make_trajectory(TrajectorySpec(anchors=name), seed, RATE)
    latents, weights = [], []
    for record in records:
        advance_trajectory(trajectory, record)
        latents.append(trajectory.latent.ravel())
        weights.append(trajectory.smoothed[:-1].copy())
    return np.array(latents), np.array(weights)


def travel_as_the_seed(records, name="baseline", seed=3):
    """The same by the first seed's rule, its time constant in seconds: a mean of anchors, smoothed from nothing."""
    rng = np.random.default_rng(seed)
    anchors = load_anchors(name).anchors
    anchors = anchors.reshape(len(anchors), -1)
    rms, onset = 10 ** (records[:, AT.rms_db] / 20), records[:, AT.onset] / records[:, AT.onset].max()
    centroid = np.clip(records[:, AT.centroid] / (RATE / 2), 0, 1)
    timbre = np.tanh(records[:, AT.mfcc : AT.mfcc + 8] / 20)
    features = np.column_stack([rms, centroid, records[:, AT.flatness], onset, timbre])
    matrix = rng.normal(0, 0.5, (len(anchors), features.shape[1]))
    weights = softmax(features @ matrix.T / (1 + 0.5 * rms[:, None]))
    offset, pace = rng.uniform(0, 2 * np.pi, anchors.shape[1]), rng.uniform(0.05, 0.25, anchors.shape[1])
    seconds = np.diff(records[:, AT.sample], prepend=records[0, AT.sample]) / RATE
    phase = np.cumsum(60 * seconds * (0.4 + 0.5 * centroid))
    wander = np.sin(offset + phase[:, None] * pace) * (0.22 * (0.25 + 1.35 * rms + 0.3 * onset))[:, None]
    latents, state = [], np.zeros(anchors.shape[1])
    for aim, at, gap in zip(weights @ anchors + wander, range(len(records)), [seconds[-1], *seconds[1:]]):
        keep = np.clip(0.82 - 0.35 * rms[at] - 0.25 * onset[at], 0.35, 0.82) ** (60 * gap)
        state = keep * state + (1 - keep) * aim
        latents.append(state)
    return np.array(latents), weights


def steps(latents):
    """(hops - 1,): degrees by which a latent turns from one hop to the next."""
    ahead = latents / np.linalg.norm(latents, axis=1, keepdims=True)
    return np.degrees(2 * np.arcsin(np.minimum(np.linalg.norm(np.diff(ahead, axis=0), axis=1) / 2, 1)))


def answers(latents, records):
    """How well the speed of a latent follows onsets: the best correlation within LATE hops."""
    speed, onset = steps(latents), records[1:, AT.onset]
    return max(np.corrcoef(speed[late:], onset[: len(onset) - late])[0, 1] for late in range(LATE))


def dimensions(latents):
    """In how many directions a path spreads: the participation ratio of its variances."""
    variances = np.linalg.svd(latents - latents.mean(axis=0), compute_uv=False) ** 2
    return variances.sum() ** 2 / (variances**2).sum() if variances.sum() > 1e-12 else 0.0


def timed(name, records):
    """Seconds to go on by a record, and the same with the latent."""
    trajectory = make_trajectory(TrajectorySpec(anchors=name), 3, RATE)

    def go():
        for record in records:
            advance_trajectory(trajectory, record)

    def look():
        for record in records:
            advance_trajectory(trajectory, record)
            trajectory.latent  # noqa: B018

    return {what: spent / len(records) for what, spent in interleaved({"go": go, "look": look}).items()}


def enlarged(folder, shape):
    """A file of anchors like the packaged ones, for larger latents."""
    plain = load_anchors("baseline")
    fields = smooth_fields(np.random.default_rng(1), len(plain.anchors), shape).reshape(-1, *shape)
    path = Path(folder) / "enlarged.npz"
    meta = np.array(plain.meta.model_dump_json())
    np.savez(path, **{**plain._asdict(), "anchors": fields.astype(np.float32), "meta": meta})
    return str(path)


def bench_trajectory():
    """A minute of the synth through the packaged anchors."""
    records, other = hear(play(*PIECE)), hear(play(*OTHER))
    (latents, weights), (seeds, theirs) = travel(records), travel_as_the_seed(records)
    still = np.repeat(latents[:1], len(latents), axis=0)

    size, seeds_size = (np.sqrt((path**2).mean(axis=1)) for path in (latents, seeds))
    found, beside = f"{size.min():.6f} to {size.max():.6f}", f"{seeds_size.min():.2f} to {seeds_size.max():.2f}"
    good = bool(np.abs(size - 1).max() < 1e-6)
    yield Row("rms of a latent, prior 1", found, f"first seed's rule {beside}", "1 ± 1e-6", good)

    step = {name: steps(travel(records, name)[0]) for name in ("drift", "baseline", "surge")}
    found = ", ".join(f"{name} {turned.max():.0f}°" for name, turned in step.items())
    good = bool(max(turned.max() for turned in step.values()) < 45)
    yield Row("largest step a hop", found, f"first seed's rule {steps(seeds)[1:].max():.0f}°", "45°", good)

    noise = np.random.default_rng(2).normal(0, 0.1, (10 * RATE, 2)).astype(np.float32)
    calm, lively = (np.median(steps(path)) for path in (travel(hear(noise))[0][100:], latents))
    per_second = RATE / np.diff(records[:, AT.sample]).mean()
    found, beside = f"{lively * per_second:.0f}° a second", f"steady noise {calm * per_second:.0f}°"
    yield Row("speed in music", found, beside, "5 times", bool(lively > 5 * calm))

    ours, null, seed = answers(latents, records), answers(latents, other), answers(seeds[1:], records[1:])
    beside = f"another piece's onsets {null:.2f}, first seed's rule {seed:.2f}"
    yield Row("speed follows onsets", f"r = {ours:.2f}", beside, "0.4", bool(ours > 0.4 and ours > 4 * null))

    used, seeds_used = (spread(found.mean(axis=0)) for found in (weights, theirs))
    moment, seeds_moment = (spread(found).mean() for found in (weights, theirs))
    found, beside = f"{used:.1f} of 10, {moment:.1f} at a time", f"{seeds_used:.1f}, {seeds_moment:.1f} at a time"
    yield Row(
        "anchors used", found, f"random projection {beside}", "8, under 5 at a time", bool(used > 8 and moment < 5)
    )

    ways, seeds_ways = dimensions(latents), dimensions(seeds)
    beside = f"first seed's rule {seeds_ways:.1f}, a constant {dimensions(still):.1f}"
    yield Row("directions travelled", f"{ways:.1f}", beside, "5", bool(ways > 5))

    with tempfile.TemporaryDirectory() as folder:
        names = {"(4, 8, 8)": "baseline", "(8, 16, 16)": enlarged(folder, (8, 16, 16))}
        costs = {shape: timed(name, records[:HOPS]) for shape, name in names.items()}
    for shape, cost in costs.items():
        found, beside = f"{1e6 * cost['go']:.1f} µs", f"{1e6 * cost['look']:.1f} µs with the latent"
        yield Row(f"a hop, {shape}", found, beside, "60 µs", cost["look"] < 60e-6)
