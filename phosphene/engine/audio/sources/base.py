"""Where sound comes from when it is not a microphone: a file, the synth, silence.

A source has `rate`, `position`, `length` (frames, or None for no end), `seek(position)` and `read(out)`,
which fills a float32 (frames, 2) array and gives the number of frames, fewer only at the end.
"""

from phosphene.engine.audio.sources.file import FileSource
from phosphene.engine.audio.sources.synth import Synth
from phosphene.engine.common.errors import UsageError
from phosphene.engine.effects import EFFECTS

KINDS = ("mic", "file", "synth", "silence")
RATE = 48_000  # where nothing else says


class SynthSource:
    """The built-in synth, without end."""

    length = None

    def __init__(self, rate, *, seed, params):
        self.rate, self.synth = rate, Synth(rate, seed=seed, params=params)

    @property
    def position(self):
        return self.synth.position

    def seek(self, position):
        self.synth.seek(position)

    def read(self, out):
        self.synth.read(out)
        return len(out)


class SilenceSource:
    """Nothing, without end."""

    length = None

    def __init__(self, rate):
        self.rate, self.position = rate, 0

    def seek(self, position):
        self.position = position

    def read(self, out):
        out[:] = 0.0
        self.position += len(out)
        return len(out)


def check_pulled(genes, kind):
    """Refuse a genome that a source cannot follow: what comes in by itself comes at its own speed.

    Raises
    ------
    UsageError
    """
    pulling = [op for op, _ in genes if getattr(EFFECTS[op], "PULLS", False)]
    if pulling and kind == "mic":
        raise UsageError(
            f"genome: {pulling[0]} pulls its source faster or slower, which a microphone cannot be; "
            "use --source file or synth, or leave it out (pitch plays live)"
        )


def open_source(kind, rate, preset, *, file=None, loop=False):
    """A source by its name; `rate` None leaves a file at its own rate."""
    if kind == "file":
        if file is None:
            raise UsageError("--source file: needs --file F")
        return FileSource(file, rate, loop=loop)
    if kind == "synth":
        return SynthSource(rate or RATE, seed=preset.seed, params=preset.synth.model_dump())
    if kind == "silence":
        return SilenceSource(rate or RATE)
    raise UsageError(f"--source {kind}: is not read from a file or made (has {', '.join(KINDS)})")
