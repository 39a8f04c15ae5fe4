"""The effects as a read-only table, and a genome applied to samples.

>>> import phosphene
>>> sorted(phosphene.effects)[:3]
['dc_blocker', 'distort', 'echo']
>>> phosphene.effects["echo"].params["feedback"].high
0.95
"""

import json
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.params import RATE_RANGE, Param
from phosphene.engine.documents.document import Location
from phosphene.engine.documents.load import parse_document
from phosphene.engine.documents.schema import active_genes
from phosphene.engine.documents.validation import validate
from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain import genome as genomes

MAX_CHANNELS = 8
MAX_TAIL = 600.0  # seconds


@dataclass(frozen=True)
class Effect:
    """An operator of a genome: its name, what it does, and its parameters with their ranges and units."""

    name: str
    about: str
    params: Mapping[str, Param]

    def latency(self, rate: int) -> int:
        """Frames by which the output trails the input at a sample rate."""
        module = EFFECTS[self.name]
        return int(module.latency(rate)) if hasattr(module, "latency") else 0


class Effects(Mapping[str, Effect]):
    """Every effect by its name, as `phosphene.effects["echo"]`; read-only."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._effects = {name: _effect(name, module) for name, module in table.items()}

    def __getitem__(self, name: str) -> Effect:
        return self._effects[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._effects)

    def __len__(self) -> int:
        return len(self._effects)

    def __repr__(self) -> str:
        return f"<Effects: {', '.join(self)}>"


def _effect(name: str, module: Any) -> Effect:
    about = module.__doc__.splitlines()[0].partition(": ")[2].rstrip(".")
    return Effect(name, about, MappingProxyType({param.name: param for param in module.PARAMS}))


effects = Effects(EFFECTS)


def apply(
    samples: NDArray[Any],
    rate: int,
    genome: str | Path | Iterable[Mapping[str, Any]],
    *,
    tail: float = 30.0,
) -> NDArray[np.float32]:
    """Apply a genome to samples; the result is what `phosphene apply` writes.

    Parameters
    ----------
    samples : float array, shape (frames,) or (frames, channels)
        Full scale is 1.0; at most 8 channels.
    rate : int
        Sample rate in Hz.
    genome : str, Path, or list of dict
        A JSON file, or genes as they stand in one: `{"op": "echo", "params": {"mix": 0.5}}`.
    tail : float
        Seconds, 0 to 600, for which echoes and reverberation may sound on after the end.

    Returns
    -------
    float32 array, shape (frames,) or (frames, channels)
        Without the latency of the effects. It is longer or shorter than `samples` where a tail rings on, or an
        operator changes the length.

    Raises
    ------
    UsageError
        If samples, rate, tail or genome cannot be used; one line for each fault.

    Warns
    -----
    UserWarning
        If samples were not numbers, or an operator was skipped.

    Examples
    --------
    >>> import numpy as np, phosphene
    >>> tone = np.sin(np.arange(48_000) * 2 * np.pi * 440 / 48_000) * 0.5
    >>> quiet = phosphene.apply(tone, 48_000, [{"op": "volume", "params": {"gain": -6.0}}])
    >>> quiet.shape, quiet.dtype
    ((48000,), dtype('float32'))
    >>> round(float(np.abs(quiet[24_000:]).max()), 2)
    0.25
    """
    x = np.asarray(samples)
    if x.ndim not in (1, 2) or not np.issubdtype(x.dtype, np.floating):
        shapes = "floating point numbers of shape (frames,) or (frames, channels)"
        raise UsageError(f"samples: found {x.dtype} of shape {x.shape}, needs {shapes}")
    if not x.size:
        raise UsageError(f"samples: shape {x.shape} holds no sound")
    sound = x.astype(np.float32).reshape(len(x), -1)
    if sound.shape[1] > MAX_CHANNELS:
        raise UsageError(f"samples: {sound.shape[1]} channels, at most {MAX_CHANNELS}; the shape is (frames, channels)")
    if not RATE_RANGE[0] <= rate <= RATE_RANGE[1]:
        raise UsageError(f"rate: {rate} is outside {RATE_RANGE[0]} to {RATE_RANGE[1]} Hz")
    if not 0.0 <= tail <= MAX_TAIL:
        raise UsageError(f"tail: {tail} is outside 0 to {MAX_TAIL:g} s")
    made = genomes.render(active_genes(_load_genes(genome)), sound, int(rate), tail=tail, warn=_warn)
    made = genomes.apply_limiter(made, int(rate))
    return made[:, 0] if x.ndim == 1 else made


def _load_genes(genome: str | Path | Iterable[Mapping[str, Any]]) -> Any:
    if isinstance(genome, str | Path):
        return genomes.load(genome)[0]
    try:
        text = json.dumps([dict(gene) for gene in genome], default=float)
    except (TypeError, ValueError) as error:
        raise UsageError(f"genome: needs a file, or a list of genes such as {{'op': 'echo'}} ({error})") from error
    document = parse_document(text, lambda line: Location(line, "genome"))
    return validate(genomes.gene_list_type(), document)[0]


def _warn(sentence: str) -> None:
    warnings.warn(sentence, stacklevel=4)
