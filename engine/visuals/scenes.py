"""Scenes: the table of them, their passes, and where their parameters lie on the board."""

from typing import NamedTuple

from engine.control import tempo
from engine.params import Param
from engine.visuals.passes import Pass


class Scene(NamedTuple):
    """Passes in the order they are drawn; the last one draws what the screen shows."""

    passes: tuple

    @property
    def params(self):
        """The Params of all its passes, each once."""
        return tuple({param.name: param for each in self.passes for param in each.params}.values())


FADE = Param("fade", 0.05, low=0.01, high=1.0, unit="s")
FLASH = Scene(
    (
        Pass(
            "light",
            fragment="scene/flash_light.frag",
            samplers={"light": "light"},
            params=(FADE,),
            signals={"hit": "audio.hit", "dt": "clock.dt"},
            scale=0.0,  # a pixel: all of the picture is alike
        ),
        Pass("flash", vertex="scene/flash.vert", fragment="scene/flash.frag", samplers={"light": "light"}),
    )
)
HUE = Param("hue", 0.55, low=0.0, high=1.0)
LOTS, MINUTE, ASPECT = {"lots": "seed.lots"}, {"minute": "clock.minute"}, {"aspect": "picture.aspect"}
HEARD = {name: f"audio.{name}" for name in ("bass", "level", "onset", "centre")}
SCOPE = Scene(
    (
        Pass(
            "ink",
            vertex="scene/scope_ink.vert",
            fragment="scene/scope_ink.frag",
            samplers={"wave": "audio.wave"},
            params=(HUE,),
            signals={**HEARD, **ASPECT, **MINUTE, **LOTS},
            vertices=2 * (384 + 1),
            instances=3,
            light=True,
        ),
        Pass(
            "trail",
            fragment="scene/scope_trail.frag",
            samplers={"bands": "audio.bands", "trail": "trail"},
            params=(
                HUE,
                Param("afterglow", 1.2, low=0.2, high=6.0, unit="s", curve="exp"),
                Param("drift", 0.6, low=0.15, high=2.0, unit="1/s"),
            ),
            signals={**HEARD, **MINUTE, **LOTS, "dt": "clock.dt"},
            scale=1 / 2,
        ),
        Pass("small", fragment="post/shrink.frag", samplers={"picture": "ink"}, scale=1 / 4),
        Pass("glow", fragment="post/soften.frag", samplers={"picture": "small"}, scale=1 / 8),
        Pass(
            "scope",
            fragment="scene/scope.frag",
            samplers={"ink": "ink", "trail": "trail", "glow": "glow"},
            params=(
                Param("whirl", 0.12, low=0.0, high=0.4, unit="turns"),
                Param("bloom", 0.8, low=0.0, high=3.0),
            ),
            signals={"travel": "audio.travel", **ASPECT, **MINUTE, **LOTS},
        ),
    )
)
SCENES = {"scope": SCOPE, "flash": FLASH}

FIRST = tempo.SLOTS  # of the board: before it lie the parameters of the genome, and the tempo
WHICH = FIRST  # the slot that holds the number of the scene
PLACES = {
    (scene, param): FIRST + 1 + at
    for at, (scene, param) in enumerate((name, param) for name in SCENES for param in SCENES[name].params)
}
SLOTS = FIRST + 1 + len(PLACES)
NAMES = {"scene": WHICH, **{f"{scene}.{param.name}": slot for (scene, param), slot in PLACES.items()}}


def settings(scene, params):
    """(slot, value) for a scene's name and the parameters of all scenes, as {scene: {name: value}}."""
    yield WHICH, float(list(SCENES).index(scene))
    for (name, param), slot in PLACES.items():
        yield slot, float(params[name][param.name])


def allowed(slot, value):
    """The nearest value that a slot of ours may have."""
    if slot == WHICH:
        return value if value in range(len(SCENES)) else 0.0
    return next(param.clamp(value) for (_, param), at in PLACES.items() if at == slot)
