"""Pass programs: errors name file and line, passes are checked, targets keep what was drawn."""

import numpy as np
import pytest

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.common.params import Param
from phosphene.engine.gl import shader_source
from phosphene.engine.gl.pass_spec import FULL_SCREEN, Pass
from phosphene.engine.gl.shader_compile import compile_compute, compile_program
from phosphene.engine.gl.shader_source import ShaderSource
from tests.support.gl_objects import count_gl_objects
from tests.support.shader_passes import HEAD, PLAIN, built, pixels

BROKEN = "float broken() { return nope; }\n"


def build_errors(context, spec, **options):
    """The lines of the error of a pass that cannot be built."""
    with pytest.raises(PhospheneError) as raised, built(context, spec, **options):
        pass
    return str(raised.value).splitlines()


def test_an_error_lists_all_differences_between_shader_and_pass(context, write):
    uniforms = "uniform float bass, dt;\nuniform sampler2D ink;\n"
    write(HEAD + uniforms + "void main() { color = bass * dt * texture(ink, uv); }\n")
    spec = Pass(
        "beam",
        fragment="test.frag",
        samplers={"ink": "inc"},
        params=(Param("hue", 0.5, low=0.0, high=1.0),),
        signals={"bas": "audio.bass", "dt": "clock.td"},
    )
    options = {"textures": {"ink": None}, "values": {"audio.bass": 0.0, "clock.dt": 0.0, ".hue": 0.0}}
    assert build_errors(context, spec, **options) == [
        "shaders/test.frag: pass 'beam' declares 'bas', and the shader does not use it; did you mean 'bass'?",
        "shaders/test.frag: pass 'beam' declares 'hue', and the shader does not use it",
        "shaders/test.frag: the shader uses 'bass', and pass 'beam' does not declare it; did you mean 'bas'?",
        "shaders/test.frag: pass 'beam' feeds 'dt' from 'clock.td', and there is no such signal; "
        "did you mean 'clock.dt'?",
        "shaders/test.frag: pass 'beam' feeds 'ink' from 'inc', and there is no such picture before it; "
        "did you mean 'ink'?",
    ]


@pytest.mark.parametrize("input", ["uniform float swell;", "in float swell;", "uniform Swell { float swell; };"])
def test_uniforms_of_the_vertex_shader_are_checked(context, write, input):
    text = f"#version 330 core\n{input}\nout vec2 uv;\nvoid main() {{ uv = gl_Position.xy = vec2(swell); }}\n"
    write(text, "test.vert")
    lines = build_errors(context, Pass("beam", write(HEAD + "void main() { color = uv.xyxy; }\n"), vertex="test.vert"))
    assert [line.lower() for line in lines] == [
        "shaders/test.vert: the shader uses 'swell', and pass 'beam' does not declare it"
    ]


def test_a_pass_at_rest_is_drawn_by_a_program_without_its_uniforms(context, write):
    """As soon as one of the parameters is not 0, the full program draws."""
    write(HEAD + "uniform float hue;\nuniform float dim;\nvoid main() { color = vec4(hue + 0.25, dim, 0.5, 1.0); }\n")
    hue = Param("hue", 0.0, low=0.0, high=1.0)
    spec = Pass("beam", "test.frag", params=(hue,), signals={"dim": "audio.dim"}, still=(("hue",), ("dim",)))
    values = {".hue": 0.0, "audio.dim": 0.125}
    with built(context, spec, values=values) as (program, target):
        uniforms = {
            rests: {name for name in ("hue", "dim") if name in each.program} for rests, each in program.variants.items()
        }
        assert uniforms == {
            (False, False): {"hue", "dim"},
            (True, False): {"dim"},
            (False, True): {"hue"},
            (True, True): set(),
        }
        for red, dim in ((0.0, 0.125), (0.5, 0.125), (1e-6, 0.0), (0.25, 0.0)):
            values |= {".hue": red, "audio.dim": dim}
            program.render()
            np.testing.assert_allclose(pixels(target)[0, 0], (red + 0.25, dim, 0.5, 1.0), atol=1e-5)
    (line,) = build_errors(context, spec._replace(still=(("hue", "hew"),)), values=values)
    assert line == "shaders/test.frag: 'still' names 'hew', and no uniform is that; did you mean 'hue'?"


def test_a_uniform_that_the_compiler_removes_counts_as_unused(context, write):
    write(HEAD + "uniform float bass;\nvoid main() { color = vec4(bass * 0.0 + 0.5 - 0.0 * bass) * 0.0; }\n")
    (line,) = build_errors(
        context, Pass("beam", "test.frag", signals={"bass": "audio.bass"}), values={"audio.bass": 0.0}
    )
    assert "pass 'beam' declares 'bass', and the shader does not use it" in line


MAIN = "void main() { color = vec4(0.0); }\n"
NESTED = {
    "test.frag": HEAD + '#include "lib/outer.glsl"\n' + MAIN,
    "lib/outer.glsl": '\n#include "lib/angle.glsl"\n#include "lib/inner.glsl"\n\n#include "lib/finite.glsl"\n',
    "lib/inner.glsl": "/*\nabout\n*/\n",
}
ERRORS = {
    "fragment": {"test.frag": HEAD + "\n" + BROKEN + MAIN},
    "behind an include": {"test.frag": HEAD + '#include "lib/angle.glsl"\n\n' + BROKEN + MAIN},
    "included": {**NESTED, "lib/outer.glsl": "\n\n" + BROKEN},
    "included by an include": {**NESTED, "lib/inner.glsl": "\n" + BROKEN},
    "between includes": {**NESTED, "lib/outer.glsl": NESTED["lib/outer.glsl"].replace("\n\n#", f"\n{BROKEN}#")},
    "behind includes of includes": {**NESTED, "test.frag": NESTED["test.frag"] + BROKEN},
    "vertex": {"test.vert": "#version 330 core\n" + BROKEN + "void main() { }\n"},
    "included in a vertex": {
        "test.vert": '#version 330 core\n#include "lib/angle.glsl"\n#include "lib/inner.glsl"\nvoid main() { }\n',
        "lib/inner.glsl": BROKEN,
    },
}


@pytest.mark.parametrize("files", ERRORS.values(), ids=ERRORS)
def test_a_compile_error_names_file_and_line(context, write, files):
    for name, text in {"test.frag": PLAIN, **files}.items():
        write(text, name)
    vertex = "test.vert" if "test.vert" in files else FULL_SCREEN
    (place,) = [
        f"shaders/{name}:{at}: "
        for name, text in files.items()
        for at, line in enumerate(text.splitlines(), start=1)
        if "nope" in line
    ]
    lines = build_errors(context, Pass("beam", "test.frag", vertex=vertex))
    assert "nope" in lines[0] and all(line.startswith(place) for line in lines)


def test_an_error_in_a_compute_shader_names_file_and_line(context, write):
    before = count_gl_objects(context)
    write(
        '#version 430 core\nlayout(local_size_x = 1) in;\n#include "lib/angle.glsl"\nvoid main() { nope; }\n',
        "test.comp",
    )
    with pytest.raises(PhospheneError, match=r"^shaders/test.comp:4: .*nope"):
        compile_compute(context, ShaderSource("test.comp"))
    assert count_gl_objects(context) == before


def test_errors_of_both_shaders_are_listed_and_a_shared_one_once(context, write):
    write(BROKEN, "lib/shared.glsl")
    write('#version 330 core\n#include "lib/shared.glsl"\nvoid main() { there; }\n', "test.vert")
    write(HEAD + '#include "lib/shared.glsl"\nvoid main() { here; }\n')
    lines = build_errors(context, Pass("beam", "test.frag", vertex="test.vert"))
    for place in ("lib/shared.glsl:1: error: `nope'", "test.vert:3: error: `there'", "test.frag:5: error: `here'"):
        assert sum(line.startswith(f"shaders/{place}") for line in lines) == 1


UNLINKED = {
    "of another type": ("in vec3 uv;\nout vec4 color;\nvoid main() { color = uv.xyzz; }\n", "uv"),
    "without a body": ("out vec4 color;\nfloat body();\nvoid main() { color = vec4(body()); }\n", "body"),
    "without an end": ("out vec4 color;\n", "main"),
}


@pytest.mark.parametrize("text, what", UNLINKED.values(), ids=UNLINKED)
def test_a_link_error_names_both_files(context, write, text, what):
    (line,) = build_errors(context, Pass("beam", write("#version 330 core\n" + text)))
    assert line.startswith(f"shaders/test.frag, behind shaders/{FULL_SCREEN}: ")
    assert what in line.partition(": ")[2]


def test_a_missing_include_is_reported_where_it_is_included(write):
    write(HEAD + '\n#include "lib/outer.glsl"\n')
    write('\n#include "lib/angel.glsl"\n', "lib/outer.glsl")
    with pytest.raises(PhospheneError) as raised:
        ShaderSource("test.frag")
    message = str(raised.value)
    assert message.startswith("shaders/lib/outer.glsl:2: no shader 'lib/angel.glsl' (has lib/")
    assert message.endswith("; did you mean 'lib/angle.glsl'?")


def test_a_missing_shader_is_reported(write):
    write(PLAIN)
    with pytest.raises(PhospheneError) as raised:
        ShaderSource("tset.frag")
    assert str(raised.value) == "shaders: no shader 'tset.frag' (has test.frag); did you mean 'test.frag'?"


def test_a_file_is_compiled_once_however_often_it_is_included(context, write):
    again = '#include "lib/angle.glsl"\n#include "lib/outer.glsl"\n#include "test.frag"\n'
    write(HEAD + again + again + "void main() { color = vec4(angle(uv) + outer()); }\n")
    write(again + "float outer() { return angle(vec2(1.0)); }\n", "lib/outer.glsl")
    source = ShaderSource("test.frag")
    assert source.files == ["test.frag", "lib/angle.glsl", "lib/outer.glsl"]
    compile_program(context, ShaderSource(FULL_SCREEN), source).release()


DRIVER_LOGS = {
    "Mesa": "0:{}(24): error: `nope' undeclared",
    "NVIDIA": '0({}) : error C1503: undefined variable "nope"',
    "Apple": "ERROR: 0:{}: Use of undeclared identifier 'nope'",
    "AMD": "ERROR: 0:{}: error(#143) Undeclared identifier: nope",
}


@pytest.mark.parametrize("log", DRIVER_LOGS.values(), ids=DRIVER_LOGS)
def test_the_log_of_every_driver_is_parsed(write, log):
    write(HEAD + '#include "lib/inner.glsl"\n' + MAIN)
    write("\n" + BROKEN, "lib/inner.glsl")
    (line,) = ShaderSource("test.frag").errors_in(f"\n{log.format(5)}\n1 error generated.\n")
    assert line == f"shaders/lib/inner.glsl:2: {log.format(5).partition('5')[2].split(' ', 1)[1].removeprefix(': ')}"


def test_a_log_without_line_numbers_becomes_one_line(write):
    source = ShaderSource(write(PLAIN))
    assert source.errors_in("out of\n  memory\n") == ["shaders/test.frag: out of memory"]


UNBUILDABLE = {
    "fragment": {"test.frag": HEAD + BROKEN},
    "vertex": {"test.vert": BROKEN},
    "link": {"test.frag": HEAD},
    "include": {"test.frag": HEAD + '#include "nope.glsl"\n'},
    "uniform": {"test.frag": HEAD + "uniform float nope;\nvoid main() { color = vec4(nope); }\n"},
}


@pytest.mark.parametrize("files", UNBUILDABLE.values(), ids=UNBUILDABLE)
def test_a_failed_build_leaves_no_gl_object(context, write, files):
    before = count_gl_objects(context)
    for name, text in {
        "test.frag": PLAIN,
        "test.vert": (shader_source.SHADERS / FULL_SCREEN).read_text(),
        **files,
    }.items():
        write(text, name)
    build_errors(context, Pass("beam", "test.frag", vertex="test.vert"))
    assert count_gl_objects(context) == before
    write(PLAIN)
    with built(context, Pass("beam", "test.frag")):
        assert count_gl_objects(context) != before
    assert count_gl_objects(context) == before


def test_a_pass_samples_its_own_last_frame_and_the_current_one_of_others(context, write):
    add = "uniform sampler2D {0};\nvoid main() {{ color = texture({0}, uv) + {1}; }}\n"
    count = Pass("count", write(HEAD + add.format("before", "1.0"), "count.frag"), samplers={"before": "count"})
    copy = Pass("copy", write(HEAD + add.format("count", "0.0"), "copy.frag"), samplers={"count": "count"})
    bright = context.gl.texture((4, 3), 4, np.ones((3, 4, 4), np.float16).tobytes(), dtype="f2")
    bright.release()  # what is made of its memory starts black all the same
    with (
        built(context, count) as (counting, counted),
        built(context, copy, textures={"count": lambda: counted.picture}) as (copying, copied),
    ):
        for frame in range(5):
            assert (pixels(counted) == frame).all() and (pixels(copied) == frame).all()
            counting.render()
            assert (np.frombuffer(counted.previous_texture().read(), np.float16) == frame).all()
            copying.render()


def test_a_target_does_not_clamp(context, write):
    with built(context, Pass("beam", write(HEAD + "void main() { color = vec4(7.5, -3.0, 1e4, exp2(-20.0)); }\n"))) as (
        program,
        target,
    ):
        program.render()
        np.testing.assert_array_equal(pixels(target), np.full((3, 4, 4), (7.5, -3.0, 1e4, 2.0**-20), np.float16))


def test_a_pass_of_light_adds_on_black_and_others_replace(context, write):
    fragment = write(HEAD + "void main() { color = vec4(0.25, 0.5, -0.5, 1.0); }\n")
    with (
        built(context, Pass("beam", fragment, instances=3, light=True)) as (adding, sum),
        built(context, Pass("wall", fragment, instances=3)) as (covering, top),
    ):
        for _ in range(2):
            adding.render()
            covering.render()
            assert (pixels(sum) == (0.75, 1.5, -1.5, 3.0)).all() and (pixels(top) == (0.25, 0.5, -0.5, 1.0)).all()


@pytest.mark.parametrize("scale, size", [(1.0, (642, 362)), (1 / 4, (160, 90)), (1 / 1000, (1, 1))])
def test_a_scaled_target_has_part_of_the_size(context, write, scale, size):
    with built(context, Pass("beam", write(PLAIN), scale=scale), size=(642, 362)) as (program, target):
        program.render()
        assert target.picture.size == size and (pixels(target) == 0.5).all()
