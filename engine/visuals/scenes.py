"""Scenes: the table of them, their passes, and where their parameters lie on the board."""

from typing import NamedTuple

from engine.effects import chain
from engine.listening.frame import BANDS
from engine.params import Param
from engine.visuals.passes import Pass
from engine.visuals.signals import SEEN


class Scene(NamedTuple):
    """Passes in the order they are drawn; the last one's picture is shown."""

    passes: tuple

    @property
    def params(self):
        """The Params of all its passes, each once."""
        return tuple({param.name: param for each in self.passes for param in each.params}.values())


FADE = Param("fade", 0.05, low=0.01, high=1.0, unit="s")
FLASH = Scene(
    (
        Pass(
            "flash",
            fragment="scene/flash.frag",
            samplers={"flash": "flash"},
            params=(FADE,),
            signals={"hit": "audio.hit", "dt": "clock.dt"},
        ),
    )
)
ASPECT, DT, LOTS = {"aspect": "picture.aspect"}, {"dt": "clock.dt"}, {"lots": "seed.lots"}
SCOPE = Scene(
    (
        Pass(
            "ink",
            vertex="scene/scope_ink.vert",
            fragment="scene/scope_ink.frag",
            samplers={"wave": "audio.wave", "bands": "audio.bands"},
            params=(Param("hue", 0.55, low=0.0, high=1.0),),
            signals={
                "bass": "audio.bass",
                "onset": "audio.onset",
                "centre": "audio.centre",
                "travel": "audio.travel",
                "minute": "clock.minute",
                **ASPECT,
                **LOTS,
            },
            vertices=4,
            instances=SEEN + 2 * BANDS,
            light=True,
        ),
        Pass(
            "trail",
            fragment="scene/scope_trail.frag",
            samplers={"ink": "ink", "trail": "trail"},
            params=(
                Param("afterglow", 0.7, low=0.05, high=10.0, unit="s", curve="exp"),
                Param("drift", 0.8, low=0.0, high=4.0, unit="1/s"),
                Param("whirl", 3.0, low=-30.0, high=30.0, unit="turns/min"),
            ),
            signals={"bass": "audio.bass", "treble": "audio.treble", "minute": "clock.minute", **ASPECT, **DT, **LOTS},
        ),
        Pass("small", fragment="post/shrink.frag", samplers={"picture": "trail"}, scale=1 / 4),
        Pass("soft", fragment="post/soften.frag", samplers={"picture": "small"}, scale=1 / 8),
        Pass("glow", fragment="post/soften.frag", samplers={"picture": "soft"}, scale=1 / 8),
        Pass(
            "scope",
            fragment="scene/scope.frag",
            samplers={"ink": "ink", "trail": "trail", "glow": "glow"},
            params=(Param("bloom", 0.8, low=0.0, high=3.0),),
            signals={"onset": "audio.onset"},
        ),
    )
)
SCENES = {"scope": SCOPE, "flash": FLASH}
DISPLAY = Pass("display", fragment="post/display.frag", samplers={"picture": "scene"})

FIRST = chain.SLOTS  # of the board: before it lie the parameters of the genome
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
