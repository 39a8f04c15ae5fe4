"""Scenes and show passes: what shaders/ holds, and the board slots of their parameters."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.common.params import Param
from phosphene.engine.gl.shader_header import ShaderSpec, read_spec
from phosphene.engine.gl.shader_source import SHADERS
from phosphene.engine.modulation.matrix import NO_MODULATION
from phosphene.engine.rings.board_layout import FIRST_PICTURE_SLOT, board_slots, picture_slot

DEFAULT_SCENE = "scope"
FINISH, FREEZE = "finish", "freeze"
STAGE_PARAMS = {(FINISH, "blackout"), (FINISH, FREEZE)}  # of the stage, not of a preset: they stay when that changes
TRANSITIONS, STARTS = ("fade", "cut", "wipe"), ("now", "beat", "bar")


class Look(NamedTuple):
    """What is shown and how it comes in, in plain values, as it travels between processes."""

    serial: int  # counted up with every picture that takes another's place
    name: str  # of the preset
    scene: str
    passes: list[str]  # show passes, in their order
    transition: dict[str, Any]  # kind, seconds, start
    media: str | None = None  # a photo, a film or a camera
    modulation: Any = NO_MODULATION  # a Modulation


def _read_room(room: str) -> dict[str, ShaderSpec]:
    names = sorted(each.name[:-5] for each in (SHADERS / room).iterdir() if each.name.endswith(".frag"))
    return {name: read_spec(room, name) for name in names}


def _read_finish() -> ShaderSpec:
    """What every picture goes through last. `freeze` is no shader's parameter: while it is on, nothing is drawn."""
    spec = read_spec("post", FINISH)
    freeze = Param(FREEZE, 0.0, low=0.0, high=1.0)
    return spec._replace(passes=(*spec.passes, spec.passes[-1]._replace(name=FREEZE, params=(freeze,))))


SCENES = _read_room("scene")
SCENES = {DEFAULT_SCENE: SCENES.pop(DEFAULT_SCENE), **SCENES}
MEDIA_SCENES = tuple(name for name, scene in SCENES.items() if scene.shows_media)
SHOW_PASSES = _read_room("show")
if both := SCENES.keys() & SHOW_PASSES.keys() | ({FINISH} & (SCENES.keys() | SHOW_PASSES.keys())):
    raise PhospheneError(f"shaders/show/{min(both)}.frag: a scene or another pass has that name")
SECTIONS: dict[str, ShaderSpec] = {**SCENES, **SHOW_PASSES, FINISH: _read_finish()}

PARAM_SLOTS = {
    key: FIRST_PICTURE_SLOT + number
    for number, key in enumerate((name, param) for name, section in SECTIONS.items() for param in section.params)
}
PARAM_COUNT = len(PARAM_SLOTS)
BOARD_SLOTS = board_slots(PARAM_COUNT)
SLOTS = {(section, param.name): slot for (section, param), slot in PARAM_SLOTS.items()}
SLOTS_BY_NAME = {f"{section}.{name}": slot for (section, name), slot in SLOTS.items()}
SLOTS_BY_NAME |= {f"other.{name}": slot + PARAM_COUNT for name, slot in SLOTS_BY_NAME.items()}
_PARAMS = {slot: param for (_, param), slot in PARAM_SLOTS.items()}
_STAGE_SLOTS = {SLOTS[key] for key in STAGE_PARAMS}


def look_slot(serial: int, slot: int) -> int:
    """The slot of a parameter for the look with a serial number: two looks may be shown at a time."""
    return slot if slot in _STAGE_SLOTS else picture_slot(serial, slot, PARAM_COUNT)


def slot_values(params: Mapping[str, Mapping[str, Any]], serial: int = 0) -> Iterator[tuple[int, float]]:
    """(slot, value) for the parameters of all sections, given as {section: {name: value}}."""
    for (section, param), slot in PARAM_SLOTS.items():
        yield look_slot(serial, slot), param.to_number(params[section][param.name])


def clamp_to_slot(slot: int, value: float) -> float:
    """The nearest value that the parameter of a slot may have."""
    return _PARAMS[FIRST_PICTURE_SLOT + (slot - FIRST_PICTURE_SLOT) % PARAM_COUNT].clamp(value)
