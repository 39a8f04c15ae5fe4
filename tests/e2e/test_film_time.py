"""A film of a bounce: its flashes with its clicks, the same every time, and whole or not there."""

import json
import os
import re
from fractions import Fraction
from hashlib import sha256
from math import ceil

import av
import numpy as np
import pytest

from phosphene.engine.audio.core import CHANNELS
from phosphene.engine.audio.sources.base import open_source
from phosphene.engine.effects.chain import plan
from phosphene.engine.encode import encoders
from phosphene.engine.encode.encoders import KEYFRAME_SECONDS
from phosphene.engine.offline.bounce import BounceInput, FilmSettings, bounce
from phosphene.engine.presets.load import load_preset, restore_preset
from phosphene.engine.rings import board_layout
from phosphene.engine.takes.file import Begin, Patch, TakeReader, TakeWriter
from phosphene.engine.takes.slot_names import SLOT_NAMES
from phosphene.engine.visuals.catalogue import slot_values
from tests.offline.test_bounce import RECORDS, names
from tests.support.commands import finish_command, run_command, start_command
from tests.support.sound_files import read_sound
from tools.rig import av_sync
from tools.rig.killed_film import kill_bounce

RATE, FPS = 48_000, 30
SIZE = (64, 36)
SHOT = FilmSettings(SIZE, Fraction(FPS), preset="ultrafast")
SYNTH = ("bounce", "--source", "synth", "--seconds", 1.3, "--size", "64x36")
USUAL = [("dc_blocker", {"corner": 20.0}), ("volume", {"gain": -3.0})]


def synth(*outs, film=SHOT, sets=(), seconds=1.3, **options):
    """A bounce of the synth, and its record."""
    preset, _ = load_preset(None, sets)
    material = BounceInput(open_source("synth", None, preset), "synth", preset, seconds=seconds)
    return bounce(material, [*outs], film=film, overwrite=True, **options)[0]


def pictures(path):
    """What a film shows, one by one: I420 as (height * 3 / 2, width)."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray() for frame in container.decode(video=0)]


def durations(path):
    """Seconds of picture and of sound."""
    with av.open(str(path)) as container:
        return [stream.duration * stream.time_base for stream in (*container.streams.video, *container.streams.audio)]


@pytest.mark.parametrize(
    ("fps", "rate"), [*((fps, RATE) for fps in av_sync.RATES), (av_sync.RATES[1], 44_100), (Fraction(30), 22_050)]
)
def test_a_click_is_seen_when_it_is_heard(fps, rate, tmp_path):
    """Within a picture, and within half a sample; the clicks of another track are far off."""
    found = av_sync.measure(tmp_path, fps, rate=rate)
    assert np.abs(found.frames).max() <= 1 and np.abs(found.samples).max() <= 0.5
    assert (found.picture, found.sound) == (0, 0)
    assert np.abs(found.white - av_sync.click_times([0.0], seed=2)).max() * fps > 1


def test_a_killed_bounce_leaves_a_film_that_opens(tmp_path):
    left = kill_bounce(tmp_path, 150, size=(320, 180))
    assert 0.95 * (left.sent - KEYFRAME_SECONDS * FPS) <= left.opened <= left.sent
    assert len(left.names) == 1 and left.names[0].startswith("."), "nothing has its own name before it is whole"


def test_pictures_do_not_depend_on_threads_or_process(tmp_path):
    """With a thread for each node and without, and with another number of GL's own."""
    hashes = [synth(tmp_path / "x.mp4", threads=threads).pictures_sha256 for threads in (True, False) * 2]
    environment = {**os.environ, "LP_NUM_THREADS": "1"}
    assert finish_command(start_command(*SYNTH, "--overwrite", "-o", tmp_path / "x.mp4", env=environment))[0] == 0
    hashes.append(json.loads((tmp_path / "run.json").read_text())["pictures_sha256"])
    assert len(hashes) == 5 and len({*hashes}) == 1
    assert synth(tmp_path / "x.mp4", sets=["seed=1"]).pictures_sha256 != hashes[0]


def test_a_lossless_film_decodes_to_the_hash_in_its_record(tmp_path):
    record = synth(tmp_path / "x.mp4", film=SHOT._replace(crf=0))
    shown = pictures(tmp_path / "x.mp4")
    assert sha256(b"".join(each.tobytes() for each in shown)).hexdigest() == record.pictures_sha256
    assert len(shown) == record.pictures == ceil(1.3 * FPS)
    assert np.ptp(shown[-1][: SIZE[1]]) > 50, "it is all one colour"


@pytest.mark.parametrize("seconds", [0.001, 1.0, 1.2345678])
def test_film_and_sound_files_of_one_bounce_agree(seconds, tmp_path):
    """All as long as the sound; the sound files are those that are made without a film."""
    outs = [tmp_path / name for name in ("x.mp4", "x.wav", "x.flac")]
    record, frames = synth(*outs, seconds=seconds), round(seconds * RATE)
    assert [len(read_sound(out)[0]) for out in outs[1:]] == [record.frames, record.frames] == [frames] * 2
    count = ceil(Fraction(frames * FPS, RATE))
    assert record.pictures == len(pictures(outs[0])) == count
    assert durations(outs[0]) == [Fraction(count, FPS), Fraction(frames, RATE)]
    alone = synth(tmp_path / "alone.wav", seconds=seconds, film=None)
    assert (tmp_path / "alone.wav").read_bytes() == outs[1].read_bytes()
    assert alone.samples_sha256 == record.samples_sha256 and alone.pictures is None


def test_the_run_record_describes_the_film(tmp_path, capsys):
    words = ("--fps", "29.97", "--crf", 20, "--codec", "x264", "--seed", 3)
    code, out, errors = run_command(capsys, *SYNTH, *words, "-o", tmp_path / "x.mp4", "-o", tmp_path / "x.flac")
    assert (code, errors) == (0, []) and "39 frames" in out
    record = json.loads((tmp_path / "run.json").read_text())
    assert (record["pictures"], record["size"], record["fps"]) == (39, "64x36", "30000/1001")
    assert re.fullmatch(r"mp4 h264 x264 yuv420p crf 20 medium, \d+ threads, aac \d+k 48000, flac 24", record["format"])
    assert re.fullmatch("[0-9a-f]{64}", record["pictures_sha256"]) and record["gl_renderer"]
    assert {"moderngl", "av"} <= record["versions"].keys() and record["seed"] == 3
    assert str(tmp_path) not in json.dumps(record)
    assert run_command(capsys, "check", tmp_path / "run.json")[0] == 0
    assert json.loads((tmp_path / "timings.json").read_text())["pictures_per_second"] > 0
    assert names(tmp_path) == {"x.mp4", "x.flac", *RECORDS}


CUT = ["transition.kind=cut"]
MOVED = {
    10_001: load_preset(None, [*CUT, "scene=flash"])[0],
    30_000: load_preset(None, CUT)[0],
    40_011: ("scope.hue", 0.1),
    40_012: ("scope.bloom", 3.0),
}


def tape(path, moves=MOVED, places=SLOT_NAMES):
    """A take like a live session's: a tone, and what was moved of the picture meanwhile."""
    sound = np.zeros((RATE + 1000, 2 * CHANNELS), np.float32)
    sound[:, :CHANNELS] = 0.4 * np.sin(2 * np.pi * 220 * np.arange(len(sound)) / RATE)[:, None]
    board = np.zeros(max(places.values()) + 1)
    board[: board_layout.GENOME_SLOTS] = np.nan_to_num(plan.build(USUAL, 1, RATE, CHANNELS).values)
    lies = {slot: places[name] for name, slot in SLOT_NAMES.items()}
    for slot, value in slot_values(load_preset()[0].params()):
        board[lies[slot]] = value
    writer, written = TakeWriter(path, RATE, load_preset()[0].to_dict(), places), 0
    writer.begin(Begin(0, 1, USUAL, board.tolist()))
    for look, (sample, move) in enumerate(moves.items(), 1):
        writer.sound(sound[written:sample])
        written = sample
        if isinstance(move, tuple):
            writer.changes(np.array([[sample, places[move[0]], move[1]]]))
            continue
        for slot, value in slot_values(move.params(), look):
            writer.changes(np.array([[sample, lies[slot], value]]))
        writer.patch(Patch(sample, move.to_dict(), look))
    writer.sound(sound[written:])
    writer.close()
    return path


def taken(path, out, size):
    """The record of a take's film, and the light of each of its pictures."""
    reader = TakeReader(path)
    material = BounceInput(reader, "take", restore_preset(reader.preset, path), path)
    record, _ = bounce(material, [out], film=SHOT._replace(size=size), overwrite=True)
    return record, np.array([each[: size[1]].astype(float).mean() for each in pictures(out)])


@pytest.mark.parametrize("size", [SIZE, (160, 90)])
def test_a_take_replays_moves_of_the_picture(size, tmp_path):
    """A scene that is dark here is seen from the second picture behind its change, and to the first behind the next."""
    moved, light = taken(tape(tmp_path / "moved.take"), tmp_path / "x.mp4", size)
    still, steady = taken(tape(tmp_path / "still.take", {}), tmp_path / "y.mp4", size)
    at = np.arange(len(light)) * RATE / FPS
    assert len(light) == len(steady) == ceil((RATE + 1000) * FPS / RATE)
    dark = (at >= 10_001 + RATE / FPS) & (at < 30_000 + RATE / FPS)
    assert light[dark].max() < 17 < light[~dark][1:].min() and steady[1:].min() > 17
    assert moved.pictures_sha256 != still.pictures_sha256 and moved.samples_sha256 == still.samples_sha256
    hue, _ = taken(tape(tmp_path / "hue.take", {40_011: MOVED[40_011]}), tmp_path / "z.mp4", size)
    assert hue.pictures_sha256 not in (moved.pictures_sha256, still.pictures_sha256)


def test_a_take_of_another_version_is_the_same_film(tmp_path):
    """Where its slots lay elsewhere, and where it moves what no scene has any more."""
    elsewhere = {
        name: slot for slot, name in enumerate([*reversed(SLOT_NAMES), "scope.gone"], start=board_layout.GENOME_SLOTS)
    }
    gone = {**MOVED, 41_000: ("scope.gone", 0.5)}
    paths = [tape(tmp_path / "a.take"), tape(tmp_path / "b.take", gone, elsewhere)]
    first, second = (taken(path, tmp_path / "x.mp4", SIZE)[0] for path in paths)
    assert (second.pictures_sha256, second.samples_sha256) == (first.pictures_sha256, first.samples_sha256)


FILM, SOUND = ("-o", "x.mp4"), ("-o", "x.wav")
WRONG = {  # words: a part of the message
    (*FILM, "--fps", "0"): "--fps: 0 is outside 1 to 1000",
    (*FILM, "--fps", "fast"): "--fps: 'fast' is not a number of frames per second",
    (*FILM, "--size", "641x361"): "--size: 641x361: both sides must be even; type 642x362",
    (*FILM, "--size", "1x1"): "--size: 1x1: a side is outside 16 to 16384",
    (*FILM, "--size", "65536x65536"): "--size: 65536x65536: a side is outside 16 to 16384",
    (*FILM, "--size", "huge"): "--size: 'huge' is not a size; write one like 1280x720",
    (*FILM, "--codec", "x265"): "--codec: no 'x265' (has x264, nvenc); did you mean 'x264'?",
    (*FILM, "--crf", "52"): "--crf: 52 is outside 0 to 51",
    (*FILM, "-o", "y.mp4"): "-o x.mp4: two outputs end in .mp4; name one of each",
    ("-o", "x.mov"): "-o x.mov: ends in '.mov', can end in .flac, .wav or .mp4",
    (*SOUND, "--fps", "30"): "--fps: applies to films; add -o NAME.mp4",
    (*SOUND, "--size", "640x360"): "--size: applies to films; add -o NAME.mp4",
    (*SOUND, "--crf", "0"): "--crf: applies to films; add -o NAME.mp4",
    (*FILM, "--depth", "float"): "--depth float: applies to sound files; the sound in x.mp4 is AAC",
}


@pytest.mark.parametrize(("words", "message"), WRONG.items(), ids=[" ".join(words) for words in WRONG])
def test_wrong_arguments_print_one_line_and_write_nothing(words, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code, out, (line,) = run_command(capsys, "bounce", "--source", "synth", *words)
    assert (code, out) == (2, "") and line.startswith("phosphene: ") and message in line
    assert not names(tmp_path)


def test_an_encoder_that_does_not_open_is_refused(tmp_path, capsys):
    if (fault := encoders.check_encoders()["nvenc"]) is None:
        pytest.skip("it opens here")
    code, _, (line,) = run_command(capsys, *SYNTH, "--codec", "nvenc", "-o", tmp_path / "x.mp4")
    assert code == 2 and line == f"phosphene: --codec nvenc: does not open here ({fault}); has x264"
    assert not names(tmp_path)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="there is no folder that refuses even root")
def test_an_unwritable_folder_is_refused(capsys):
    code, _, (line,) = run_command(capsys, *SYNTH, "-o", "/proc/x.mp4")
    assert code == 1 and line.startswith("phosphene: /proc/x.mp4: ")


def test_without_gl_a_film_is_refused_and_sound_is_made(tmp_path):
    environment = {**os.environ, "__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent"}
    code, _, (line,) = finish_command(start_command(*SYNTH, "-o", tmp_path / "x.mp4", env=environment))
    assert code == 1 and line.startswith("phosphene: no OpenGL 3.3 without a window (")
    assert not names(tmp_path)
    words = (*SYNTH[:-2], "-o", tmp_path / "x.wav")
    assert finish_command(start_command(*words, env=environment))[0] == 0
    assert names(tmp_path) == {"x.wav", *RECORDS}
