"""A genome, a list of operators with their parameters: reads and writes it as JSON, and applies it to whole sounds.

A file holds a JSON list of `{"op": …, "params": {…}}`. Everywhere else a genome is a list of (op, params) pairs with
every parameter.
"""

import ctypes
import json
import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from phosphene.engine.common.params import default_values
from phosphene.engine.documents.document import Location
from phosphene.engine.documents.load import parse_document, read_document
from phosphene.engine.documents.schema import active_genes, genome_type
from phosphene.engine.documents.validation import validate
from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain import limiter
from phosphene.engine.effects.chain import plan as chain
from phosphene.engine.effects.chain.guard import scrub
from phosphene.engine.native import make_descriptor

Genes = list[tuple[str, dict[str, Any]]]  # (op, params) with every parameter
PLAY_WHOLE = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * 5)  # the call releases the GIL
MIN_LENGTH = 0.25, 0.3  # seconds, and share of the input: an operator whose result is shorter is skipped
CHUNK = 1 << 18  # frames processed at once
TAIL_FADE = 0.05  # seconds; fade at the end of a tail
TAIL_FLOOR = 10 ** (-80 / 20)  # of full scale; a tail ends when it falls below


@cache
def gene_list_type() -> Any:
    """The type of a list of genes."""
    return genome_type(EFFECTS)


def load(path: str | Path, *, permissive: bool = False) -> tuple[Any, list[str]]:
    """Read a JSON file; returns a tuple of Gene, and warnings about what was corrected. Raises as load_preset does."""
    return validate(gene_list_type(), read_document(Path(path)), permissive=permissive)


def validate_pairs(pairs: Iterable[tuple[str, Mapping[str, float]]], where: object) -> Genes:
    """Validate the (op, params) pairs of a take and fill in defaults; `where` names the take in messages."""
    genes = [{"op": op, "params": params} for op, params in pairs]
    document = parse_document(json.dumps(genes), lambda line: Location(line, f"{where}: its genome"))
    return active_genes(validate(gene_list_type(), document)[0])


def to_json(pairs: Iterable[tuple[str, Mapping[str, float]]]) -> str:
    """JSON text that loads back to these pairs; it holds only the differences from the defaults."""
    genes: list[dict[str, Any]] = []
    for op, params in pairs:
        defaults = default_values(EFFECTS[op].PARAMS)
        changed = {name: value for name, value in params.items() if value != defaults[name]}
        genes.append({"op": op, "params": changed} if changed else {"op": op})
    return json.dumps(genes, indent=2) + "\n"


def render(
    genes: Genes,
    x: np.ndarray,
    rate: int,
    *,
    tail: float = 0.0,
    warn: Callable[[str], object] = lambda message: None,
    on_progress: Callable[[], object] = lambda: None,
) -> np.ndarray:
    """Apply a genome to a whole sound.

    Operators that have `render` process the whole file; the others stream, and their latency is removed.

    Parameters
    ----------
    genes : list of (op, params)
    x : float32 array, shape (frames, channels)
    rate : int
    tail : float
        Seconds; longest tail that is kept after the end of the input.
    warn : callable(str)
        Receives messages for the user.
    on_progress : callable()
        Called now and then; may raise to cancel.

    Returns
    -------
    float32 array, shape (other frames, channels)
    """
    x = np.array(x, np.float32)
    if invalid := scrub(x):
        warn(f"{invalid} samples of the input were not numbers and became silence")
    for whole, group in groupby(genes, lambda gene: hasattr(EFFECTS[gene[0]], "render")):
        if whole:
            for op, params in group:
                on_progress()
                x = _render_whole_file(op, params, x, rate, warn)
        else:
            x = _render_streamed(list(group), x, rate, tail, warn, on_progress)
    return x


def apply_limiter(x: np.ndarray, rate: int) -> np.ndarray:
    """Apply the limiter to a whole sound and remove its latency."""
    latency = limiter.latency(rate)
    out = np.concatenate([x, np.zeros((latency, x.shape[1]), np.float32)])
    limiter.process(limiter.init(float(rate), x.shape[1]), out, out)
    return out[latency:]


def _render_whole_file(
    op: str, params: Mapping[str, float], x: np.ndarray, rate: int, warn: Callable[[str], object]
) -> np.ndarray:
    module = EFFECTS[op]
    y = module.render(x, rate, np.array([float(params[param.name]) for param in module.PARAMS]))
    scrub(y)
    shortest = min(max(MIN_LENGTH[0] * rate, MIN_LENGTH[1] * len(x)), len(x))
    if len(y) < shortest:
        warn(f"{op} would leave {len(y) / rate:.2f} s of {len(x) / rate:.2f} s, and is skipped")
        return x
    return y


def _render_streamed(
    genes: Genes,
    x: np.ndarray,
    rate: int,
    tail: float,
    warn: Callable[[str], object],
    on_progress: Callable[[], object],
) -> np.ndarray:
    plan = chain.build(genes, 1, rate, x.shape[1])
    latency = sum(plan.latencies.values())
    has_tail = any(getattr(EFFECTS[op], "HAS_TAIL", False) for op, _ in genes)
    out = np.zeros((len(x) + latency + math.ceil(tail * rate * has_tail), x.shape[1]), np.float32)
    out[: len(x)] = x
    words, play, muted = make_descriptor(plan.words), PLAY_WHOLE(chain.play_whole.address), 0
    for start in range(0, len(out), CHUNK):
        on_progress()
        chunk = out[start : start + CHUNK]
        muted += play(words.ctypes.data, plan.values.ctypes.data, chunk.ctypes.data, *chunk.shape)
    if muted:
        names = ", ".join(op for op, _ in genes)
        warn(f"{muted} gene{'s' * (muted > 1)} of {names} gave no valid sound and were muted")
    out = out[latency:]
    ringing = np.flatnonzero(np.abs(out[len(x) :]).max(axis=1, initial=0.0) > TAIL_FLOOR)
    out = out[: len(x) + (ringing[-1] + 1 if len(ringing) else 0)].copy()
    fade = min(round(TAIL_FADE * rate), len(out) - len(x))
    out[len(out) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]  # the tail may be longer than `tail`
    return out
