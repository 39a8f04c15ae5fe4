"""evolve: reproducible, and the best genome so far is kept when it is stopped."""

import csv
import json
import signal

import numpy as np
import pytest

from phosphene.engine.effects.chain import genome
from phosphene.engine.offline import learn as learning
from tests.support.commands import run_command
from tests.support.sound_files import noise, read_sound, sine, write_sound

RATE = 48_000


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """A folder with two sounds, one of them in a subfolder, and a text file."""
    folder = tmp_path_factory.mktemp("sounds")
    (folder / "more").mkdir()
    for k, path in enumerate((folder / "a.wav", folder / "more" / "b.wav")):
        tone = sine(220 * (k + 1), RATE, RATE // 2, 0.3) * np.linspace(1, 0.1, RATE // 2)
        write_sound(path, (tone[:, None] + 0.1 * noise(RATE // 2, seed=k)).astype(np.float32), RATE)
    (folder / "notes.txt").write_text("not a sound\n")
    return folder


def learn(capsys, folder, *words, name="g.json"):
    code, out, errors = run_command(capsys, "evolve", *words, "--genome-out", folder / name, "--iterations", 3)
    return code, out, errors, json.loads((folder / name).read_text()) if code == 0 else None


def test_folder_is_learned_from_and_all_outputs_are_written(sounds, tmp_path, capsys):
    more = ("--preview-out", tmp_path / "p.wav", "--metrics-out", tmp_path / "m.csv")
    code, out, _, genes = learn(capsys, tmp_path, sounds, *more)
    assert code == 0 and "3 iterations" in out and "notes.txt" in out
    assert [gene.op for gene in genome.load(tmp_path / "g.json")[0]] == [gene["op"] for gene in genes]
    assert len(read_sound(tmp_path / "p.wav")[0]) > 1_000
    rows = list(csv.DictReader((tmp_path / "m.csv").open()))
    assert [int(row["iteration"]) for row in rows] == [0, 1, 2]
    best = [float(row["best"]) for row in rows]
    assert best == sorted(best, reverse=True) and json.loads(rows[0]["ops"])


def test_genome_depends_on_the_seed_and_not_on_the_workers(sounds, tmp_path, capsys):
    found = [
        learn(capsys, tmp_path, sounds, "--seed", seed, "--workers", workers, name=f"{seed}{workers}.json")[3]
        for seed, workers in ((1, 1), (1, 2), (2, 1))
    ]
    assert found[0] == found[1] and found[0] != found[2]


def test_json_metrics_and_a_target(sounds, tmp_path, capsys):
    words = ("--target", sounds / "more" / "b.wav", "--metrics-out", tmp_path / "m.json", "--gene-len", 1)
    code, _, _, genes = learn(capsys, tmp_path, sounds / "a.wav", *words)
    rows = json.loads((tmp_path / "m.json").read_text())
    assert code == 0 and len(genes) <= 1 and [row["iteration"] for row in rows] == [0, 1, 2]
    assert set(rows[0]) >= {"best", "mean", "median", "genome", "ops", "seconds", "rejected"}


def test_result_is_kept_when_the_search_is_stopped(sounds, tmp_path, capsys, monkeypatch):
    search = learning.evolve

    def search_and_interrupt(*args, on_iteration, **options):
        def interrupt(row):
            on_iteration(row)
            if row.iteration == 1:
                signal.raise_signal(signal.SIGINT)

        return search(*args, on_iteration=interrupt, **options)

    monkeypatch.setattr(learning, "evolve", search_and_interrupt)
    words = ("evolve", sounds, "--genome-out", tmp_path / "g.json", "--metrics-out", tmp_path / "m.csv")
    code, out, errors = run_command(capsys, *words, "--iterations", 100_000)
    assert (code, errors) == (0, []) and "2 iterations, stopped" in out
    assert genome.load(tmp_path / "g.json")[1] == [] and len((tmp_path / "m.csv").read_text().splitlines()) == 3


WRONG = {
    "no file": (("nope.wav",), "nope.wav: no such file"),
    "an empty folder": (("empty",), "no sound in it"),
    "no target": (("a.wav", "--target", "nope.wav"), "nope.wav: no such file"),
    "an ending of the genome": (("a.wav", "--genome-out", "g.yaml"), "can end in .json"),
    "an ending of the metrics": (("a.wav", "--metrics-out", "m.txt"), "can end in .json or .csv"),
    "an ending of the preview": (("a.wav", "--preview-out", "p.mp3"), "can end in .flac or .wav"),
    "one file for two results": (("a.wav", "--metrics-out", "g.json"), "named twice"),
    "a file that exists": (("a.wav", "--preview-out", "old.wav"), "exists"),
    "the input": (("a.wav", "--preview-out", "a.wav", "--overwrite"), "is the input file; name another file"),
    "no iterations": (("a.wav", "--iterations", "0"), "outside 1 to"),
    "silence": (("silence.wav",), "silent"),
}


@pytest.mark.parametrize(("words", "why"), WRONG.values(), ids=WRONG)
def test_wrong_usage_is_one_line_and_leaves_nothing(tmp_path, monkeypatch, capsys, words, why):
    monkeypatch.chdir(tmp_path)
    write_sound(tmp_path / "a.wav", noise(20_000), RATE)
    write_sound(tmp_path / "silence.wav", np.zeros((20_000, 2), np.float32), RATE)
    write_sound(tmp_path / "old.wav", noise(10), RATE)
    (tmp_path / "empty").mkdir()
    before = sorted(tmp_path.iterdir())
    out = () if "--genome-out" in words else ("--genome-out", "g.json")
    code, _, errors = run_command(capsys, "evolve", *words, *out)
    assert code == 2 and len(errors) == 1 and why in errors[0]
    assert sorted(tmp_path.iterdir()) == before
