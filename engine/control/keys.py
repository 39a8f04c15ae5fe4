"""Keys: what each does, in the terminal and in the window alike."""

from collections.abc import Callable
from typing import NamedTuple

HELP = "?"
STEP, MOMENT = 1 / 32, 0.01  # of a nudge: beats, seconds


class Key(NamedTuple):
    """A row of the table: `act(hand, moment)` does it, and may give a line to say."""

    keys: str  # any of them
    name: str
    does: str
    act: Callable


KEYS = (
    Key(" ", "space", "tap the tempo; two taps are one, eight a steady one", lambda hand, at: hand.tap(at)),
    Key("\n", "enter", "the one: a bar begins at this beat", lambda hand, at: hand.begin_bar(at)),
    Key("\x7f", "backspace", "back to the tempo that is heard", lambda hand, at: hand.follow()),
    Key("h", "h", "hold the tempo; again lets it go", lambda hand, at: hand.hold(at)),
    Key("-/", "- /", "half time", lambda hand, at: hand.multiply(0.5)),
    Key("=+*", "= + *", "double time", lambda hand, at: hand.multiply(2.0)),
    Key("[", "[", "beats a 32nd of a beat later", lambda hand, at: hand.nudge(-STEP)),
    Key("]", "]", "beats a 32nd of a beat earlier", lambda hand, at: hand.nudge(STEP)),
    Key("{", "{", "beats 10 ms later", lambda hand, at: hand.nudge_by_time(-MOMENT, at)),
    Key("}", "}", "beats 10 ms earlier", lambda hand, at: hand.nudge_by_time(MOMENT, at)),
    Key("l", "l", "Ableton Link, and back (with --link)", lambda hand, at: hand.toggle_link(at)),
)
ACTS = {key: row.act for row in KEYS for key in row.keys}


def listing():
    """A line for each."""
    width = max(len(row.name) for row in KEYS)
    return [*(f"  {row.name:{width}}  {row.does}" for row in KEYS), f"  {HELP:{width}}  this list"]
