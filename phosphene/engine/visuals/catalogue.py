"""Scenes and show passes: the tables of them, as shaders/ holds them, and where their parameters lie on the board."""

from typing import NamedTuple

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.common.params import Param
from phosphene.engine.gl.shader_header import ShaderSpec, read_spec
from phosphene.engine.gl.shader_source import SHADERS
from phosphene.engine.modulation.matrix import STILL
from phosphene.engine.rings.board_layout import FIRST_PICTURE_SLOT, board_slots, picture_slot

USUAL = "scope"  # the scene where nothing else is said
FINISH, FREEZE = "finish", "freeze"
LASTING = {(FINISH, "blackout"), (FINISH, FREEZE)}  # of the stage, not of a preset: they stay when that changes
TRANSITIONS, STARTS = ("fade", "cut", "wipe"), ("now", "beat", "bar")


class Look(NamedTuple):
    """What is painted and how it comes in, in plain values, as it travels between processes."""

    serial: int  # counted up with every picture that takes another's place
    name: str  # of the preset
    scene: str
    passes: list  # show passes, in their order
    transition: dict  # kind, seconds, start
    media: str | None = None  # a picture, a film or a camera to be seen
    modulation: tuple = STILL  # a Modulation


def _room(room):
    names = sorted(each.name[:-5] for each in (SHADERS / room).iterdir() if each.name.endswith(".frag"))
    return {name: read_spec(room, name) for name in names}


def _finish():
    """What all pictures go through at last; frozen, nothing is drawn anew."""
    found = read_spec("post", FINISH)
    frozen = Param(FREEZE, 0.0, low=0.0, high=1.0)
    return found._replace(passes=(*found.passes, found.passes[-1]._replace(name=FREEZE, params=(frozen,))))


SCENES = _room("scene")
SCENES = {USUAL: SCENES.pop(USUAL), **SCENES}
SHOWING = tuple(name for name, scene in SCENES.items() if scene.shows_media)
SHOWS = _room("show")
if both := SCENES.keys() & SHOWS.keys() | ({FINISH} & (SCENES.keys() | SHOWS.keys())):
    raise PhospheneError(f"shaders/show/{min(both)}.frag: a scene or another pass has that name")
SECTIONS: dict[str, ShaderSpec] = {**SCENES, **SHOWS, FINISH: _finish()}

PLACES = {
    key: FIRST_PICTURE_SLOT + at
    for at, key in enumerate((name, param) for name, section in SECTIONS.items() for param in section.params)
}
COUNT = len(PLACES)
BOARD_SLOTS = board_slots(COUNT)
PLACE = {(section, param.name): place for (section, param), place in PLACES.items()}
NAMES = {f"{section}.{name}": place for (section, name), place in PLACE.items()}
NAMES |= {f"other.{name}": place + COUNT for name, place in NAMES.items()}
_PARAMS = {place: param for (_, param), place in PLACES.items()}
_LASTING = {PLACE[key] for key in LASTING}


def slot(serial, place):
    """Where on the board a parameter of the picture with a serial number lies: two may be seen at a time."""
    return place if place in _LASTING else picture_slot(serial, place, COUNT)


def settings(params, serial=0):
    """(slot, value) for the parameters of all sections, as {section: {name: value}}."""
    for (section, param), place in PLACES.items():
        yield slot(serial, place), param.to_number(params[section][param.name])


def allowed(slot, value):
    """The nearest value that a slot of ours may have."""
    return _PARAMS[FIRST_PICTURE_SLOT + (slot - FIRST_PICTURE_SLOT) % COUNT].clamp(value)
