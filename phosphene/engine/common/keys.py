"""Keys: what each does, in the terminal, in the window, on a controller and by OSC alike."""

from collections.abc import Callable
from typing import NamedTuple

HELP = "?"
STEP, MOMENT = 1 / 32, 0.01  # of a nudge: beats, seconds


class Key(NamedTuple):
    """A row of the table: `act(performer, moment)` does it, and may give a line to say."""

    keys: str  # any of them
    name: str
    word: str  # by which controllers call it
    does: str
    act: Callable


def panic(performer, moment):
    performer.stage.panic()
    performer.hand.follow()
    return "panic: everything as the preset has it"


TEMPO_KEYS = (
    Key(" ", "space", "tap", "tap the tempo; two taps are one, eight a steady one", lambda who, at: who.hand.tap(at)),
    Key("\n", "enter", "one", "the one: a bar begins at this beat", lambda who, at: who.hand.begin_bar(at)),
    Key("\x7f", "backspace", "heard", "back to the tempo that is heard", lambda who, at: who.hand.follow()),
    Key("h", "h", "hold", "hold the tempo; again lets it go", lambda who, at: who.hand.hold(at)),
    Key("-/", "- /", "half", "half time", lambda who, at: who.hand.multiply(0.5)),
    Key("=+*", "= + *", "double", "double time", lambda who, at: who.hand.multiply(2.0)),
    Key("[", "[", "later", "beats a 32nd of a beat later", lambda who, at: who.hand.nudge(-STEP)),
    Key("]", "]", "earlier", "beats a 32nd of a beat earlier", lambda who, at: who.hand.nudge(STEP)),
    Key("{", "{", "later_ms", "beats 10 ms later", lambda who, at: who.hand.nudge_by_time(-MOMENT, at)),
    Key("}", "}", "earlier_ms", "beats 10 ms earlier", lambda who, at: who.hand.nudge_by_time(MOMENT, at)),
    Key("l", "l", "link", "Ableton Link, and back (with --link)", lambda who, at: who.hand.toggle_link(at)),
)
LEARN_KEYS = (
    Key("m", "m", "learn", "learn: choose a parameter, turn a knob (with --midi)", lambda who, at: who.gear.learn()),
    Key(".", ".", "choose_next", "learn: the next parameter", lambda who, at: who.gear.choose(1)),
    Key(",", ",", "choose_previous", "learn: the one before", lambda who, at: who.gear.choose(-1)),
    Key(">", ">", "leap_next", "learn: the next scene, gene, or the keys", lambda who, at: who.gear.leap(1)),
    Key("<", "<", "leap_previous", "learn: the one before", lambda who, at: who.gear.leap(-1)),
    Key("u", "u", "forget", "learn: no knob moves it any more", lambda who, at: who.gear.forget()),
)
SHOW_KEYS = (
    Key("n", "n", "next", "the next preset, or of the playlist", lambda who, at: who.programme.next()),
    Key("p", "p", "previous", "the preset before it in the list", lambda who, at: who.programme.next(-1)),
    Key("b", "b", "blackout", "blackout; again gives the light back", lambda who, at: who.stage.blackout()),
    Key("z", "z", "freeze", "freeze the picture; again lets it go", lambda who, at: who.stage.freeze()),
    Key("!", "!", "panic", "panic: everything as the preset has it", panic),
    Key("d\t", "d tab", "hud", "meters and times over the picture, and away", lambda who, at: who.stage.show_hud()),
    Key("f", "f", "fill", "all over the monitor, and back", lambda who, at: who.stage.fill()),
    Key("s", "s", "still", "keep the picture as a PNG in this folder", lambda who, at: who.stage.keep_still()),
)
KEYS = TEMPO_KEYS + SHOW_KEYS + LEARN_KEYS
ACTIONS = {key: row.act for row in KEYS for key in row.keys}
CHARACTERS = {row.word: row.keys[0] for row in KEYS}


def key_list():
    """A line for each."""
    width = max(len(row.name) for row in KEYS)
    return [*(f"  {row.name:{width}}  {row.does}" for row in KEYS), f"  {HELP:{width}}  this list"]
