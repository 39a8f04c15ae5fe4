"""Keys: what each does, in the terminal and in the window alike."""

from collections.abc import Callable
from typing import NamedTuple

HELP = "?"
STEP, MOMENT = 1 / 32, 0.01  # of a nudge: beats, seconds


class Key(NamedTuple):
    """A row of the table: `act(performer, moment)` does it, and may give a line to say."""

    keys: str  # any of them
    name: str
    does: str
    act: Callable


def panic(performer, moment):
    performer.stage.panic()
    performer.hand.follow()
    return "panic: everything as the preset has it"


TEMPO = (
    Key(" ", "space", "tap the tempo; two taps are one, eight a steady one", lambda who, at: who.hand.tap(at)),
    Key("\n", "enter", "the one: a bar begins at this beat", lambda who, at: who.hand.begin_bar(at)),
    Key("\x7f", "backspace", "back to the tempo that is heard", lambda who, at: who.hand.follow()),
    Key("h", "h", "hold the tempo; again lets it go", lambda who, at: who.hand.hold(at)),
    Key("-/", "- /", "half time", lambda who, at: who.hand.multiply(0.5)),
    Key("=+*", "= + *", "double time", lambda who, at: who.hand.multiply(2.0)),
    Key("[", "[", "beats a 32nd of a beat later", lambda who, at: who.hand.nudge(-STEP)),
    Key("]", "]", "beats a 32nd of a beat earlier", lambda who, at: who.hand.nudge(STEP)),
    Key("{", "{", "beats 10 ms later", lambda who, at: who.hand.nudge_by_time(-MOMENT, at)),
    Key("}", "}", "beats 10 ms earlier", lambda who, at: who.hand.nudge_by_time(MOMENT, at)),
    Key("l", "l", "Ableton Link, and back (with --link)", lambda who, at: who.hand.toggle_link(at)),
)
STAGE = (
    Key("n", "n", "the next preset", lambda who, at: who.programme.next()),
    Key("p", "p", "back to the preset before", lambda who, at: who.programme.back()),
    Key("b", "b", "blackout; again gives the light back", lambda who, at: who.stage.blackout()),
    Key("z", "z", "freeze the picture; again lets it go", lambda who, at: who.stage.freeze()),
    Key("!", "!", "panic: everything as the preset has it", panic),
    Key(
        "d\t",
        "d tab",
        "meters, beat and times over the picture, and away again",
        lambda who, at: who.stage.show_hud(),
    ),
    Key("f", "f", "all over the monitor, and back", lambda who, at: who.stage.fill()),
    Key("s", "s", "keep the picture as a PNG, in the working directory", lambda who, at: who.stage.keep_still()),
)
KEYS = TEMPO + STAGE
ACTS = {key: row.act for row in KEYS for key in row.keys}


def listing():
    """A line for each."""
    width = max(len(row.name) for row in KEYS)
    return [*(f"  {row.name:{width}}  {row.does}" for row in KEYS), f"  {HELP:{width}}  this list"]
