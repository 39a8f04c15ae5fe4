"""Shader headers: the passes that the shader of a scene or a show pass declares.

The first comment is YAML: what the scene shows, the passes drawn before its own, and how its own is drawn. The name
of a uniform says what sets it. Its comment may give a parameter's range, which a preset may then set, or the size of
a sampler's weights.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from phosphene.engine.common.errors import PhospheneError, UsageError, nearest
from phosphene.engine.common.params import Param, choice_param
from phosphene.engine.documents.document import Location
from phosphene.engine.documents.load import parse_document
from phosphene.engine.documents.schema import Strict
from phosphene.engine.documents.validation import validate
from phosphene.engine.gl.pass_spec import FULL_SCREEN, Pass, UniformArray
from phosphene.engine.gl.shader_source import UNIFORM, ShaderSource, read_shader

HEADER = re.compile(r"#version[^\n]*\n/\*\n(.*?)\*/", re.DOTALL)
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
RANGE = re.compile(rf"({NUMBER}) in ({NUMBER})\.\.({NUMBER})(?: ([^\s:,]+))?(?:, (exp))?(?::|$)")
CHOICE = re.compile(r"(\w+(?: \| \w+)+)(?::|$)")
WEIGHTS = re.compile(r"weights ([1-9][0-9]*)x([1-9][0-9]*)(?::|$)")
ARRAY_TYPES = {"float": 1, "vec2": 2, "vec3": 3, "vec4": 4}  # components of an element
MAX_TARGETS = 8  # colour attachments that every OpenGL 3.3 has

Names = Annotated[tuple[str, ...], Field(strict=False)]


class PassFields(Strict):
    """How a pass is drawn; `Pass` says what each field means."""

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
    still: Annotated[tuple[Names, ...], Field(strict=False)] = ()
    targets: Annotated[Names, Field(max_length=MAX_TARGETS)] = ()


class InnerPass(PassFields):
    """A pass that is drawn before the file's own."""

    name: str
    fragment: str = ""
    samplers: dict[str, str] = Field({})


class Header(PassFields):
    """The header of a file, which also says how the file's own pass is drawn."""

    about: str
    passes: Annotated[tuple[InnerPass, ...], Field(strict=False)] = ()
    dark: bool = False  # it may stay black while sound is heard


class ShaderSpec(NamedTuple):
    """A scene or a show pass: its passes in the order they are drawn, its own last."""

    name: str
    about: str
    passes: tuple[Pass, ...]
    dark: bool = False

    @property
    def shows_media(self) -> bool:
        """True if a pass samples the media: a photo, a film or a camera."""
        return any("media" in each.samplers for each in self.passes)

    @property
    def params(self) -> tuple[Param, ...]:
        """The Params of all its passes, each once."""
        return tuple({param.name: param for each in self.passes for param in each.params}.values())


def read_spec(room: str, name: str) -> ShaderSpec:
    """What shaders/ROOM/NAME.frag declares.

    Raises
    ------
    PhospheneError
        One line for each error, with file and line.
    """
    file = f"{room}/{name}.frag"
    header = _read_header(file)
    passes = []
    for inner in header.passes:
        fields = inner.model_dump()
        fields["fragment"] = inner.fragment or f"{room}/{name}/{inner.name}.frag"
        passes.append(_make_pass(**fields))
    own = header.model_dump(exclude={"about", "passes", "dark"})
    passes.append(_make_pass(name=name, fragment=file, samplers={}, **own))
    passes = _join_over(passes, file)
    _check_texture_names(passes, file)
    spec = ShaderSpec(name, header.about, tuple(passes), header.dark)
    _check_params(spec)
    return spec


def _join_over(passes: list[Pass], file: str) -> list[Pass]:
    """The passes; one drawn over another has the other's targets."""
    joined: list[Pass] = []
    for each in passes:
        if each.over:
            before = {other.name: other for other in joined if not other.over}
            if each.over not in before:
                message = f"'{each.name}' is drawn over '{each.over}', which is no pass before it that has a picture"
                raise PhospheneError(f"shaders/{file}: {message}{nearest(each.over, before)}")
            if each.targets:
                message = f"'{each.name}' is drawn over '{each.over}' and has that one's targets; remove its own"
                raise PhospheneError(f"shaders/{file}: {message}")
            each = each._replace(targets=before[each.over].targets)
        joined.append(each)
    return joined


def _check_texture_names(passes: list[Pass], file: str) -> None:
    """Two textures of one name would hide each other."""
    owners: dict[str, str] = {}
    for each in passes:
        for texture in each.targets if not each.over else ():
            if texture in owners or texture in {other.name for other in passes if not other.targets}:
                other = owners.get(texture, texture)
                raise PhospheneError(f"shaders/{file}: pass '{each.name}' has a target '{texture}', as has '{other}'")
            owners[texture] = each.name


def _check_params(spec: ShaderSpec) -> None:
    """A Param that several passes declare must be the same in all."""
    known: dict[str, Param] = {}
    for each in spec.passes:
        for param in each.params:
            if known.setdefault(param.name, param) != param:
                message = f"'{param.name}' is {param.range_text} here, elsewhere not"
                raise PhospheneError(f"shaders/{each.fragment}: {message}")


def _read_header(file: str) -> Header:
    found = HEADER.match(text := read_shader(file, "shaders"))
    if not found:
        raise PhospheneError(f"shaders/{file}: has no header; write a comment with 'about' after #version")
    first = text[: found.start(1)].count("\n")
    try:
        document = parse_document(found[1], lambda line: Location(line, f"shaders/{file}:{first + line}"))
        return validate(Header, document)[0]
    except UsageError as error:
        raise PhospheneError(str(error)) from error


def _make_pass(*, vertex: str, fragment: str, samplers: Mapping[str, str], **fields: Any) -> Pass:
    """A Pass whose uniforms are set as its shaders declare."""
    params, signals, sampled = {}, {}, {}
    arrays, weights = {}, {}
    for source in (ShaderSource(vertex), ShaderSource(fragment)):
        for found, place in source.declarations(UNIFORM):
            kind, name, length, comment = found.groups()
            if length:
                arrays[name] = _array(kind, name, length, place)
            elif kind.startswith("sampler"):
                sampled[name] = samplers.get(name, name)
                if size := WEIGHTS.match(comment or ""):
                    weights[name] = int(size[1]), int(size[2])
            elif param := _param(name, comment or "", place):
                params[name] = param
            else:
                signals[name] = name
    fields["size"] = tuple(fields["size"])
    return Pass(
        fragment=fragment,
        vertex=vertex,
        samplers=sampled,
        params=tuple(params.values()),
        signals=signals,
        arrays=arrays,
        weights=weights,
        **fields,
    )


def _array(kind: str, name: str, length: str, place: str) -> UniformArray:
    """The array that a uniform with a length declares."""
    if kind not in ARRAY_TYPES:
        raise PhospheneError(f"{place}: '{name}' is an array of {kind} (allowed: {', '.join(ARRAY_TYPES)})")
    if not length.isdecimal() or not int(length):
        raise PhospheneError(f"{place}: '{name}' has the length '{length}' (allowed: a number, such as 64)")
    return UniformArray(name, ARRAY_TYPES[kind], int(length))


def _param(name: str, comment: str, place: str) -> Param | None:
    """The Param that a uniform's comment declares, or None."""
    if found := CHOICE.match(comment):
        return choice_param(name, found[1].split(" | "))
    if not (found := RANGE.match(comment)):
        return None
    default, low, high = map(float, found.groups()[:3])
    curve = found[5] or "linear"
    if not low <= default <= high or low == high or (curve == "exp" and low <= 0.0):
        raise PhospheneError(f"{place}: '{name}' has {default:g} in {low:g} to {high:g}, {curve}: that is no range")
    return Param(name, default, low=low, high=high, unit=found[4] or "", curve=curve)
