"""Compiles all kernels on the first start; later starts load them from the cache."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from phosphene.engine.audio import callback, core, drift
from phosphene.engine.audio.sources.base import SilenceSource
from phosphene.engine.audio.sources.synth import Synth
from phosphene.engine.common.params import default_values
from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain import genome, plan
from phosphene.engine.effects.chain.guard import scrub
from phosphene.engine.encode.yuv420 import rgba_to_yuv420
from phosphene.engine.evolution.descriptors import describe
from phosphene.engine.graph.build import from_source
from phosphene.engine.graph.nodes import NullSink
from phosphene.engine.listening.frame import WIDTH
from phosphene.engine.listening.offline import analyse_blocks
from phosphene.engine.listening.waveform_overview import extend_overview, make_waveform_overview
from phosphene.engine.modulation import audio_mover
from phosphene.engine.modulation.matrix import NO_MODULATION, Matrix
from phosphene.engine.presets.load import load_preset
from phosphene.engine.rings import allocate, board, mailbox, timeline

STAMP = "warm"  # name of the file that marks a complete cache


def is_warm() -> bool:
    """True if a run has compiled every kernel of this source."""
    return (Path(os.environ["NUMBA_CACHE_DIR"]) / STAMP).exists()


def steps() -> Iterator[tuple[str, Callable[[], object]]]:
    """Pairs of a name and a function that compiles something."""
    functions = (
        core.play,
        core.fill_from_ring,
        drift.fill_from_drift,
        callback.output_callback,
        callback.input_callback,
        plan.play_whole,
    )
    for function in functions:
        yield f"{function.__module__.rpartition('.')[2]} {function.__name__}", lambda f=function: f.compiled
    for op in EFFECTS:
        yield f"effect {op}", lambda op=op: plan.compiled_operator(op).address
    yield "whole files", _whole_files
    yield "features", _features
    yield "synth", lambda: Synth(48_000).read(np.zeros((64, 2), np.float32))
    yield "yuv420", lambda: rgba_to_yuv420(np.zeros((2, 2, 4), np.uint8), np.zeros(6, np.uint8))
    yield "rings", _rings
    yield "matrix", lambda: Matrix(NO_MODULATION, 48_000, audio_mover.SLOTS).step(np.zeros(WIDTH))
    yield "moves", _moves
    yield "graph", _graph


def _whole_files():
    x = np.zeros((2_000, 2), np.float32)
    for op, effect in EFFECTS.items():
        if hasattr(effect, "render"):
            genome.render([(op, default_values(effect.PARAMS))], x, 8_000)
    genome.apply_limiter(x, 8_000)
    describe(x, 8_000)


def _features():
    silence = np.zeros((8_000, 2), np.float32)
    scrub(silence)
    extend_overview(make_waveform_overview(), silence)
    list(analyse_blocks([silence], 8_000))


def _rings():
    line, records = allocate(timeline.layout(2, WIDTH)), np.zeros((2, WIDTH))
    timeline.publish(line, records[0])
    timeline.read_at(line, 0.0, records[0], records[1])
    box = allocate(mailbox.layout(16))
    mailbox.reset(box)
    mailbox.post_text(box, "warm")
    mailbox.fetch_text(box)


def _moves():
    moves = allocate(board.layout(2 * audio_mover.SLOTS))
    audio_mover.write_moves(moves, 0, np.zeros((audio_mover.SLOTS, 2)))


def _graph():
    source = SilenceSource(8_000)
    from_source(source, load_preset()[0], NullSink, seconds=0.5).run(threads=False)


def warm(on_step: Callable[[str], None] = lambda name: None) -> None:
    """Compile what is not in the cache yet; `on_step(name)` is called before each step and may raise to cancel."""
    for name, compile_step in steps():
        on_step(name)
        compile_step()
    (Path(os.environ["NUMBA_CACHE_DIR"]) / STAMP).touch()
