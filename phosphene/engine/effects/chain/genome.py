"""A genome: operators in their order with their parameters, as a file tells of them and as it sounds.

In a file it is a JSON list of `{"op": …, "params": {…}}`; in a plan, and everywhere else, (op, params) pairs with
every parameter told.
"""

import ctypes
import json
import math
from functools import cache
from itertools import groupby
from pathlib import Path

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

PLAY_WHOLE = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * 5)  # a call lets go of the interpreter lock
MIN_LENGTH = 0.25, 0.3  # seconds, and share of its input: a whole-file form that leaves less is passed over
CHUNK = 1 << 18  # frames played at once
TAIL_FADE = 0.05  # seconds of a tail's end
TAIL_FLOOR = 10 ** (-80 / 20)  # of full scale: where a tail is over


@cache
def gene_list_type():
    """The type of a list of genes."""
    return genome_type(EFFECTS)


def load(path, *, permissive=False):
    """The genes in a JSON file, a tuple of Gene, and what was mended in them; faults as in load_preset."""
    return validate(gene_list_type(), read_document(Path(path)), permissive=permissive)


def validate_pairs(told, where):
    """The (op, params) pairs that a take told of, every parameter told; `where` is what messages call the take."""
    genes = [{"op": op, "params": params} for op, params in told]
    document = parse_document(json.dumps(genes), lambda line: Location(line, f"{where}: its genome"))
    return active_genes(validate(gene_list_type(), document)[0])


def to_json(told):
    """The differences from the defaults, as JSON that loads back to these pairs."""
    genes = []
    for op, params in told:
        usual = default_values(EFFECTS[op].PARAMS)
        unusual = {name: value for name, value in params.items() if value != usual[name]}
        genes.append({"op": op, "params": unusual} if unusual else {"op": op})
    return json.dumps(genes, indent=2) + "\n"


def render(told, x, rate, *, tail=0.0, remark=lambda sentence: None, watch=lambda: None):
    """A whole sound as a genome makes it.

    Operators with a form for whole files act so; the others stream, their latency taken off.

    Parameters
    ----------
    told : list of (op, params)
    x : float32 array, shape (frames, channels)
    rate : int
    tail : float
        Seconds for which what rings on may be kept, at the most.
    remark : callable(str)
        Told what a user should know.
    watch : callable()
        Called now and then; may raise to end it.

    Returns
    -------
    float32 array, shape (other frames, channels)
    """
    x = np.array(x, np.float32)
    if wrong := scrub(x):
        remark(f"{wrong} samples of the input were not numbers and became silence")
    for whole, group in groupby(told, lambda gene: hasattr(EFFECTS[gene[0]], "render")):
        if whole:
            for op, params in group:
                watch()
                x = _render_whole_file(op, params, x, rate, remark)
        else:
            x = _render_streamed(list(group), x, rate, tail, remark, watch)
    return x


def apply_limiter(x, rate):
    """A whole sound behind the limiter, its latency taken off."""
    late = limiter.latency(rate)
    out = np.concatenate([x, np.zeros((late, x.shape[1]), np.float32)])
    limiter.process(limiter.init(float(rate), x.shape[1]), out, out)
    return out[late:]


def _render_whole_file(op, params, x, rate, remark):
    module = EFFECTS[op]
    y = module.render(x, rate, np.array([float(params[param.name]) for param in module.PARAMS]))
    scrub(y)
    shortest = min(max(MIN_LENGTH[0] * rate, MIN_LENGTH[1] * len(x)), len(x))
    if len(y) < shortest:
        remark(f"{op} would leave {len(y) / rate:.2f} s of {len(x) / rate:.2f} s, and is passed over")
        return x
    return y


def _render_streamed(genes, x, rate, tail, remark, watch):
    plan = chain.build(genes, 1, rate, x.shape[1])
    late = sum(plan.latencies.values())
    rings = any(getattr(EFFECTS[op], "HAS_TAIL", False) for op, _ in genes)
    out = np.zeros((len(x) + late + math.ceil(tail * rate * rings), x.shape[1]), np.float32)
    out[: len(x)] = x
    words, play, muted = make_descriptor(plan.words), PLAY_WHOLE(chain.play_whole.address), 0
    for start in range(0, len(out), CHUNK):
        watch()
        piece = out[start : start + CHUNK]
        muted += play(words.ctypes.data, plan.values.ctypes.data, piece.ctypes.data, *piece.shape)
    if muted:
        remark(f"{muted} gene{'s' * (muted > 1)} of {', '.join(op for op, _ in genes)} made no sound, and were muted")
    out = out[late:]
    ringing = np.flatnonzero(np.abs(out[len(x) :]).max(axis=1, initial=0.0) > TAIL_FLOOR)
    out = out[: len(x) + (ringing[-1] + 1 if len(ringing) else 0)].copy()
    cut = min(round(TAIL_FADE * rate), len(out) - len(x))
    out[len(out) - cut :] *= np.linspace(1, 0, cut, dtype=np.float32)[:, None]  # it may ring beyond `tail`
    return out
