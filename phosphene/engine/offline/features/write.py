"""Analyses a sound file and writes its features as arrays."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from phosphene.engine.common.atomic_files import write_atomically
from phosphene.engine.listening.frame import MIN_DECIBELS
from phosphene.engine.listening.offline import analyse_blocks
from phosphene.engine.offline.features import npz
from phosphene.engine.offline.features.cache import FeatureCache
from phosphene.engine.offline.features.columns import BEAT_COLUMN, COLUMNS, BeatFinder, column_rows, metadata_json
from phosphene.engine.offline.features.decode import DecodedFile

MIN_TEMPO_CONFIDENCE = 0.5  # of the frames whose tempo counts in the summary
KINDS = {name: (column.dtype, column.shape) for name, column in (COLUMNS | BEAT_COLUMN).items()}


def write_features(
    path: Path,
    out: Path,
    *,
    plot: Path | None = None,
    tempo: str = "lookahead",
    cache: FeatureCache | None = None,
    on_progress: Callable[[DecodedFile], None] = lambda decoded: None,
) -> dict[str, Any]:
    """Analyse a file and write its arrays.

    Parameters
    ----------
    path, out : Path
        Any file that FFmpeg reads; an .npz.
    plot : Path, optional
        A .png for a plot of all arrays.
    tempo : str
        "lookahead" uses what follows; "causal" uses only what came before, as a live session does.
    cache : FeatureCache, optional
        Searched for the result first; a new result is stored in it.
    on_progress : callable(DecodedFile)
        Called now and then; it may raise to cancel.

    Returns
    -------
    dict
        A summary, ready for JSON.

    Raises
    ------
    UsageError, PhospheneError
        No file is left behind.
    """
    decoded, cached = DecodedFile(path, on_progress), False
    outputs = [output for output in (out, plot) if output]
    with write_atomically(*outputs) as (part, *plot_parts):
        for output in outputs:
            output.parent.mkdir(parents=True, exist_ok=True)
        if cache:
            cached = cache.load(metadata_json(decoded.read_to_end(), tempo), part)
        if not cached:
            _analyse(decoded, part, tempo)
            if cache:
                cache.store(metadata_json(decoded, tempo), part)
        if plot:
            from phosphene.engine.offline.features.plot import plot_features

            plot_features(part, plot_parts[0], decoded.outline, path.name)
        summary = summarise(part)
    places = {"path": str(path), "archive": str(out), "plot": str(plot) if plot else None}
    return {**places, "cached": cached, **summary, "remarks": list(decoded.warnings)}


def _analyse(decoded, part, tempo):
    """Run the analyser over a file and write the arrays."""
    beats = BeatFinder()
    with npz.NpzWriter(part.parent, KINDS) as arrays:
        for records in analyse_blocks(decoded, decoded.rate, lookahead=tempo == "lookahead"):
            for name in COLUMNS:
                arrays.append(name, column_rows(name, records, decoded.rate))
            times = beats.find(records["sample"] / decoded.rate, records["beat"], records["confidence"])
            arrays.append("beats", times)
        arrays.write(part, metadata_json(decoded, tempo))


def summarise(path: Path) -> dict[str, Any]:
    """The summary of a feature file, as a dict ready for JSON."""
    metadata = npz.read_metadata(path)
    confidence, loudness = npz.read_array(path, "confidence"), npz.read_array(path, "loudness")
    confident, audible = confidence >= MIN_TEMPO_CONFIDENCE, npz.read_array(path, "silence") < 0.5
    summary = {
        **{name: metadata[name] for name in ("seconds", "rate", "channels")},
        "frames": len(confidence),
        "tempo": float(np.median(npz.read_array(path, "tempo")[confident])) if confident.any() else None,
        "tempo_by": metadata["tempo"],
        "confidence": float(confidence.mean()),
        "beats": len(npz.read_array(path, "beats")),
        "onsets": int(npz.read_array(path, "onset_events").sum()),
        "loudness_max": float(loudness.max()),
        "loudness_mean": float(loudness[audible].mean()) if audible.any() else MIN_DECIBELS,
        "peak_db": float(npz.read_array(path, "peak_db").max()),
        "centroid": float(npz.read_array(path, "centroid")[audible].mean()) if audible.any() else None,
        "silent": float(1.0 - audible.mean()),
        "samples_sha256": metadata["samples_sha256"],
    }
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in summary.items()}
