"""A bounce: reproducible, of the exact length, and atomic."""

import hashlib
import json
import os
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
from tests.support.commands import COMMAND, finish_command, pause, run_command, start_command
from tests.support.sound_files import noise, read_sound, sine, write_sound

RATE = 48_000
RECORDS = {"run.json", "timings.json"}  # beside the sound
ENDLESS = ("bounce", "--source", "silence", "--seconds", 36_000)


def bounce_synth(folder, name="x.wav", *, seconds=3.3, sets=(), **options):
    """Bounce the synth; returns the record, the warnings and the file."""
    folder.mkdir(exist_ok=True)
    preset, _ = load_preset(None, sets)
    source = BounceInput(open_source("synth", None, preset), "synth", preset, None, seconds)
    return *bounce(source, [folder / name], **options), folder / name


def bounce_file(path, out, *, sets=(), seconds=None, **options):
    """Bounce a file; returns the record and the warnings."""
    preset, _ = load_preset(None, sets)
    source = BounceInput(open_source("file", None, preset, file=path), "file", preset, path, seconds)
    return bounce(source, [out], **options)


def names(folder):
    return {path.name for path in folder.iterdir()}


@pytest.fixture(scope="module")
def renders(tmp_path_factory):
    """Record and file of the same bounce, by name and depth."""
    found = {}
    for name, depth in (("x.wav", "float"), ("x.wav", "24"), ("x.flac", "24")):
        record, _, file = bounce_synth(tmp_path_factory.mktemp("render"), name, depth=depth)
        found[name, depth] = record, file
    return found


@pytest.mark.parametrize("name", ["x.wav", "x.flac"])
def test_repeated_bounce_is_the_same_in_every_byte(name, renders, tmp_path):
    """Two threaded runs, and one with all nodes in one thread."""
    folders = [renders[name, "24"][1].parent, tmp_path / "second", tmp_path / "alone"]
    for folder in folders[1:]:
        bounce_synth(folder, name, threads=folder.name != "alone")
    for file in (name, "run.json"):
        first, *others = [(folder / file).read_bytes() for folder in folders]
        assert others == [first] * 2
    assert names(folders[1]) == {name, *RECORDS}


def test_every_override_changes_the_sound(tmp_path):
    choices = [(), ("seed=1",), ("synth.tempo=100",), ("genome.1.params.gain=-3",)]
    records = [bounce_synth(tmp_path, seconds=2, sets=sets, overwrite=True)[0] for sets in choices]
    assert len({record.samples_sha256 for record in records}) == len(choices)
    assert [record.seed for record in records] == [0, 1, 0, 0]


@pytest.mark.parametrize("seconds", [1e-9, 1 / RATE, 0.5, 1.2345678, 2 * CHUNK / RATE, 3.0])
@pytest.mark.parametrize("name", ["x.wav", "x.flac"])
def test_length_is_as_given_to_the_frame(name, seconds, tmp_path):
    record, _, file = bounce_synth(tmp_path, name, seconds=seconds, threads=False)
    frames = round(seconds * RATE)
    assert record.frames == frames
    x, rate = read_sound(file) if frames else (np.zeros((0, 2)), RATE)
    assert (x.shape, rate) == ((frames, 2), RATE)


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 192_000])
@pytest.mark.parametrize("name", ["x.wav", "x.flac"])
def test_length_is_that_of_the_input_to_the_frame(name, rate, tmp_path):
    source = write_sound(tmp_path / "in.wav", noise(rate + 13), rate)
    record, _ = bounce_file(source, tmp_path / name, threads=False)
    assert (record.frames, record.rate) == (rate + 13, rate)
    assert (len(read_sound(tmp_path / name)[0]), read_sound(tmp_path / name)[1]) == (rate + 13, rate)
    bounce_file(source, tmp_path / name, seconds=0.51, overwrite=True, threads=False)
    assert len(read_sound(tmp_path / name)[0]) == round(0.51 * rate)


def test_default_length_is_a_minute(tmp_path):
    preset, _ = load_preset()
    record, _ = bounce(BounceInput(open_source("silence", None, preset), "silence", preset), [tmp_path / "x.flac"])
    assert record.frames == DEFAULT_SECONDS * RATE == 60 * RATE


def test_file_holds_the_samples(renders):
    """Floats exactly; 24 bits within half a step, the same in both containers; the hash is of the floats."""
    record, file = renders["x.wav", "float"]
    x, _ = read_sound(file)
    assert hashlib.sha256(x.astype("<f4").tobytes()).hexdigest() == record.samples_sha256
    assert np.abs(x).max() > 0.1
    for name in ("x.wav", "x.flac"):
        other, file = renders[name, "24"]
        assert other.samples_sha256 == record.samples_sha256
        y, _ = read_sound(file)
        assert np.abs(y - x).max() <= 0.5 / (1 << 23)
        np.testing.assert_array_equal(y, np.rint(x * (1 << 23)) / (1 << 23))


def test_loud_sound_is_limited_and_the_rest_is_unchanged(tmp_path):
    x = np.zeros((3 * RATE, 2), np.float32)
    x[8_000:16_000] = sine(100, RATE, 8_000, 1.5)[:, None]
    x[2 * RATE :] = noise(RATE)
    path = write_sound(tmp_path / "in.wav", x, RATE)
    assert bounce_file(path, tmp_path / "x.wav", sets=["genome=[]"], depth="float")[1] == []
    y, _ = read_sound(tmp_path / "x.wav")
    assert 0.85 < np.abs(y).max() <= CEILING
    np.testing.assert_array_equal(y[2 * RATE :], x[2 * RATE :])


def test_run_record_is_complete_and_reproducible(tmp_path, capsys):
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
    assert run_command(capsys, "check", tmp_path / "run.json") == (
        0,
        f"{tmp_path / 'run.json'}: a valid run record\n",
        [],
    )
    assert set(json.loads((tmp_path / "timings.json").read_text())) >= {"seconds", "times_real_time"}


def test_output_that_is_the_input_is_refused(tmp_path, capsys):
    """Under its own name and through a link, even with --overwrite."""
    path = write_sound(tmp_path / "x.wav", noise(RATE), RATE)
    link = tmp_path / "link.wav"
    link.symlink_to(path)
    before = path.read_bytes()
    for out in (path, link):
        code, _, errors = run_command(capsys, "bounce", path, "-o", out, "--overwrite")
        assert (code, errors) == (2, [f"phosphene: -o {out}: is the input file; name another file"])
    assert path.read_bytes() == before and names(tmp_path) == {"x.wav", "link.wav"}


def test_file_is_replaced_only_with_overwrite(tmp_path, capsys):
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
def test_output_that_cannot_be_written_is_refused(out, code, why, tmp_path, capsys):
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "taken" / "run.json").mkdir(parents=True)
    before = {*tmp_path.rglob("*")}
    found, _, errors = run_command(capsys, "bounce", "--source", "synth", "--seconds", 1, "-o", tmp_path / out)
    assert found == code and len(errors) == 1
    assert str(tmp_path) in errors[0] and why in errors[0]
    assert {*tmp_path.rglob("*")} == before


def test_longest_possible_name_works(tmp_path):
    bounce_synth(tmp_path, "x" * 251 + ".wav", seconds=0.1)
    assert names(tmp_path) == {"x" * 251 + ".wav", *RECORDS}


def test_read_only_folder_is_refused(tmp_path):
    read_only = tmp_path / "read_only"
    read_only.mkdir()
    before = []
    if os.geteuid() == 0:  # root may write anywhere but to a read-only mount, which only the child sees
        if not _may_mount(tmp_path):
            pytest.skip("root may write anywhere here, and may not mount")
        before = ["unshare", "-m", "sh", "-c", f'mount -t tmpfs -o ro none {read_only}; exec "$0" "$@"']
    else:
        read_only.chmod(0o500)
    out = read_only / "x.wav"
    code, _, (line,) = finish_command(
        start_command("bounce", "--source", "synth", "--seconds", 1, "-o", out, before=before)
    )
    assert code == 1 and line.startswith(f"phosphene: {out}: ") and "is not writable" in line
    assert names(read_only) == set()


def _may_mount(folder):
    if not shutil.which("unshare"):
        return False
    try_it = ["unshare", "-m", "mount", "-t", "tmpfs", "none", str(folder)]
    return subprocess.run(try_it, capture_output=True).returncode == 0


def test_interrupt_at_any_moment_leaves_nothing(tmp_path):
    """During the imports, while the graph is built, and while it plays."""
    script = COMMAND[-1].replace("sys.exit", "print(flush=True); sys.exit")
    moments = np.geomspace(0.03, 1.6, 4)
    for pair in moments.reshape(-1, 2):  # two at a time, as there may be only two cores
        processes = []
        for moment in pair:
            folder = tmp_path / f"{moment:.4f}"
            folder.mkdir()
            processes.append(
                (moment, folder, start_command(*ENDLESS, "-o", folder / "x.wav", command=[*COMMAND[:-1], script]))
            )
        for moment, _, process in processes:
            process.stdout.readline()
            pause(moment)
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGINT)  # users press it more than once
        for moment, folder, process in processes:
            code, _, errors = finish_command(process)
            assert (code, errors) == (1, ["stopped"]), f"after {moment:.4f} s"
            assert names(folder) == set()


PEAK = """
from phosphene.engine.cli.main import main
assert main() == 0
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""  # its own peak: what the system reports for a child is at least its parent's


def test_memory_does_not_grow_with_length(tmp_path):
    peaks = []
    for seconds in (10, 180):
        words = ["bounce", "--source", "synth", "--seconds", str(seconds), "-o", str(tmp_path / f"{seconds}.flac")]
        code, out, _ = finish_command(start_command(*words, command=[sys.executable, "-c", PEAK]))
        assert code == 0
        peaks.append(int(out.split()[-1]))
    assert peaks[1] <= 1.1 * peaks[0], peaks
