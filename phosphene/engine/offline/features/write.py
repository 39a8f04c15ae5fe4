"""An archive: the timeline of a file as arrays, and what is told of it in a line."""

import numpy as np

from phosphene.engine.common.atomic_files import write_atomically
from phosphene.engine.listening.frame import QUIETEST
from phosphene.engine.listening.offline import frames
from phosphene.engine.offline.features import npz
from phosphene.engine.offline.features.columns import BEATS, COLUMNS, Beats, meta_of, rows_of
from phosphene.engine.offline.features.decode import DecodedFile

CONFIDENT = 0.5  # from here on a tempo is one
KINDS = {name: (column.dtype, column.shape) for name, column in (COLUMNS | BEATS).items()}


def archive(path, out, *, plot=None, tempo="lookahead", shelf=None, watch=lambda reading: None):
    """Listen to a file and write its arrays; gives what there is to tell of it.

    Parameters
    ----------
    path, out : Path
        Any file that FFmpeg reads; an .npz.
    plot : Path, optional
        A .png, for the sheet.
    tempo : str
        "lookahead", by what comes, or "causal", by what came, as in a live session.
    shelf : Shelf, optional
        Where what was made before is looked for, and what is made now is kept.
    watch : callable(DecodedFile)
        Called now and then; may raise to end it.

    Returns
    -------
    dict
        Ready for JSON.

    Raises
    ------
    UsageError, PhospheneError
        With nothing left behind.
    """
    reading, cached = DecodedFile(path, watch), False
    results = [result for result in (out, plot) if result]
    with write_atomically(*results) as (part, *sheets):
        for result in results:
            result.parent.mkdir(parents=True, exist_ok=True)
        if shelf:
            cached = shelf.take(meta_of(reading.to_the_end(), tempo), part)
        if not cached:
            _listen(reading, part, tempo)
            if shelf:
                shelf.put(meta_of(reading, tempo), part)
        if plot:
            from phosphene.engine.offline.features.plot import draw

            draw(part, sheets[0], reading.outline, path.name)
        told = summary(part)
    places = {"path": str(path), "archive": str(out), "plot": str(plot) if plot else None}
    return {**places, "cached": cached, **told, "remarks": list(reading.remarks)}


def _listen(reading, part, tempo):
    beats = Beats()
    with npz.Growing(part.parent, KINDS) as arrays:
        for records in frames(reading, reading.rate, ahead=tempo == "lookahead"):
            for name in COLUMNS:
                arrays.add(name, rows_of(name, records, reading.rate))
            arrays.add("beats", beats.of(records["sample"] / reading.rate, records["beat"], records["confidence"]))
        arrays.write(part, meta_of(reading, tempo))


def summary(path):
    """What a whole archive comes down to."""
    meta = npz.meta(path)
    confidence, loudness = npz.whole(path, "confidence"), npz.whole(path, "loudness")
    sure, heard = confidence >= CONFIDENT, npz.whole(path, "silence") < 0.5
    told = {
        **{name: meta[name] for name in ("seconds", "rate", "channels")},
        "frames": len(confidence),
        "tempo": float(np.median(npz.whole(path, "tempo")[sure])) if sure.any() else None,
        "tempo_by": meta["tempo"],
        "confidence": float(confidence.mean()),
        "beats": len(npz.whole(path, "beats")),
        "onsets": int(npz.whole(path, "onset_events").sum()),
        "loudness_max": float(loudness.max()),
        "loudness_mean": float(loudness[heard].mean()) if heard.any() else QUIETEST,
        "peak_db": float(npz.whole(path, "peak_db").max()),
        "centroid": float(npz.whole(path, "centroid")[heard].mean()) if heard.any() else None,
        "silent": float(1.0 - heard.mean()),
        "samples_sha256": meta["samples_sha256"],
    }
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in told.items()}
