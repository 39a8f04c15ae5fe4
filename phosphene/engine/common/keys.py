"""The key table: what each key does in the terminal, in the window, on a controller and by OSC."""

from collections.abc import Callable
from typing import Any, NamedTuple

HELP = "?"
NUDGE_BEATS, NUDGE_SECONDS = 1 / 32, 0.01


class Key(NamedTuple):
    """A row of the table.

    `action(actions, moment)` runs it on the session's OperatorActions. `moment` is the time of the press by
    `time.perf_counter()`. It may return a line for the user.
    """

    characters: str  # any of them triggers the action
    label: str  # as the list of keys shows it
    name: str  # as MIDI mappings and OSC addresses call it
    description: str
    action: Callable[[Any, float], str | None]


def panic(actions, moment):
    """Resets every parameter to the preset's value and follows the analysed tempo again."""
    actions.show.panic()
    actions.tempo.follow()
    return "panic: every parameter is as in the preset"


TEMPO_KEYS = (
    Key(" ", "space", "tap", "tap the tempo: 2 taps set it, 8 make it steady", lambda a, at: a.tempo.tap(at)),
    Key("\n", "enter", "one", "start a bar at the nearest beat", lambda a, at: a.tempo.begin_bar(at)),
    Key("\x7f", "backspace", "heard", "follow the tempo of the sound again", lambda a, at: a.tempo.follow()),
    Key("h", "h", "hold", "hold the tempo; again: let it go", lambda a, at: a.tempo.hold(at)),
    Key("-/", "- /", "half", "half time", lambda a, at: a.tempo.multiply(0.5)),
    Key("=+*", "= + *", "double", "double time", lambda a, at: a.tempo.multiply(2.0)),
    Key("[", "[", "later", "beats 1/32 beat later", lambda a, at: a.tempo.nudge(-NUDGE_BEATS)),
    Key("]", "]", "earlier", "beats 1/32 beat earlier", lambda a, at: a.tempo.nudge(NUDGE_BEATS)),
    Key("{", "{", "later_ms", "beats 10 ms later", lambda a, at: a.tempo.nudge_by_time(-NUDGE_SECONDS, at)),
    Key("}", "}", "earlier_ms", "beats 10 ms earlier", lambda a, at: a.tempo.nudge_by_time(NUDGE_SECONDS, at)),
    Key("l", "l", "link", "follow Ableton Link; again: stop (with --link)", lambda a, at: a.tempo.toggle_link(at)),
)
LEARN_KEYS = (
    Key("m", "m", "learn", "MIDI learn on or off (with --midi)", lambda a, at: a.controllers.toggle_learning()),
    Key(".", ".", "choose_next", "learn: next parameter", lambda a, at: a.controllers.choose(1)),
    Key(",", ",", "choose_previous", "learn: previous parameter", lambda a, at: a.controllers.choose(-1)),
    Key(">", ">", "leap_next", "learn: next section", lambda a, at: a.controllers.choose_section(1)),
    Key("<", "<", "leap_previous", "learn: previous section", lambda a, at: a.controllers.choose_section(-1)),
    Key("u", "u", "forget", "learn: unmap the parameter", lambda a, at: a.controllers.unmap()),
)
SHOW_KEYS = (
    Key("n", "n", "next", "next preset of the playlist", lambda a, at: a.playlist.next()),
    Key("p", "p", "previous", "previous preset of the playlist", lambda a, at: a.playlist.next(-1)),
    Key("b", "b", "blackout", "blackout; again: light", lambda a, at: a.show.toggle_blackout()),
    Key("z", "z", "freeze", "freeze the picture; again: let it move", lambda a, at: a.show.toggle_freeze()),
    Key("!", "!", "panic", "panic: reset every parameter to the preset", panic),
    Key("d\t", "d tab", "hud", "show or hide the HUD", lambda a, at: a.show.toggle_hud()),
    Key("f", "f", "fill", "full screen on or off", lambda a, at: a.show.toggle_fullscreen()),
    Key("s", "s", "still", "save the picture as a PNG in this folder", lambda a, at: a.show.save_still()),
)
KEYS = TEMPO_KEYS + SHOW_KEYS + LEARN_KEYS
ACTIONS = {character: key.action for key in KEYS for character in key.characters}
CHARACTERS = {key.name: key.characters[0] for key in KEYS}


def key_list():
    """The help text: one line per key."""
    width = max(len(key.label) for key in KEYS)
    return [*(f"  {key.label:{width}}  {key.description}" for key in KEYS), f"  {HELP:{width}}  this list"]
