"""apply: channels, rate and timing of the file stay, and changes are reported."""

import json

import numpy as np
import pytest

from phosphene.engine.audio.sources.file import FileSource
from phosphene.engine.encode.sound_file import SoundFile
from phosphene.engine.offline.apply import read_samples
from tests.support.commands import run_command
from tests.support.sound_files import noise

LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 6: "5.1", 8: "7.1"}


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a float WAV into the working folder; returns its name."""
    monkeypatch.chdir(tmp_path)

    def write(name, x, rate=48_000):
        file = SoundFile(name, (".wav", "float"), rate, LAYOUTS[x.shape[1]])
        file.write(x)
        file.finish()
        return name

    return write


def write_genome(*genes, name="g.json"):
    with open(name, "w", encoding="utf-8") as file:
        json.dump([{"op": op, "params": params} for op, params in genes], file)
    return name


def read(name):
    source = FileSource(name, fold=False)
    return read_samples(source), source.rate, source.layout


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", LAYOUTS)
def test_channels_rate_and_timing_stay(write, capsys, channels, rate):
    x = noise(3_000, channels)
    genes = write_genome(("volume", {"gain": -20.0}), ("trim", {"threshold": -90.0}), ("volume", {"gain": 20.0}))
    words = ("apply", write("in.wav", x, rate), "-o", "out.wav", "--genome", genes, "--depth", "float")
    code, out, _ = run_command(capsys, *words)
    y, found, layout = read("out.wav")
    assert (code, found, layout, y.shape) == (0, rate, LAYOUTS[channels], x.shape)
    correlations = [np.corrcoef(a, b)[0, 1] for a, b in zip(x[500:].T, y[500:].T)]
    assert min(correlations) > 0.98, "each channel keeps its content and its timing"
    assert f"{channels} channel" in out and "became" not in out


def test_change_of_length_is_reported(write, capsys):
    x = noise(48_000)
    x[:12_000] = x[36_000:] = 0.0
    code, out, _ = run_command(
        capsys, "apply", write("in.wav", x), "-o", "out.flac", "--genome", write_genome(("trim", {}))
    )
    assert code == 0 and "1.00 s became 0." in out and len(read("out.flac")[0]) < 32_000


def test_effect_that_would_leave_almost_nothing_is_skipped_and_reported(write, capsys):
    x = noise(48_000)
    genes = write_genome(("trim", {"start": 0.5, "end": 0.6}))
    code, out, _ = run_command(capsys, "apply", write("in.wav", x), "-o", "out.wav", "--genome", genes)
    assert code == 0 and "trim would leave 0.1" in out and len(read("out.wav")[0]) == len(x)


def test_bypassed_gene_does_nothing(write, capsys):
    with open("g.json", "w", encoding="utf-8") as file:
        json.dump([{"op": "volume", "params": {"gain": -40}, "bypass": True}], file)
    x = noise(9_000)
    words = ("apply", write("in.wav", x), "-o", "out.wav", "--genome", "g.json", "--depth", "float")
    assert run_command(capsys, *words)[0] == 0
    np.testing.assert_array_equal(read("out.wav")[0], x)


def test_loud_sound_stays_below_the_ceiling(write, capsys):
    genes = write_genome(("volume", {"gain": 24.0}))
    words = ("apply", write("in.wav", noise(48_000)), "-o", "out.wav", "--genome", genes, "--depth", "float")
    assert run_command(capsys, *words)[0] == 0
    assert 0.8 < np.abs(read("out.wav")[0]).max() <= 10 ** (-1 / 20)


WRONG = {
    "no input": (("nope.wav", "-o", "o.wav", "--genome", "g.json"), "nope.wav: no such file"),
    "no genome": (("in.wav", "-o", "o.wav", "--genome", "h.json"), "h.json"),
    "an unknown operator": (("in.wav", "-o", "o.wav", "--genome", "bad.json"), "did you mean 'volume'?"),
    "an ending": (("in.wav", "-o", "o.mp3", "--genome", "g.json"), "can end in .flac or .wav"),
    "a depth": (("in.wav", "-o", "o.flac", "--genome", "g.json", "--depth", "float"), ".flac holds 24"),
    "a file that exists": (("in.wav", "-o", "old.wav", "--genome", "g.json"), "exists"),
    "the input": (
        ("in.wav", "-o", "in.wav", "--genome", "g.json", "--overwrite"),
        "is the input file; name another file",
    ),
    "no folder": (("in.wav", "-o", "no/o.wav", "--genome", "g.json"), "no folder"),
    "no genome at all": (("in.wav", "-o", "o.wav"), "--genome"),
    "a tail": (("in.wav", "-o", "o.wav", "--genome", "g.json", "--tail", "-1"), "outside 0 to 600"),
}


@pytest.mark.parametrize(("words", "why"), WRONG.values(), ids=WRONG)
def test_wrong_usage_is_one_line_and_leaves_nothing(write, capsys, tmp_path, words, why):
    write("in.wav", noise(1_000))
    write("old.wav", noise(10))
    write_genome(("volume", {"gain": 1.0}))
    write_genome(("volum", {}), name="bad.json")
    before = sorted(tmp_path.iterdir())
    code, out, errors = run_command(capsys, "apply", *words)
    assert (code, out, len(errors)) == (2, "", 1) and why in errors[0]
    assert sorted(tmp_path.iterdir()) == before
