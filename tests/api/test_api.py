"""The Python API gives what the commands give, and says in one line what it cannot do."""

import hashlib
import json
import subprocess
import sys
import threading

import numpy as np
import pytest

import phosphene
from phosphene.engine.audio.sources.file import FileSource
from phosphene.engine.encode.yuv420 import rgba_to_yuv420
from phosphene.engine.offline import frame_stream
from phosphene.engine.offline.apply import read_samples
from tests.support import sound_files
from tests.support.commands import run_command
from tests.support.gl_objects import count_gl_objects

SIZE, FPS = (64, 36), 10
GENES = [{"op": "echo", "params": {"time": 0.1, "mix": 0.5}}, {"op": "volume", "params": {"gain": -6.0}}]


def test_the_package_is_light():
    """Each child process imports it first."""
    heavy = "numpy numba moderngl pydantic phosphene.api phosphene.engine".split()
    code = f"import sys, phosphene; phosphene.__version__; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_every_public_name_is_there():
    assert set(phosphene.__all__) <= set(dir(phosphene))
    for name in phosphene.__all__:
        assert getattr(phosphene, name).__doc__, name
    with pytest.raises(AttributeError, match="'phosphene' has no attribute 'lisen'"):
        _ = phosphene.lisen


@pytest.mark.parametrize("causal", [False, True])
def test_features_are_those_of_the_command(drums, capsys, causal):
    features = phosphene.listen("drums.wav", causal=causal, cache=False)
    words = ["listen", "drums.wav", "-o", "drums.npz", "--no-cache", "--json", *["--causal"] * causal]
    code, out, _ = run_command(capsys, *words)
    assert code == 0
    with np.load("drums.npz", allow_pickle=False) as archive:
        assert set(features) | {"meta"} == set(archive.files)
        assert features.meta == json.loads(str(archive["meta"]))
        for name, array in features.items():
            np.testing.assert_array_equal(array, archive[name], err_msg=name)
    printed = json.loads(out)
    assert features.summary == {name: printed[name] for name in features.summary}
    assert features.summary["onsets"] == 4


def test_features_come_from_the_cache(drums):
    first, again = phosphene.listen(drums), phosphene.listen(drums)
    assert (first.summary["cached"], again.summary["cached"]) == (False, True)
    np.testing.assert_array_equal(first.mel, again["mel"])
    with pytest.raises(AttributeError, match="no array 'melt'"):
        _ = again.melt


def test_effects_cannot_be_changed():
    with pytest.raises(TypeError):
        phosphene.effects["echo"] = None
    with pytest.raises(TypeError):
        phosphene.effects["echo"].params["mix"] = None
    assert phosphene.effects["noise_reduction"].latency(48_000) > 0 == phosphene.effects["echo"].latency(48_000)


@pytest.mark.parametrize("channels", [1, 2])
def test_apply_gives_the_samples_of_the_command(folder, capsys, channels):
    x = sound_files.noise(20_000, channels)
    sound_files.write_sound(folder / "in.wav", x, 48_000)
    (folder / "g.json").write_text(json.dumps(GENES))
    assert run_command(capsys, "apply", "in.wav", "-o", "out.wav", "--genome", "g.json", "--depth", "float")[0] == 0
    written = read_samples(FileSource("out.wav", fold=False))
    np.testing.assert_array_equal(phosphene.apply(x, 48_000, GENES), written)
    np.testing.assert_array_equal(phosphene.apply(x, 48_000, "g.json"), written)
    assert len(written) > len(x), "the echo sounds on"
    assert len(phosphene.apply(x, 48_000, GENES, tail=0.0)) == len(x)


def test_one_channel_may_have_no_axis_of_its_own():
    x = sound_files.noise(5_000, 1)
    flat = phosphene.apply(x[:, 0].astype(np.float64), 48_000, GENES)
    np.testing.assert_array_equal(flat, phosphene.apply(x, 48_000, GENES)[:, 0])


def test_apply_leaves_its_input_alone():
    x = np.full((100, 2), np.nan, np.float32)
    with pytest.warns(UserWarning, match="were not numbers"):
        assert np.isfinite(phosphene.apply(x, 48_000, GENES)).all()
    assert np.isnan(x).all()


def test_frames_are_those_of_a_bounce(drums):
    record = phosphene.bounce("drums.wav", "film.mp4", "quiet", size=SIZE, fps=FPS, seconds=1.5)
    pictures, planes, count = hashlib.sha256(), np.zeros(SIZE[0] * SIZE[1] * 3 // 2, np.uint8), 0
    for frame in phosphene.render_frames("drums.wav", "quiet", SIZE, FPS, seconds=1.5):
        rgba = np.full((*frame.shape[:2], 4), 255, np.uint8)
        rgba[..., :3] = frame[::-1]  # as OpenGL has it
        rgba_to_yuv420(rgba, planes)
        pictures.update(planes)
        count += 1
    assert (count, pictures.hexdigest()) == (record.pictures, record.pictures_sha256)
    assert json.loads((drums.parent / "run.json").read_text()) == json.loads(record.to_json())


def test_frames_follow_overrides(folder):
    plain, changed = (
        next(phosphene.render_frames(None, None, SIZE, FPS, overrides=each)) for each in (None, {"scene": "strata"})
    )
    assert (plain != changed).any()


def test_frames_are_the_callers_own(folder):
    frames = phosphene.render_frames(None, None, SIZE, FPS, seconds=1.0)
    first = next(frames)
    kept = first.copy()
    first[:] = 7
    rest = list(frames)
    assert len(rest) == 9 and first.flags.owndata
    assert any((frame != kept).any() for frame in rest)


@pytest.mark.parametrize("count", [0, 1, 5, None], ids=lambda count: f"after {count}")
def test_nothing_is_left_of_frames_that_are_closed(folder, monkeypatch, count):
    left, opened = [], frame_stream.create_offscreen

    def watched():
        context = opened()
        release = context.release

        def released():
            left.append(count_gl_objects(context, 1 << 12))
            release()

        context.release = released
        return context

    monkeypatch.setattr(frame_stream, "create_offscreen", watched)
    threads = threading.active_count()
    frames = phosphene.render_frames(None, "default", SIZE, FPS, seconds=2.0)
    taken = list(frames) if count is None else [next(frames) for _ in range(count)]
    assert len(taken) == (20 if count is None else count)
    frames.close()
    assert threading.active_count() == threads
    assert left == ([] if count == 0 else [dict.fromkeys(left[0], 0)])


def test_a_bounce_is_that_of_the_command(drums, capsys):
    record = phosphene.bounce(drums, ["a.wav", "a.flac"], "undertow", depth="24", overrides={"seed": 3})
    words = ("bounce", drums, "-o", "b.wav", "--preset", "undertow", "--set", "seed=3")
    assert run_command(capsys, *words)[0] == 0
    assert (drums.parent / "a.wav").read_bytes() == (drums.parent / "b.wav").read_bytes()
    assert record.seed == 3 and record.pictures is None and (drums.parent / "a.flac").exists()


def test_presets_are_those_of_the_command(folder, capsys):
    code, out, _ = run_command(capsys, "presets", "--json")
    assert code == 0 and json.loads(out) == [info._asdict() for info in phosphene.presets().values()]


X = np.zeros((100, 2), np.float32)
FAULTS = {
    "no file": (lambda: phosphene.listen("nowhere.wav"), "nowhere.wav"),
    "no file to draw": (lambda: phosphene.render_frames("nowhere.wav"), "nowhere.wav"),
    "no such preset": (lambda: phosphene.render_frames(None, "quite"), "did you mean 'quiet'"),
    "no such key": (lambda: phosphene.render_frames(None, overrides={"scope.hu": 1}), "did you mean 'hue'"),
    "a value that is none": (lambda: phosphene.render_frames(None, overrides={"seed": object()}), "overrides: needs"),
    "an odd size": (lambda: phosphene.render_frames(None, size=(63, 36)), "63x36: both sides must be even"),
    "no size": (lambda: phosphene.render_frames(None, size=64), r"size: needs \(width, height\), found 64"),
    "no rate": (lambda: phosphene.render_frames(None, fps=0), "0 is outside 1 to 1000"),
    "no time": (lambda: phosphene.render_frames(None, seconds=0.0), "seconds: 0.0 is not above 0"),
    "whole numbers": (lambda: phosphene.apply(X.astype(np.int16), 48_000, GENES), "found int16 of shape"),
    "no sound": (lambda: phosphene.apply(X[:0], 48_000, GENES), "holds no sound"),
    "sideways": (lambda: phosphene.apply(X.T, 48_000, GENES), "100 channels, at most 8"),
    "no sample rate": (lambda: phosphene.apply(X, 44.1, GENES), "rate: 44.1 is outside 1000 to 768000"),
    "no such operator": (lambda: phosphene.apply(X, 48_000, [{"op": "ekko"}]), "ekko"),
    "no gene": (lambda: phosphene.apply(X, 48_000, [{"op": {1}}]), "genome: needs a file, or a list of genes"),
    "no list": (lambda: phosphene.apply(X, 48_000, 7), "genome: needs a file, or a list of genes"),
    "too long a tail": (lambda: phosphene.apply(X, 48_000, GENES, tail=601.0), "tail: 601.0 is outside 0 to 600"),
    "no result": (lambda: phosphene.bounce(None, []), "outs names no file"),
    "an unknown ending": (lambda: phosphene.bounce(None, "a.ogg"), "can end in"),
    "a film's option": (lambda: phosphene.bounce(None, "a.wav", crf=3), "crf: belongs to a film"),
    "no quality": (lambda: phosphene.bounce(None, "a.mp4", crf=52), "crf: 52 is outside 0 to 51"),
    "two sources": (lambda: phosphene.bounce("a.wav", "b.wav", take="c.take"), "a take has its own sound"),
    "no take": (lambda: phosphene.bounce(None, "b.wav", take="c.take"), "c.take"),
}


@pytest.mark.parametrize("call, expected", FAULTS.values(), ids=FAULTS)
def test_an_error_is_one_line(folder, call, expected):
    with pytest.raises(phosphene.PhospheneError, match=expected) as caught:
        call()
    assert "\n" not in str(caught.value)
    assert not list(folder.iterdir())


def test_an_existing_file_stays(drums):
    with pytest.raises(phosphene.UsageError, match="exists"):
        phosphene.bounce(None, drums, seconds=0.1)
    assert phosphene.bounce(None, drums, seconds=0.1, overwrite=True).frames == 4_800
