"""Features of a sound file as arrays: level, spectrum, onsets, tempo and beats."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phosphene.engine.offline.features.cache import FeatureCache
from phosphene.engine.offline.features.write import write_features


class Features(Mapping[str, NDArray[Any]]):
    """Arrays by name, as `features["tempo"]` or `features.tempo`; one row per hop, `beats` excepted.

    Attributes
    ----------
    meta : dict
        Units of the arrays, rate, hop, length, hash of the samples, versions: as `phosphene listen` stores it.
    summary : dict
        Tempo, loudness, counts of beats and onsets: as `phosphene listen --json` prints it.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], meta: dict[str, Any], summary: dict[str, Any]) -> None:
        self._arrays = dict(arrays)
        self.meta = meta
        self.summary = summary

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __getattr__(self, name: str) -> NDArray[Any]:
        try:
            return self.__dict__["_arrays"][name]
        except KeyError:
            raise AttributeError(f"no array '{name}' (has {', '.join(self.__dict__.get('_arrays', ()))})") from None

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._arrays})

    def __repr__(self) -> str:
        return f"<Features of {self.meta['seconds']:.2f} s: {len(self)} arrays, {len(self['times'])} hops>"


def listen(path: str | Path, *, causal: bool = False, cache: bool = True) -> Features:
    """Analyse a sound file; the arrays are those that `phosphene listen` writes.

    Parameters
    ----------
    path : str or Path
        Any file that FFmpeg reads.
    causal : bool
        Estimate tempo and beats from the past only, as a live session does. By default the analysis reads ahead, so
        they are right from the first bar.
    cache : bool
        Reuse the result of an earlier analysis of the same samples, and keep this one.

    Returns
    -------
    Features
        docs/features.md lists the arrays and their units.

    Raises
    ------
    UsageError
        If there is no such file, or no sound in it that FFmpeg can read.

    Examples
    --------
    >>> import phosphene
    >>> features = phosphene.listen("drums.wav")
    >>> features
    <Features of 2.00 s: 42 arrays, 188 hops>
    >>> features.mel.shape
    (188, 64)
    >>> features.meta["units"]["centroid"]
    'Hz'
    >>> features.times[features.onset_events > 0].round(1).tolist()  # seconds at which something begins
    [0.2, 0.7, 1.2, 1.7]
    """
    with tempfile.TemporaryDirectory(prefix="phosphene-") as folder:
        stored = Path(folder) / "features.npz"
        tempo = "causal" if causal else "lookahead"
        summary = write_features(Path(path), stored, tempo=tempo, cache=FeatureCache() if cache else None)
        with np.load(stored, allow_pickle=False) as members:
            arrays = {name: members[name] for name in members.files if name != "meta"}
            meta = json.loads(str(members["meta"]))
    return Features(arrays, meta, {key: value for key, value in summary.items() if key not in ("archive", "plot")})
