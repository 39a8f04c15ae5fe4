"""listen: the arrays of a live session, for any sound, or one line that says why not."""

import json
import os
import shutil
import signal
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from phosphene.engine.audio.sources.file import FileSource
from phosphene.engine.listening.analyser import hop_frames
from phosphene.engine.listening.frame import BANDS, CEPSTRA, PITCH_CLASSES, SCALARS
from phosphene.engine.offline.features import columns
from phosphene.engine.offline.features.write import write_features
from tests.listening.test_analyser import sound_frames
from tests.support.commands import run_command
from tests.support.listen_output import RATE, drum_loop, listen_json, load_arrays
from tests.support.sound_files import noise, sine, write_sound

NAMES = """times rms_db peak_db loudness crest mel low mid high centroid spread flatness rolloff zcr mfcc chroma onset
onset_events kick snare hat tempo beat_phase bar_phase confidence beats tuning silence stability level_fast
treble_slow bass_travel""".split()


def test_every_array_has_its_shape_and_unit(folder, capsys):
    x = drum_loop(3 * RATE)
    write_sound("x.wav", x, RATE)
    assert run_command(capsys, "listen", "x.wav", "-o", "x.npz")[0] == 0
    arrays, hop = load_arrays("x.npz"), hop_frames(RATE)
    meta, frames = json.loads(str(arrays.pop("meta"))), -(-len(x) // hop)
    assert set(NAMES) <= set(arrays) == set(meta["units"])
    shapes = {"mel": (BANDS,), "mfcc": (CEPSTRA,), "chroma": (PITCH_CLASSES,)}
    for name, array in arrays.items():
        assert np.isfinite(array).all(), name
        if name != "beats":
            assert array.shape == (frames, *shapes.get(name, ())), name
    np.testing.assert_array_equal(arrays["times"], np.arange(frames) * hop / RATE)
    assert set(np.unique(arrays["onset_events"])) == {0.0, 1.0}
    stored = {
        name: meta[name] for name in ("rate", "hop", "channels", "samples", "seconds", "tempo", "damaged_packets")
    }
    assert list(stored.values()) == [RATE, hop, 2, len(x), 3.0, "lookahead", 0]
    assert (meta["analyser"], meta["units"]["times"]) == (columns.VERSION, "s")
    assert {meta["units"][param.name] for param in SCALARS[:2]} == {"dBFS"}


def test_causal_arrays_are_those_of_a_session(folder, capsys):
    x = drum_loop(5 * hop_frames(RATE) * 40)
    write_sound("x.wav", x, RATE)
    assert run_command(capsys, "listen", "x.wav", "-o", "x.npz", "--causal")[0] == 0
    arrays, live = load_arrays("x.npz"), sound_frames(x, [777], RATE)
    for name, column in columns.COLUMNS.items():
        rows = np.array([frame[column.field] for frame in live])
        if name.endswith("_phase"):
            rows = rows % 1.0
        wanted = (rows / RATE if name == "times" else rows).astype(column.dtype)
        np.testing.assert_array_equal(arrays[name], wanted, name)
    assert np.ptp(arrays["level_travel"]) > 0 and np.ptp(arrays["mel"]) > 10, "silence proves nothing"


SQUARE = np.sign(sine(100.0, RATE, RATE)[:, None] + 1e-9) * np.ones((1, 2))
HOLED = noise(RATE)
HOLED[1_000:1_500:7] = np.nan
HOLED[2_000] = np.inf
SOUNDS = {  # the sound, its rate, and a part of the warning
    "silence": (np.zeros((RATE, 2)), RATE, ""),
    "direct current": (np.full((RATE, 2), 0.5), RATE, ""),
    "full-scale square": (SQUARE, RATE, ""),
    "not a number": (HOLED, RATE, "146 samples were no numbers and became silence"),
    "one sample": (np.full((1, 2), 0.5), RATE, ""),
    "mono": (noise(RATE, 1), RATE, ""),
    "5.1": (noise(9_000, 6), 48_000, ""),
    "8 kHz": (noise(RATE), 8_000, ""),
    "192 kHz": (noise(30_000), 192_000, ""),
}


@pytest.mark.parametrize(("x", "rate", "remark"), SOUNDS.values(), ids=SOUNDS)
def test_any_sound_is_analysed(folder, capsys, x, rate, remark):
    write_sound("x.wav", x.astype(np.float32), rate, layout={6: "5.1"}.get(x.shape[1]))
    code, out, errors = run_command(capsys, "listen", "x.wav", "-o", "x.npz", "--plot", "x.png")
    assert (code, errors, len(out.splitlines())) == (0, [], 2 if remark else 1) and remark in out
    arrays = load_arrays("x.npz")
    meta = json.loads(str(arrays.pop("meta")))
    assert (meta["channels"], meta["rate"], meta["samples"]) == (x.shape[1], rate, len(x))
    assert len(arrays["times"]) == -(-len(x) // hop_frames(rate))
    assert all(np.isfinite(array).all() for array in arrays.values())
    with Image.open("x.png") as sheet:
        assert sheet.size == (1920, 1380) and len(np.unique(np.asarray(sheet.convert("L")))) > 30


def test_silence_is_silent_and_a_square_is_loud(folder, capsys):
    for name in ("silence", "full-scale square"):
        write_sound(f"{name}.wav", SOUNDS[name][0].astype(np.float32), RATE)
    silence, square = (
        listen_json(capsys, f"{name}.wav", "-o", f"{name}.npz")[0] for name in ("silence", "full-scale square")
    )
    assert (silence["peak_db"], silence["loudness_max"], silence["onsets"], silence["tempo"]) == (-120, -120, 0, None)
    assert square["peak_db"] == pytest.approx(0.0, abs=0.01) and square["silent"] < 0.2


def test_damaged_file_is_reported(folder, capsys):
    write_sound("x.flac", noise(48_000), 48_000, "flac")
    whole = bytearray((folder / "x.flac").read_bytes())
    for at in range(len(whole) // 3, len(whole) // 2, 97):
        whole[at] ^= 0xFF
    (folder / "x.flac").write_bytes(whole)
    found = listen_json(capsys, "x.flac", "-o", "x.npz")[0]
    meta = json.loads(str(load_arrays("x.npz")["meta"]))
    assert meta["damaged_packets"] > 0 and str(meta["damaged_packets"]) in found["remarks"][0]


WRONG = {
    "an empty file": (("empty.wav", "-o", "o.npz"), "empty.wav: is empty"),
    "no sound": (("notes.txt", "-o", "o.npz"), "notes.txt: is not a file that FFmpeg can read"),
    "no file": (("nope.wav", "-o", "o.npz"), "nope.wav: no such file"),
    "a folder with nothing": (("bare", "-o", "o"), "bare: there is no file in it"),
    "an ending": (("in.wav", "-o", "o.wav"), "-o o.wav: ends in '.wav', can end in .npz"),
    "an ending of a sheet": (("in.wav", "-o", "o.npz", "--plot", "o.jpg"), "can end in .png"),
    "what is there": (("in.wav", "-o", "old.npz"), "old.npz: exists; name another file, or add --overwrite"),
    "no folder": (("in.wav", "-o", "no/o.npz"), "there is no folder no"),
    "a file for a folder": (("some", "-o", "o.npz"), "some is a folder; name a folder for the results"),
    "into itself": (("some", "-o", "some"), "some: holds the input; name another folder"),
    "the input": (("in.npz", "-o", "in.npz", "--overwrite"), "-o in.npz: is the input file; name another file"),
    "what is there, of a folder": (("some", "-o", "made"), "made/in.wav.npz: exists; name another folder"),
    "nothing named": (("in.wav",), "the following arguments are required: -o"),
}


@pytest.mark.parametrize(("words", "why"), WRONG.values(), ids=WRONG)
def test_wrong_usage_is_one_line_and_leaves_nothing(folder, capsys, words, why):
    for name in ("bare", "some", "made"):
        (folder / name).mkdir()
    for path in ("empty.wav", "old.npz", "made/in.wav.npz"):
        (folder / path).touch()
    (folder / "notes.txt").write_text("not a sound")
    write_sound("in.wav", noise(100), RATE)
    shutil.copy("in.wav", "in.npz")
    write_sound("some/in.wav", noise(100), RATE)
    before = sorted(folder.rglob("*"))
    code, out, errors = run_command(capsys, "listen", *words)
    assert (code, out, len(errors)) == (2, "", 1) and why in errors[0]
    assert sorted(folder.rglob("*")) == before


def test_folder_gives_one_result_for_each_file(folder, capsys):
    for place in ("music/a", "music/b", "music/.hidden"):
        (folder / place).mkdir(parents=True)
    for path in ("music/a/x.wav", "music/a/x.flac", "music/b/x.wav", "music/.hidden/x.wav"):
        codec = "flac" if path.endswith("flac") else "pcm_f32le"
        write_sound(path, noise(4_000), RATE, codec)
    (folder / "music/cover.txt").write_text("no sound")
    (folder / "music/b/empty.wav").touch()
    words = ("music", "-o", "music/made", "--plot", "sheets", "--json")
    for overwrite in ((), ("--overwrite",)):  # the second run skips the results of the first
        code, out, errors = run_command(capsys, "listen", *words, *overwrite)
        assert code == 1 and len(errors) == 2
        assert "empty.wav: is empty" in errors[0] and "cover.txt" in errors[1]
        made = [json.loads(line)["archive"] for line in out.splitlines()]
        assert made == [f"music/made/{name}.npz" for name in ("a/x.flac", "a/x.wav", "b/x.wav")]
        assert sorted(made) == sorted(str(p.relative_to(folder)) for p in folder.rglob("*.npz"))
    assert len(list((folder / "sheets").rglob("*.png"))) == 3


def test_folder_without_sound_is_reported(folder, capsys):
    (folder / "words").mkdir()
    (folder / "words/a.txt").write_text("a")
    code, out, errors = run_command(capsys, "listen", "words", "-o", "made")
    assert (code, out, len(errors)) == (2, "", 2) and "a.txt" in errors[0] and "there is no sound" in errors[1]
    assert not (folder / "made").exists()


def test_interrupt_leaves_nothing(folder, capsys, monkeypatch):
    write_sound("x.wav", noise(RATE), RATE)
    read = FileSource.read

    def read_and_stop(source, out):
        signal.raise_signal(signal.SIGINT)
        return read(source, out)

    monkeypatch.setattr(FileSource, "read", read_and_stop)
    for words in ((), ("--no-cache",)):
        assert run_command(capsys, "listen", "x.wav", "-o", "x.npz", "--plot", "x.png", *words) == (1, "", ["stopped"])
        assert [path.name for path in folder.iterdir()] == ["x.wav"]
    assert not list((folder.parent / "cache").rglob("*.part"))


@pytest.mark.parametrize("name", ["$x^2$.wav", "音楽 ♫.wav", "a" * 200 + ".wav", "two\nlines.wav"])
def test_any_file_name_is_plotted(folder, capsys, name):
    write_sound("x.wav", noise(800), RATE)
    os.rename("x.wav", name)
    code, _, errors = run_command(capsys, "listen", name, "-o", "x.npz", "--plot", "x.png")
    assert (code, errors) == (0, []) and Image.open("x.png").size == (1920, 1380)


def test_memory_does_not_grow_with_length(folder):
    peaks = []
    for seconds in (30, 30, 120):
        write_sound("x.wav", noise(seconds * RATE, 1), RATE, "pcm_s16le")
        tracemalloc.start()
        write_features(folder / "x.wav", folder / "x.npz")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    mel = 120 / 512 * 48_000 * BANDS * 4
    assert peaks[2] - peaks[1] < 0.1 * mel, peaks
