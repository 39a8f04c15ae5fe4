"""What passes exchange beyond one picture: several targets, uniform arrays, and textures of weights."""

import numpy as np
import pytest

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.gl import shader_header
from phosphene.engine.gl.pass_program import PassProgram
from phosphene.engine.gl.pass_spec import Pass, UniformArray
from phosphene.engine.gl.target import Target
from tests.support.shader_passes import HEAD, PLAIN, built, pixels

TWO = "#version 330 core\nin vec2 uv;\nout vec4 light;\nout vec4 height;\n"
SPLIT = TWO + "void main() { light = vec4(uv, 0.25, 1.0); height = vec4(2.0); }\n"
ARRAY = HEAD + "uniform float mel[8];\nvoid main() { color = vec4(mel[int(uv.x * 8.0)]); }\n"
KERNEL = "uniform sampler2D kernel;  // weights 4x3\n"
WEIGHTED = HEAD + KERNEL + "void main() { color = texelFetch(kernel, ivec2(gl_FragCoord.xy), 0); }\n"
MEL = {"mel": UniformArray("mel", 1, 8)}


def build_errors(context, spec, **options):
    with pytest.raises(PhospheneError) as raised, built(context, spec, **options):
        pass
    return str(raised.value).splitlines()


@pytest.mark.parametrize("order", [("light", "height"), ("height", "light")])
def test_every_target_holds_the_output_of_its_name(context, write, order):
    with built(context, Pass("field", write(SPLIT), targets=order)) as (program, target):
        program.render()
        heights, lights = pixels(target, order.index("height")), pixels(target, order.index("light"))
        assert (heights == 2.0).all()
        assert (lights[..., 2:] == (0.25, 1.0)).all() and np.ptp(lights[..., 0]) > 0.5
        assert target.picture is target.texture(0)


def test_later_passes_sample_a_target_and_the_pass_itself_its_last_frame(context, write):
    main = "void main() { height = texture(before, uv) + 1.0; light = height; }\n"
    count = write(TWO + "uniform sampler2D before;\n" + main)
    spec = Pass("field", count, samplers={"before": "height"}, targets=("light", "height"))
    copy = HEAD + "uniform sampler2D height;\nvoid main() { color = texture(height, uv); }\n"
    copying = Pass("copy", write(copy, "copy.frag"), samplers={"height": "height"})
    with (
        built(context, spec) as (program, target),
        built(context, copying, textures={"height": lambda: target.texture(1)}) as (copies, copied),
    ):
        for frame in range(1, 5):
            program.render()
            copies.render()
            assert (pixels(copied) == frame).all() and (pixels(target) == frame).all()
            assert (np.frombuffer(target.previous_texture(1).read(), np.float16) == frame - 1).all()


def test_a_resized_target_keeps_what_each_attachment_shows(context, write):
    with built(context, Pass("field", write(SPLIT), targets=("light", "height")), size=(8, 6)) as (program, target):
        program.render()
        target.resize((16, 12))
        assert target.size == (16, 12)
        assert (pixels(target, 1) == 2.0).all() and (pixels(target)[..., 2] == 0.25).all()
        other = Target(context, target.spec, (16, 12))
        assert other.matches(target) and not pixels(other, 1).any()
        other.copy_from(target)
        np.testing.assert_array_equal(pixels(other), pixels(target))
        np.testing.assert_array_equal(pixels(other, 1), pixels(target, 1))
        other.release()


def test_light_is_added_to_every_target(context, write):
    spec = Pass("field", write(SPLIT), targets=("light", "height"), light=True, instances=3)
    with built(context, spec) as (program, target):
        for _ in range(2):
            program.render()
            assert (pixels(target, 1) == 6.0).all() and (pixels(target)[..., 2] == 0.75).all()


TARGET_ERRORS = {
    "no such output": (
        SPLIT,
        ("light", "hieght"),
        [
            "shaders/test.frag:3: pass 'field' declares the target 'hieght', and the shader has no such output; "
            "did you mean 'height'?",
            "shaders/test.frag:4: the shader has an output 'height', and pass 'field' no such target; "
            "did you mean 'hieght'?",
        ],
    ),
    "never written": (
        TWO + "void main() { light = vec4(1.0); }\n",
        ("light", "height"),
        ["shaders/test.frag:4: pass 'field' declares the target 'height', and the shader never writes it"],
    ),
    "no targets": (
        SPLIT,
        (),
        ["shaders/test.frag:4: the shader has an output 'height', and pass 'field' no such target"],
    ),
}


@pytest.mark.parametrize("text, targets, errors", TARGET_ERRORS.values(), ids=TARGET_ERRORS)
def test_targets_and_outputs_must_match(context, write, text, targets, errors):
    assert build_errors(context, Pass("field", write(text), targets=targets)) == errors


@pytest.mark.parametrize("components, kind", [(1, "float"), (2, "vec2"), (3, "vec3"), (4, "vec4")])
def test_a_uniform_array_takes_the_numbers_of_its_signal(context, write, components, kind):
    swizzle = {1: "vec4(x)", 2: "x.xyxy", 3: "x.xyzx", 4: "x"}[components]
    text = f"uniform {kind} latent[8];\nvoid main() {{ {kind} x = latent[int(uv.x * 8.0)]; color = {swizzle}; }}\n"
    array = UniformArray("latent", components, 8)
    spec = Pass("bars", write(HEAD + text), arrays={"latent": array}, size=(8, 1))
    values = {"latent": np.zeros(8 if components == 1 else (8, components), np.float32)}
    with built(context, spec, values=values) as (program, target):
        for seed in range(3):
            numbers = np.random.default_rng(seed).integers(-64, 64, values["latent"].shape) / 8.0
            values["latent"] = numbers
            program.render()
            np.testing.assert_array_equal(pixels(target)[0, :, :components], numbers.reshape(8, components))


def test_an_array_whose_end_the_compiler_cuts_off_is_filled_all_the_same(context, write):
    spec = Pass("bars", write(HEAD + "uniform float mel[8];\nvoid main() { color = vec4(mel[2]); }\n"), arrays=MEL)
    with built(context, spec, values={"mel": np.arange(8.0)}) as (program, target):
        program.render()
        assert (pixels(target) == 2.0).all()


ARRAY_ERRORS = {
    "another length": (np.zeros(9), "which holds 9 float"),
    "another type": (np.zeros((8, 3)), "which holds 8 vec3"),
    "a number": (0.5, "which is no array"),
    "a picture": (np.zeros((8, 2, 2)), "whose shape is (8, 2, 2)"),
}


@pytest.mark.parametrize("value, found", ARRAY_ERRORS.values(), ids=ARRAY_ERRORS)
def test_an_array_of_another_size_is_an_error_with_its_line(context, write, value, found):
    spec = Pass("bars", write(ARRAY), arrays=MEL)
    (line,) = build_errors(context, spec, values={"mel": value})
    assert line == f"shaders/test.frag:4: 'float mel[8]' is filled from 'mel', {found}"


def test_a_uniform_that_is_no_array_is_not_set_from_one(context, write):
    text = HEAD + "\nuniform float mel;\nvoid main() { color = vec4(mel); }\n"
    (line,) = build_errors(context, Pass("bars", write(text), signals={"mel": "mel"}), values={"mel": np.zeros(8)})
    assert line == "shaders/test.frag:5: 'mel' is no array, and is set from 'mel', which holds 8 float"


def test_an_array_that_nothing_fills_is_an_error(context, write):
    (line,) = build_errors(context, Pass("bars", write(ARRAY), arrays=MEL), values={"mal": np.zeros(8)})
    assert line.endswith("pass 'bars' feeds 'mel' from 'mel', and there is no such signal; did you mean 'mal'?")


@pytest.mark.parametrize("dtype", ["f2", "f4"])
def test_weights_are_sampled_as_they_are(context, write, dtype):
    spec = Pass("net", write(WEIGHTED), samplers={"kernel": "kernel"}, weights={"kernel": (4, 3)})
    weights = np.random.default_rng(1).integers(-99, 99, (3, 4, 4)) / 16.0
    texture = context.gl.texture((4, 3), 4, weights.astype(dtype).tobytes(), dtype=dtype)
    with built(context, spec, textures={"kernel": lambda: texture}) as (program, target):
        program.render()
        np.testing.assert_array_equal(pixels(target), weights)
    texture.release()


@pytest.mark.parametrize("size, dtype, found", [((3, 4), "f4", "3x4 of type f4"), ((4, 3), "f1", "4x3 of type f1")])
def test_weights_of_another_size_or_type_are_an_error_with_its_line(context, write, size, dtype, found):
    spec = Pass("net", write(WEIGHTED), samplers={"kernel": "kernel"}, weights={"kernel": (4, 3)})
    texture = context.gl.texture(size, 4, dtype=dtype)
    (line,) = build_errors(context, spec, textures={"kernel": lambda: texture})
    texture.release()
    wanted = "'kernel' takes weights of 4x3 (allowed: type f2 or f4)"
    assert line == f"shaders/test.frag:4: {wanted}, and its texture is {found}"


def test_a_header_declares_targets_arrays_and_weights(write, tmp_path):
    (tmp_path / "scene" / "field").mkdir(parents=True)
    write(SPLIT, "scene/field/wave.frag")
    write(
        "#version 330 core\n/*\nabout: a test\npasses:\n  - {name: wave, targets: [light, height]}\n*/\n"
        "in vec2 uv;\nuniform sampler2D height;\nuniform sampler2D kernel;  // weights 16x8: of the trunk\n"
        "uniform vec4 latent[16];\nuniform float mel[ 64 ];  // 0..1\nout vec4 color;\nvoid main() { }\n",
        "scene/field.frag",
    )
    wave, field = shader_header.read_spec("scene", "field").passes
    assert wave.targets == wave.textures == ("light", "height") and field.textures == ("field",)
    assert field.arrays == {"latent": UniformArray("latent", 4, 16), "mel": UniformArray("mel", 1, 64)}
    assert field.samplers == {"height": "height", "kernel": "kernel"} and field.weights == {"kernel": (16, 8)}
    assert not field.signals and not field.params


WAVE = "  - {name: wave, targets: [light, height]}\n"
SWELL = "  - {name: swell, fragment: scene/field/wave.frag, "
HEADER_ERRORS = {
    "int array": ("", "uniform int mel[64];", ":8: 'mel' is an array of int (allowed: float, vec2, vec3, vec4)"),
    "named length": ("", "uniform float mel[N];", ":8: 'mel' has the length 'N' (allowed: a number, such as 64)"),
    "no length": ("", "uniform float mel[0];", ":8: 'mel' has the length '0' (allowed: a number, such as 64)"),
    "a target of two": (WAVE + SWELL + "targets: [light]}", "", ": pass 'swell' has a target 'light', as has 'wave'"),
    "a target like a pass": (
        "  - {name: wave, targets: [light, field]}",
        "",
        ": pass 'wave' has a target 'field', as has 'field'",
    ),
    "targets over another": (
        WAVE + SWELL + "over: wave, targets: [light]}",
        "",
        ": 'swell' is drawn over 'wave' and has that one's targets; remove its own",
    ),
}


@pytest.mark.parametrize("passes, uniform, error", HEADER_ERRORS.values(), ids=HEADER_ERRORS)
def test_an_error_in_a_header_is_one_line(write, tmp_path, passes, uniform, error):
    (tmp_path / "scene" / "field").mkdir(parents=True)
    write(SPLIT, "scene/field/wave.frag")
    passes = f"passes:\n{passes}" if passes else "dark: false"
    head = f"#version 330 core\n/*\nabout: a test\n{passes}\n*/\n"
    write(f"{head}in vec2 uv;\nout vec4 color;\n{uniform}\nvoid main() {{ }}\n", "scene/field.frag")
    with pytest.raises(PhospheneError) as raised:
        shader_header.read_spec("scene", "field")
    assert str(raised.value) == f"shaders/scene/field.frag{error}"


def test_a_pass_over_another_has_its_targets(context, write, tmp_path):
    (tmp_path / "scene" / "field").mkdir(parents=True)
    write(SPLIT, "scene/field/wave.frag")
    header = "passes:\n  - {name: wave, targets: [light, height]}\nover: wave"
    write(SPLIT.replace("core\n", f"core\n/*\nabout: a test\n{header}\n*/\n"), "scene/field.frag")
    wave, field = shader_header.read_spec("scene", "field").passes
    assert field.targets == wave.targets
    with built(context, wave) as (below, target):
        above = PassProgram(context, field, target, {}, {})
        below.render()
        above.render()
        assert (pixels(target, 1) == 4.0).all()
        above.release()


def test_a_pass_of_one_output_needs_no_targets(context, write):
    with built(context, Pass("beam", write(PLAIN))) as (program, target):
        program.render()
        assert (pixels(target) == 0.5).all() and target.spec.textures == ("beam",)
