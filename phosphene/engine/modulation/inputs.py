"""Matrix inputs: the features and clocks that a row of the matrix can read, each as a number from 0 to 1."""

from typing import NamedTuple

from phosphene.engine.common.errors import UsageError, nearest, unknown
from phosphene.engine.common.params import Param
from phosphene.engine.documents.document import shorten
from phosphene.engine.listening.frame import AT, BANDS, CUMULATIVE_FIELDS, PITCH_CLASSES, SCALARS

LINEAR, EXP, RAMP, ONSETS, CLOCK = range(5)  # how a value becomes 0 to 1; see kernel.input_value


class MatrixInput(NamedTuple):
    kind: int
    column: int = 0  # of a record
    low: float = 0.0
    high: float = 1.0


def _scaled(param, at):
    return MatrixInput(EXP if param.curve == "exp" else LINEAR, at, param.low, param.high)


DRIVERS = (  # names of the first version: a field of the frame, and the range that becomes 0 to 1
    ("rms_db", Param("loud", 0.0, low=-50.0, high=-10.0, unit="dBFS")),
    ("centroid", Param("bright", 0.0, low=200.0, high=6_000.0, unit="Hz", curve="exp")),
    ("flatness", Param("noisy", 0.0, low=1e-5, high=10**-0.5, curve="exp")),  # -50 to -5 dB
    ("crest", Param("dyn", 0.0, low=8.0, high=18.0, unit="dB")),
)
TRANSIENTS = Param("trans", 0.0, low=0.0, high=8.0, unit="Hz")  # onsets per second
BAND = Param("mel", 0.0, low=-80.0, high=0.0, unit="dB")
NUMBERED_INPUTS = {
    "mel": (BANDS, MatrixInput(LINEAR, AT.mel, BAND.low, BAND.high)),
    "chroma": (PITCH_CLASSES, MatrixInput(LINEAR, AT.chroma)),
}
CLOCKS = {"minute": 60.0, "hour": 3_600.0, "day": 86_400.0}  # seconds of the stream per turn

LISTENING_INPUTS = {
    **{param.name: _scaled(param, getattr(AT, param.name)) for param in SCALARS if param.name not in CUMULATIVE_FIELDS},
    **{name if "_" in name else f"{name}_phase": MatrixInput(RAMP, getattr(AT, name)) for name in CUMULATIVE_FIELDS},
    **{param.name: _scaled(param, getattr(AT, field)) for field, param in DRIVERS},
    TRANSIENTS.name: MatrixInput(ONSETS, high=TRANSIENTS.high),
}


def find_input(name: str) -> MatrixInput:
    """The input of a name `listening.…` or `clock.…`.

    Raises
    ------
    UsageError
        If there is none; the message has no place in a file.
    """
    root, _, rest = name.partition(".")
    if root == "clock":
        if rest not in CLOCKS:
            raise unknown("ramp", shorten(rest), CLOCKS, root)
        return MatrixInput(CLOCK, high=CLOCKS[rest])
    row, dot, number = rest.partition(".")
    if dot and row in NUMBERED_INPUTS:
        return _numbered(root, row, number)
    if rest in LISTENING_INPUTS:
        return LISTENING_INPUTS[rest]
    if rest in NUMBERED_INPUTS:
        raise UsageError(f"{root}.{rest}: needs a number, as in {root}.{rest}.0")
    intended = f"{rest}_phase" if rest in CUMULATIVE_FIELDS else rest
    close = nearest(intended, [*LISTENING_INPUTS, *NUMBERED_INPUTS]) or "; docs/modulation.md lists all"
    raise UsageError(f"{root}: no feature '{shorten(rest)}'{close}")


def _numbered(root, row, number):
    count, matrix_input = NUMBERED_INPUTS[row]
    if not number.isascii() or not number.isdigit() or len(number) > 3 or int(number) >= count:
        raise UsageError(f"{root}.{row}: no number '{shorten(number)}' (has 0 to {count - 1})")
    return matrix_input._replace(column=matrix_input.column + int(number))
