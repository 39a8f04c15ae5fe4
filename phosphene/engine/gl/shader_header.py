"""Declarations: what the shader of a scene or a show pass says of itself, as passes.

The first comment is YAML: what it is about, the passes drawn before its own, and how its own is drawn. A uniform
says by its name where it comes from, and one that a preset may set by its comment what it may be.
"""

import re
from typing import Annotated, NamedTuple

from pydantic import Field

from phosphene.engine.common.errors import PhospheneError, UsageError, nearest
from phosphene.engine.common.params import Param, choice_param
from phosphene.engine.documents.document import Location
from phosphene.engine.documents.load import parse_document
from phosphene.engine.documents.schema import Strict
from phosphene.engine.documents.validation import validate
from phosphene.engine.gl.pass_spec import FULL_SCREEN, Pass
from phosphene.engine.gl.shader_source import UNIFORM, Source, find

HEADER = re.compile(r"#version[^\n]*\n/\*\n(.*?)\*/", re.DOTALL)
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
RANGE = re.compile(rf"({NUMBER}) in ({NUMBER})\.\.({NUMBER})(?: ([^\s:,]+))?(?:, (exp))?(?::|$)")
CHOICE = re.compile(r"(\w+(?: \| \w+)+)(?::|$)")


class Own(Strict):
    """How a pass is drawn."""

    vertex: str = FULL_SCREEN
    vertices: int = Field(3, ge=1, le=1 << 22)
    instances: int = Field(1, ge=1, le=1 << 22)
    points: bool = False
    light: bool = False
    over: str = ""
    scale: float = Field(1.0, ge=0.0, le=1.0)
    size: Annotated[tuple[int, ...], Field(strict=False)] = ()
    precise: bool = False
    wrap: bool = False
    rate: float = Field(0.0, ge=0.0, le=1000.0)
    still: Annotated[tuple[Annotated[tuple[str, ...], Field(strict=False)], ...], Field(strict=False)] = ()


class Inner(Own):
    """A pass that is drawn before the file's own."""

    name: str
    fragment: str = ""
    samplers: dict[str, str] = Field({})


class Header(Own):
    about: str
    passes: Annotated[tuple[Inner, ...], Field(strict=False)] = ()
    dark: bool = False  # it may stay black while sound is heard


class ShaderSpec(NamedTuple):
    """A scene or a show pass: its passes in the order they are drawn, its own the last."""

    name: str
    about: str
    passes: tuple
    dark: bool = False

    @property
    def shows_media(self):
        """Whether there must be something to see: a photo, a film, a camera."""
        return any("media" in each.samplers for each in self.passes)

    @property
    def params(self):
        """The Params of all its passes, each once."""
        return tuple({param.name: param for each in self.passes for param in each.params}.values())


def read_spec(room, name):
    """What shaders/ROOM/NAME.frag declares.

    Raises
    ------
    PhospheneError
        A line for every fault, with file and line.
    """
    file = f"{room}/{name}.frag"
    header = _header(file)
    passes = []
    for inner in header.passes:
        told = inner.model_dump()
        told["fragment"] = inner.fragment or f"{room}/{name}/{inner.name}.frag"
        passes.append(_fed(**told))
    own = header.model_dump(exclude={"about", "passes", "dark"})
    passes.append(_fed(name=name, fragment=file, samplers={}, **own))
    whole = ShaderSpec(name, header.about, tuple(passes), header.dark)
    for at, each in enumerate(passes):
        before = [other.name for other in passes[:at] if not other.over]
        if each.over and each.over not in before:
            told = f"'{each.name}' is drawn over '{each.over}', which is no pass before it that has a picture"
            raise PhospheneError(f"shaders/{file}: {told}{nearest(each.over, before)}")
    alike = {}
    for each in whole.passes:
        for param in each.params:
            if alike.setdefault(param.name, param) != param:
                raise PhospheneError(f"shaders/{each.fragment}: '{param.name}' is {param.span} here, elsewhere not")
    return whole


def _header(file):
    found = HEADER.match(text := find(file, "shaders"))
    if not found:
        raise PhospheneError(f"shaders/{file}: has no header; a comment with 'about' comes behind #version")
    first = text[: found.start(1)].count("\n")
    try:
        document = parse_document(found[1], lambda line: Location(line, f"shaders/{file}:{first + line}"))
        return validate(Header, document)[0]
    except UsageError as fault:
        raise PhospheneError(str(fault)) from fault


def _fed(*, vertex, fragment, samplers, **drawn):
    """A Pass whose uniforms are fed as its shaders say."""
    params, signals, shown = {}, {}, {}
    for source in (Source(vertex), Source(fragment)):
        for place, line in zip(source.places, source.text.splitlines()):
            if uniform := UNIFORM.match(line):
                kind, name, comment = uniform.groups()
                if kind.startswith("sampler"):
                    shown[name] = samplers.get(name, name)
                elif param := _param(name, comment or "", place):
                    params[name] = param
                else:
                    signals[name] = name
    drawn["size"] = tuple(drawn["size"])
    return Pass(
        fragment=fragment,
        vertex=vertex,
        samplers=shown,
        params=tuple(params.values()),
        signals=signals,
        **drawn,
    )


def _param(name, comment, place):
    """The Param that a uniform's comment declares, if it does."""
    if found := CHOICE.match(comment):
        return choice_param(name, found[1].split(" | "))
    if not (found := RANGE.match(comment)):
        return None
    default, low, high = map(float, found.groups()[:3])
    curve = found[5] or "linear"
    if not low <= default <= high or low == high or (curve == "exp" and low <= 0.0):
        raise PhospheneError(f"{place}: '{name}' has {default:g} in {low:g} to {high:g}, {curve}: that is no range")
    return Param(name, default, low=low, high=high, unit=found[4] or "", curve=curve)
