"""A bounce: the same every time, as long as it was asked to be, and whole or not there."""

import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

from phosphene.engine.audio.sources.base import open_source
from phosphene.engine.effects.chain.limiter import CEILING
from phosphene.engine.graph.build import DEFAULT_SECONDS
from phosphene.engine.graph.nodes import CHUNK
from phosphene.engine.offline.bounce import BounceInput, bounce
from phosphene.engine.presets.load import load_preset
from tests.support.commands import COMMAND, wait_until, finish_command, pause, start_command, run_command
from tests.support.sound_files import noise, read_sound, sine, write_sound

RATE = 48_000
LEFT = {"run.json", "timings.json"}  # beside the sound
ENDLESS = ("bounce", "--source", "silence", "--seconds", 36_000)


def synth(folder, name="x.wav", *, seconds=3.3, sets=(), **options):
    """A bounce of the synth: its record, the remarks, and the file."""
    folder.mkdir(exist_ok=True)
    preset, _ = load_preset(None, sets)
    material = BounceInput(open_source("synth", None, preset), "synth", preset, None, seconds)
    return *bounce(material, [folder / name], **options), folder / name


def of_file(path, out, **options):
    preset, _ = load_preset()
    material = BounceInput(
        open_source("file", None, preset, file=path), "file", preset, path, options.pop("seconds", None)
    )
    return bounce(material, [out], **options)


def names(folder):
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("name", ["x.wav", "x.flac"])
def test_again_is_the_same_in_every_byte(name, tmp_path):
    """Two threaded runs, and one in which the nodes take turns in one thread."""
    folders = [tmp_path / each for each in ("first", "second", "alone")]
    for folder in folders:
        synth(folder, name, threads=folder.name != "alone")
    for file in (name, "run.json"):
        first, *others = [(folder / file).read_bytes() for folder in folders]
        assert others == [first] * 2
    assert names(tmp_path / "first") == {name, *LEFT}


def test_every_choice_of_the_preset_is_heard(tmp_path):
    choices = [(), ("seed=1",), ("synth.tempo=100",), ("genome.1.params.gain=-3",)]
    records = [synth(tmp_path, seconds=2, sets=sets, overwrite=True)[0] for sets in choices]
    assert len({record.samples_sha256 for record in records}) == len(choices)
    assert [record.seed for record in records] == [0, 1, 0, 0]


@pytest.mark.parametrize("seconds", [1e-9, 1 / RATE, 0.5, 1.2345678, 2 * CHUNK / RATE, 3.0])
@pytest.mark.parametrize("name", ["x.wav", "x.flac"])
def test_as_long_as_asked_to_the_frame(name, seconds, tmp_path):
    record, _, file = synth(tmp_path, name, seconds=seconds, threads=False)
    frames = round(seconds * RATE)
    assert record.frames == frames
    x, rate = read_sound(file) if frames else (np.zeros((0, 2)), RATE)
    assert (x.shape, rate) == ((frames, 2), RATE)


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 192_000])
@pytest.mark.parametrize("name", ["x.wav", "x.flac"])
def test_as_long_as_the_input_to_the_frame(name, rate, tmp_path):
    source = write_sound(tmp_path / "in.wav", noise(rate + 13), rate)
    record, _ = of_file(source, tmp_path / name, threads=False)
    assert (record.frames, record.rate) == (rate + 13, rate)
    assert (len(read_sound(tmp_path / name)[0]), read_sound(tmp_path / name)[1]) == (rate + 13, rate)
    of_file(source, tmp_path / name, seconds=0.51, overwrite=True, threads=False)
    assert len(read_sound(tmp_path / name)[0]) == round(0.51 * rate)


def test_without_a_word_it_lasts_a_minute(tmp_path):
    preset, _ = load_preset()
    record, _ = bounce(BounceInput(open_source("silence", None, preset), "silence", preset), [tmp_path / "x.flac"])
    assert record.frames == DEFAULT_SECONDS * RATE == 60 * RATE


def test_the_file_holds_the_samples(tmp_path):
    """Floats as they are; 24 bits within half a step, the same in both containers; the hash is of the floats."""
    record, _, file = synth(tmp_path / "float", depth="float")
    x, _ = read_sound(file)
    assert hashlib.sha256(x.astype("<f4").tobytes()).hexdigest() == record.samples_sha256
    assert np.abs(x).max() > 0.1
    for name in ("x.wav", "x.flac"):
        other, _, file = synth(tmp_path / name, name)
        assert other.samples_sha256 == record.samples_sha256
        y, _ = read_sound(file)
        assert np.abs(y - x).max() <= 0.5 / (1 << 23)
        np.testing.assert_array_equal(y, np.rint(x * (1 << 23)) / (1 << 23))


def test_what_is_too_loud_is_limited_and_nothing_else_is_touched(tmp_path):
    x = np.zeros((3 * RATE, 2), np.float32)
    x[8_000:16_000] = sine(100, RATE, 8_000, 1.5)[:, None]
    x[2 * RATE :] = noise(RATE)
    path = write_sound(tmp_path / "in.wav", x, RATE)
    preset, _ = load_preset(None, ["genome=[]"])
    material = BounceInput(open_source("file", None, preset, file=path), "file", preset, path)
    assert bounce(material, [tmp_path / "x.wav"], depth="float")[1] == []
    y, _ = read_sound(tmp_path / "x.wav")
    assert 0.85 < np.abs(y).max() <= CEILING
    np.testing.assert_array_equal(y[2 * RATE :], x[2 * RATE :])


def test_the_record_tells_all_and_nothing_that_changes(tmp_path, capsys):
    source = write_sound(tmp_path / "in.wav", noise(5_000), RATE)
    words = ("--preset", "quiet", "--seed", 5, "--set", "genome.1.params.gain=-6", "--depth", "float")
    code, _, errors = run_command(capsys, "bounce", source, "-o", tmp_path / "x.wav", *words)
    assert (code, errors) == (0, [])
    text = (tmp_path / "run.json").read_text()
    record = json.loads(text)
    assert text == json.dumps(record, sort_keys=True, indent=2) + "\n"
    assert record["seed"] == record["preset"]["seed"] == 5 and record["preset"]["synth"]["tempo"] == 72.0
    assert record["preset"]["genome"][1] == {"op": "volume", "params": {"gain": -6.0}, "bypass": False}
    assert record["input_sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert (record["source"], record["frames"], record["format"]) == ("file", 5_000, "wav float")
    assert {"python", "numpy", "numba", "av", "soxr"} <= set(record["versions"])
    assert str(tmp_path) not in text
    assert run_command(capsys, "check", tmp_path / "run.json") == (0, f"{tmp_path / 'run.json'}: a valid run record\n", [])
    assert set(json.loads((tmp_path / "timings.json").read_text())) >= {"seconds", "times_real_time"}


def test_the_result_may_take_the_place_of_the_input(tmp_path, capsys):
    path = write_sound(tmp_path / "x.wav", noise(RATE), RATE)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    code, _, errors = run_command(capsys, "bounce", path, "-o", path, "--overwrite")
    assert (code, errors) == (0, [])
    assert json.loads((tmp_path / "run.json").read_text())["input_sha256"] == before
    assert len(read_sound(path)[0]) == RATE


def test_a_file_is_replaced_only_when_asked(tmp_path, capsys):
    out = tmp_path / "x.wav"
    out.write_bytes(b"precious")
    code, _, (line,) = run_command(capsys, "bounce", "--source", "synth", "--seconds", 1, "-o", out)
    assert code == 2 and line.startswith(f"phosphene: {out}: ") and "--overwrite" in line
    assert out.read_bytes() == b"precious" and names(tmp_path) == {"x.wav"}
    code, _, errors = run_command(capsys, "bounce", "--source", "synth", "--seconds", 1, "-o", out, "--overwrite")
    assert (code, errors) == (0, []) and len(read_sound(out)[0]) == RATE


@pytest.mark.parametrize(
    ("out", "code", "why"),
    [
        (".", 2, "is a folder"),
        ("x.mp3", 2, "can end in .flac, .wav or .mp4"),
        ("x", 2, "can end in .flac, .wav or .mp4"),
        ("no/x.wav", 2, "there is no folder"),
        ("file/x.wav", 2, "there is no folder"),
        ("taken/x.wav", 2, "run.json: is a folder"),
        ("x" * 300 + ".wav", 2, "File name too long"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_place_where_nothing_can_be_written(out, code, why, tmp_path, capsys):
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "taken" / "run.json").mkdir(parents=True)
    before = {*tmp_path.rglob("*")}
    told = run_command(capsys, "bounce", "--source", "synth", "--seconds", 1, "-o", tmp_path / out)
    assert told[0] == code and len(told[2]) == 1
    assert str(tmp_path) in told[2][0] and why in told[2][0]
    assert {*tmp_path.rglob("*")} == before


def test_the_longest_name_is_not_too_long(tmp_path):
    synth(tmp_path, "x" * 251 + ".wav", seconds=0.1)
    assert names(tmp_path) == {"x" * 251 + ".wav", *LEFT}


def test_a_folder_that_may_not_be_written_to(tmp_path):
    shut = tmp_path / "shut"
    shut.mkdir()
    before = []
    if os.geteuid() == 0:  # to whom nothing is forbidden; a read-only mount is, and only this process sees it
        if not _may_mount(tmp_path):
            pytest.skip("root may write anywhere here, and may not mount")
        before = ["unshare", "-m", "sh", "-c", f'mount -t tmpfs -o ro none {shut}; exec "$0" "$@"']
    else:
        shut.chmod(0o500)
    out = shut / "x.wav"
    code, _, (line,) = finish_command(start_command("bounce", "--source", "synth", "--seconds", 1, "-o", out, before=before))
    assert code == 1 and line.startswith(f"phosphene: {out}: ") and "is not writable" in line
    assert names(shut) == set()


@pytest.mark.parametrize("room", [64, 400])  # KiB: not enough for a part of the sound, and not for its end
@pytest.mark.parametrize("name", ["x.wav", "x.flac"])
def test_a_full_disk_leaves_nothing(name, room, tmp_path):
    frames = {"x.wav": 68_300, "x.flac": 400_000}[name] * room // 400  # of 6 bytes, and of about one
    out, words = tmp_path / name, ("bounce", "--source", "synth", "--seconds", 1.1 * frames / RATE)
    if _may_mount(tmp_path):
        listing = f'"$0" "$@"; code=$?; ls -A {tmp_path}; exit $code'
        mount = f"mount -t tmpfs -o size={room}k none {tmp_path}; {listing}"
        code, told, errors = finish_command(start_command(*words, "-o", out, before=["unshare", "-m", "sh", "-c", mount]))
    else:  # a file that may not grow is a full disk, to who writes it
        code, told, errors = finish_command(start_command(*words, "-o", out, preexec_fn=lambda: _no_more_than(room * 1024)))
        told += "\n".join(names(tmp_path))
    (line,) = errors
    assert code == 1 and line.startswith(f"phosphene: {out}: could not be written (")
    assert name not in told and "run.json" not in told and ".part" not in told


def _may_mount(folder):
    if not shutil.which("unshare"):
        return False
    try_it = ["unshare", "-m", "mount", "-t", "tmpfs", "none", str(folder)]
    return subprocess.run(try_it, capture_output=True).returncode == 0


def _no_more_than(size):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_stopped_in_the_middle_it_leaves_nothing(name, tmp_path):
    process = start_command(*ENDLESS, "-o", tmp_path / "x.wav")
    assert wait_until(lambda: any(path.stat().st_size > 1 << 20 for path in tmp_path.glob(".x.wav.*.part")))
    process.send_signal(getattr(signal, name))
    process.send_signal(signal.SIGINT)  # nobody presses it only once
    code, told, errors = finish_command(process)
    assert (code, told, errors) == (1, "", ["stopped"])
    assert names(tmp_path) == set()


def test_stopped_at_any_moment_it_leaves_nothing(tmp_path):
    """From the first moment that the command runs, through its imports and the building of the graph."""
    told = COMMAND[-1].replace("sys.exit", "print(flush=True); sys.exit")
    moments = np.geomspace(0.02, 1.6, 16)
    for pair in moments.reshape(-1, 2):  # two at a time: that is how many cores there may be
        processes = []
        for moment in pair:
            folder = tmp_path / f"{moment:.4f}"
            folder.mkdir()
            processes.append((moment, folder, start_command(*ENDLESS, "-o", folder / "x.wav", command=[*COMMAND[:-1], told])))
        for moment, _, process in processes:
            process.stdout.readline()
            pause(moment)
            process.send_signal(signal.SIGINT)
        for moment, folder, process in processes:
            code, _, errors = finish_command(process)
            assert (code, errors) == (1, ["stopped"]), f"after {moment:.4f} s"
            assert names(folder) == set()


PEAK = """
from engine.cli import main
assert main() == 0
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""  # its own peak: what the system tells of a child is at least what its parent had


def test_memory_does_not_grow_with_length(tmp_path):
    peaks = []
    for seconds in (10, 600):
        words = ["bounce", "--source", "synth", "--seconds", str(seconds), "-o", str(tmp_path / f"{seconds}.flac")]
        code, out, _ = finish_command(start_command(*words, command=[sys.executable, "-c", PEAK]))
        assert code == 0
        peaks.append(int(out.split()[-1]))
    assert peaks[1] <= 1.1 * peaks[0], peaks
