"""Benchmark rows of the trajectories, beside an older rule and other controls."""

import tempfile
from pathlib import Path

import numpy as np

from phosphene.engine.listening.frame import AT
from phosphene.engine.modulation.trajectory.anchors import load_anchors
from phosphene.engine.modulation.trajectory.trajectory import TrajectorySpec, advance_trajectory, make_trajectory
from phosphene.engine.modulation.trajectory.wander import smooth_fields
from tools.assets.anchors import RATE, play, records_of, softmax, spread
from tools.bench.row import Row, interleaved

PIECE, OTHER = (7, 112.0, 0.7, 0.5), (8, 97.0, 0.7, 0.5)  # of the synth; the projections were fitted to other pieces
MAX_DELAY = 6  # hops, at most, from an onset to the motion of the latent
HOPS = 1_000  # timed


def travel(records, name="baseline", seed=3):
    """The flattened latents and the weights over a sound's records: (hops, size) and (hops, anchors)."""
    trajectory = make_trajectory(TrajectorySpec(anchors=name), seed, RATE)
    latents, weights = [], []
    for record in records:
        advance_trajectory(trajectory, record)
        latents.append(trajectory.latent.ravel())
        weights.append(trajectory.smoothed[:-1].copy())
    return np.array(latents), np.array(weights)


def travel_by_older_rule(records, name="baseline", seed=3):
    """The same by the older rule, with its time constant in seconds: a mean of anchors, smoothed from zero."""
    rng = np.random.default_rng(seed)
    anchors = load_anchors(name).anchors
    anchors = anchors.reshape(len(anchors), -1)
    rms, onset = 10 ** (records[:, AT.rms_db] / 20), records[:, AT.onset] / records[:, AT.onset].max()
    centroid = np.clip(records[:, AT.centroid] / (RATE / 2), 0, 1)
    timbre = np.tanh(records[:, AT.mfcc : AT.mfcc + 8] / 20)
    features = np.column_stack([rms, centroid, records[:, AT.flatness], onset, timbre])
    matrix = rng.normal(0, 0.5, (len(anchors), features.shape[1]))
    weights = softmax(features @ matrix.T / (1 + 0.5 * rms[:, None]))
    phases, speeds = rng.uniform(0, 2 * np.pi, anchors.shape[1]), rng.uniform(0.05, 0.25, anchors.shape[1])
    seconds = np.diff(records[:, AT.sample], prepend=records[0, AT.sample]) / RATE
    phase = np.cumsum(60 * seconds * (0.4 + 0.5 * centroid))
    wander = np.sin(phases + phase[:, None] * speeds) * (0.22 * (0.25 + 1.35 * rms + 0.3 * onset))[:, None]
    latents, state = [], np.zeros(anchors.shape[1])
    for target, index, duration in zip(weights @ anchors + wander, range(len(records)), [seconds[-1], *seconds[1:]]):
        keep = np.clip(0.82 - 0.35 * rms[index] - 0.25 * onset[index], 0.35, 0.82) ** (60 * duration)
        state = keep * state + (1 - keep) * target
        latents.append(state)
    return np.array(latents), weights


def steps(latents):
    """(hops - 1,): angle in degrees between the latents of two hops."""
    directions = latents / np.linalg.norm(latents, axis=1, keepdims=True)
    return np.degrees(2 * np.arcsin(np.minimum(np.linalg.norm(np.diff(directions, axis=0), axis=1) / 2, 1)))


def onset_correlation(latents, records):
    """Correlation of a latent's speed with onsets, the best of delays below MAX_DELAY hops."""
    speed, onset = steps(latents), records[1:, AT.onset]
    return max(np.corrcoef(speed[delay:], onset[: len(onset) - delay])[0, 1] for delay in range(MAX_DELAY))


def dimensions(latents):
    """Number of directions in which a path varies: the participation ratio of its variances."""
    variances = np.linalg.svd(latents - latents.mean(axis=0), compute_uv=False) ** 2
    return variances.sum() ** 2 / (variances**2).sum() if variances.sum() > 1e-12 else 0.0


def timed(name, records):
    """Seconds per record, without and with computing the latent."""
    trajectory = make_trajectory(TrajectorySpec(anchors=name), 3, RATE)

    def advance():
        for record in records:
            advance_trajectory(trajectory, record)

    def advance_and_read():
        for record in records:
            advance_trajectory(trajectory, record)
            trajectory.latent  # noqa: B018

    seconds = interleaved({"advance": advance, "read": advance_and_read})
    return {name: total / len(records) for name, total in seconds.items()}


def enlarged(folder, shape):
    """Write a file of anchors like the packaged ones, with latents of another shape; return its path."""
    baseline = load_anchors("baseline")
    fields = smooth_fields(np.random.default_rng(1), len(baseline.anchors), shape).reshape(-1, *shape)
    path = Path(folder) / "enlarged.npz"
    meta = np.array(baseline.meta.model_dump_json())
    np.savez(path, **{**baseline._asdict(), "anchors": fields.astype(np.float32), "meta": meta})
    return str(path)


def bench_trajectory():
    """A minute of the synth through the packaged anchors."""
    records, other = records_of(play(*PIECE)), records_of(play(*OTHER))
    (latents, weights), (older, older_weights) = travel(records), travel_by_older_rule(records)
    constant = np.repeat(latents[:1], len(latents), axis=0)

    size, older_size = (np.sqrt((path**2).mean(axis=1)) for path in (latents, older))
    found, comparison = f"{size.min():.6f} to {size.max():.6f}", f"{older_size.min():.2f} to {older_size.max():.2f}"
    good = bool(np.abs(size - 1).max() < 1e-6)
    yield Row("rms of a latent, prior 1", found, f"older rule {comparison}", "1 ± 1e-6", good)

    step = {name: steps(travel(records, name)[0]) for name in ("drift", "baseline", "surge")}
    found = ", ".join(f"{name} {angles.max():.0f}°" for name, angles in step.items())
    good = bool(max(angles.max() for angles in step.values()) < 45)
    yield Row("largest step a hop", found, f"older rule {steps(older)[1:].max():.0f}°", "45°", good)

    noise = np.random.default_rng(2).normal(0, 0.1, (10 * RATE, 2)).astype(np.float32)
    calm, lively = (np.median(steps(path)) for path in (travel(records_of(noise))[0][100:], latents))
    per_second = RATE / np.diff(records[:, AT.sample]).mean()
    found, comparison = f"{lively * per_second:.0f}° a second", f"steady noise {calm * per_second:.0f}°"
    yield Row("speed in music", found, comparison, "5 times", bool(lively > 5 * calm))

    r, r_other = onset_correlation(latents, records), onset_correlation(latents, other)
    r_older = onset_correlation(older[1:], records[1:])
    comparison = f"another piece's onsets {r_other:.2f}, older rule {r_older:.2f}"
    yield Row("speed follows onsets", f"r = {r:.2f}", comparison, "0.4", bool(r > 0.4 and r > 4 * r_other))

    used, older_used = (spread(found.mean(axis=0)) for found in (weights, older_weights))
    at_a_time, older_at_a_time = (spread(found).mean() for found in (weights, older_weights))
    found = f"{used:.1f} of 10, {at_a_time:.1f} at a time"
    comparison = f"random projection {older_used:.1f}, {older_at_a_time:.1f} at a time"
    yield Row("anchors used", found, comparison, "8, under 5 at a time", bool(used > 8 and at_a_time < 5))

    count, older_count = dimensions(latents), dimensions(older)
    comparison = f"older rule {older_count:.1f}, a constant {dimensions(constant):.1f}"
    yield Row("directions travelled", f"{count:.1f}", comparison, "5", bool(count > 5))

    with tempfile.TemporaryDirectory() as folder:
        names = {"(4, 8, 8)": "baseline", "(8, 16, 16)": enlarged(folder, (8, 16, 16))}
        costs = {shape: timed(name, records[:HOPS]) for shape, name in names.items()}
    for shape, cost in costs.items():
        found, comparison = f"{1e6 * cost['advance']:.1f} µs", f"{1e6 * cost['read']:.1f} µs with the latent"
        yield Row(f"a hop, {shape}", found, comparison, "60 µs", cost["read"] < 60e-6)
