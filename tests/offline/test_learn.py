"""A lesson: files in, a genome out; the same every time, and what was learnt is kept when it is stopped."""

import csv
import json
import signal

import numpy as np
import pytest

from phosphene.engine.effects.chain import genome
from tests.support.commands import wait_until, finish_command, pause, start_command, run_command
from tests.support.sound_files import noise, read_sound, sine, write_sound

RATE = 48_000


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """A folder with two sounds in it, one of them in a folder of its own, and something that is none."""
    folder = tmp_path_factory.mktemp("sounds")
    (folder / "more").mkdir()
    for k, path in enumerate((folder / "a.wav", folder / "more" / "b.wav")):
        tone = sine(220 * (k + 1), RATE, RATE // 2, 0.3) * np.linspace(1, 0.1, RATE // 2)
        write_sound(path, (tone[:, None] + 0.1 * noise(RATE // 2, seed=k)).astype(np.float32), RATE)
    (folder / "notes.txt").write_text("not a sound\n")
    return folder


def listens(pid):
    """True once a process has its own handlers: before, nothing catches SIGTERM."""
    with open(f"/proc/{pid}/status") as status:
        caught = next(line for line in status if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def learn(capsys, folder, *words, name="g.json"):
    code, out, errors = run_command(capsys, "evolve", *words, "--genome-out", folder / name, "--iterations", 3)
    return code, out, errors, json.loads((folder / name).read_text()) if code == 0 else None


def test_a_folder_is_learnt_from_and_all_that_was_asked_for_is_there(sounds, tmp_path, capsys):
    more = ("--preview-out", tmp_path / "p.wav", "--metrics-out", tmp_path / "m.csv")
    code, out, _, genes = learn(capsys, tmp_path, sounds, *more)
    assert code == 0 and "3 iterations" in out and "notes.txt" in out
    assert [gene.op for gene in genome.load(tmp_path / "g.json")[0]] == [gene["op"] for gene in genes]
    assert len(read_sound(tmp_path / "p.wav")[0]) > 1_000
    rows = list(csv.DictReader((tmp_path / "m.csv").open()))
    assert [int(row["iteration"]) for row in rows] == [0, 1, 2]
    best = [float(row["best"]) for row in rows]
    assert best == sorted(best, reverse=True) and json.loads(rows[0]["ops"])


def test_the_same_seed_is_the_same_genome_whoever_works(sounds, tmp_path, capsys):
    found = [
        learn(capsys, tmp_path, sounds, "--seed", seed, "--workers", workers, name=f"{seed}{workers}.json")[3]
        for seed, workers in ((1, 1), (1, 2), (2, 1))
    ]
    assert found[0] == found[1] and found[0] != found[2]


def test_metrics_in_json_and_a_target(sounds, tmp_path, capsys):
    words = ("--target", sounds / "more" / "b.wav", "--metrics-out", tmp_path / "m.json", "--gene-len", 1)
    code, _, _, genes = learn(capsys, tmp_path, sounds / "a.wav", *words)
    rows = json.loads((tmp_path / "m.json").read_text())
    assert code == 0 and len(genes) <= 1 and [row["iteration"] for row in rows] == [0, 1, 2]
    assert set(rows[0]) >= {"best", "mean", "median", "genome", "ops", "seconds", "rejected"}


def test_what_was_learnt_until_it_is_stopped_is_kept(sounds, tmp_path):
    words = ("evolve", sounds, "--genome-out", tmp_path / "g.json", "--metrics-out", tmp_path / "m.csv")
    process = start_command(*words, "--iterations", 100_000)
    assert wait_until(lambda: listens(process.pid)), "it never listened for Ctrl-C"
    pause(3.0)  # somewhere in the middle: whenever it is stopped, this holds
    process.send_signal(signal.SIGINT)
    code, out, errors = finish_command(process)
    assert (code, errors) == (0, []) and "stopped" in out
    assert genome.load(tmp_path / "g.json")[1] == [] and len((tmp_path / "m.csv").read_text().splitlines()) > 1


WRONG = {
    "nothing there": (("nope.wav",), "nope.wav: no such file"),
    "nothing in it": (("empty",), "no sound in it"),
    "no target": (("a.wav", "--target", "nope.wav"), "nope.wav: no such file"),
    "a genome that is no JSON": (("a.wav", "--genome-out", "g.yaml"), "can end in .json"),
    "metrics": (("a.wav", "--metrics-out", "m.txt"), "can end in .json or .csv"),
    "a preview": (("a.wav", "--preview-out", "p.mp3"), "can end in .flac or .wav"),
    "one name for two": (("a.wav", "--metrics-out", "g.json"), "named twice"),
    "what is there": (("a.wav", "--preview-out", "a.wav"), "exists"),
    "no iterations": (("a.wav", "--iterations", "0"), "outside 1 to"),
    "silence": (("silence.wav",), "silent"),
}


@pytest.mark.parametrize(("words", "why"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_is_one_line_and_leaves_nothing(tmp_path, monkeypatch, capsys, words, why):
    monkeypatch.chdir(tmp_path)
    write_sound(tmp_path / "a.wav", noise(20_000), RATE)
    write_sound(tmp_path / "silence.wav", np.zeros((20_000, 2), np.float32), RATE)
    (tmp_path / "empty").mkdir()
    before = sorted(tmp_path.iterdir())
    out = () if "--genome-out" in words else ("--genome-out", "g.json")
    code, _, errors = run_command(capsys, "evolve", *words, *out)
    assert code == 2 and len(errors) == 1 and why in errors[0]
    assert sorted(tmp_path.iterdir()) == before
