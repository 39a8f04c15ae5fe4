"""Shares: what a row of the matrix may listen to, each as a number from 0 to 1."""

from typing import NamedTuple

from phosphene.engine.common.errors import UsageError, nearest, unknown
from phosphene.engine.common.params import Param
from phosphene.engine.documents.document import shorten
from phosphene.engine.listening.frame import AT, BANDS, SCALARS, TONES

LINEAR, EXP, RAMP, ONSETS, CLOCK = range(5)  # how a number becomes a share


class Share(NamedTuple):
    kind: int
    at: int = 0  # place in a record
    low: float = 0.0
    high: float = 1.0


def _of(param, at):
    return Share(EXP if param.curve == "exp" else LINEAR, at, param.low, param.high)


DRIVERS = (  # of the first seed: a field of the frame, and the window it is seen through
    ("rms_db", Param("loud", 0.0, low=-50.0, high=-10.0, unit="dBFS")),
    ("centroid", Param("bright", 0.0, low=200.0, high=6_000.0, unit="Hz", curve="exp")),
    ("flatness", Param("noisy", 0.0, low=1e-5, high=10**-0.5, curve="exp")),  # -50 to -5 dB
    ("crest", Param("dyn", 0.0, low=8.0, high=18.0, unit="dB")),
)
TRANSIENTS = Param("trans", 0.0, low=0.0, high=8.0, unit="Hz")  # onsets a second
BAND = Param("mel", 0.0, low=-80.0, high=0.0, unit="dB")
ROWS = {"mel": (BANDS, Share(LINEAR, AT.mel, BAND.low, BAND.high)), "chroma": (TONES, Share(LINEAR, AT.chroma))}
CLOCKS = {"minute": 60.0, "hour": 3_600.0, "day": 86_400.0}  # seconds of the stream to a turn

RISING = ("beat", "bar", *(param.name for param in SCALARS if param.name.endswith("_travel")))  # and never fall
LISTENING = {
    **{param.name: _of(param, getattr(AT, param.name)) for param in SCALARS if param.name not in RISING},
    **{name if "_" in name else f"{name}_phase": Share(RAMP, getattr(AT, name)) for name in RISING},
    **{param.name: _of(param, getattr(AT, field)) for field, param in DRIVERS},
    TRANSIENTS.name: Share(ONSETS, high=TRANSIENTS.high),
}


def share_of(name):
    """What `listening.…` or `clock.…` names.

    Raises
    ------
    UsageError
        Without a place: what there is no such thing of.
    """
    root, _, rest = name.partition(".")
    if root == "clock":
        if rest not in CLOCKS:
            raise unknown("ramp", shorten(rest), CLOCKS, root)
        return Share(CLOCK, high=CLOCKS[rest])
    row, dot, number = rest.partition(".")
    if dot and row in ROWS:
        return _numbered(root, row, number)
    if rest in LISTENING:
        return LISTENING[rest]
    if rest in ROWS:
        raise UsageError(f"{root}.{rest}: needs a number, as in {root}.{rest}.0")
    meant = f"{rest}_phase" if rest in RISING else rest
    close = nearest(meant, [*LISTENING, *ROWS]) or "; README.md lists what is"  # forty names would fill the screen
    raise UsageError(f"{root}: nothing is heard as '{shorten(rest)}'{close}")


def _numbered(root, row, number):
    count, share = ROWS[row]
    if not number.isascii() or not number.isdigit() or len(number) > 3 or int(number) >= count:
        raise UsageError(f"{root}.{row}: no number '{shorten(number)}' (has 0 to {count - 1})")
    return share._replace(at=share.at + int(number))
