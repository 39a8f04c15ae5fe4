"""The cache of `phosphene listen`: the same sound is heard once, and what is kept is never believed wrongly."""

import json
import os
import threading

import numpy as np
import pytest

from phosphene.engine.offline.features import columns
from phosphene.engine.offline.features.cache import PART_SUFFIX, FeatureCache
from tests.listening.test_analyser import hop_of
from tests.support.commands import run_command
from tests.support.listen_output import RATE, load_arrays, listen_json
from tests.support.sound_files import noise, write_sound


def test_the_same_sound_is_heard_once(folder, capsys):
    x = noise(RATE)
    write_sound("x.wav", x, RATE)
    write_sound("again.wav", x, RATE)
    first = listen_json(capsys, "x.wav", "-o", "x.npz")[0]
    again = listen_json(capsys, "again.wav", "-o", "again.npz")[0]
    assert (first["cached"], again["cached"]) == (False, True)
    assert (folder / "x.npz").read_bytes() == (folder / "again.npz").read_bytes()
    same = {name for name in first if first[name] == again[name]}
    assert set(first) - same == {"path", "archive", "cached"}


def changed_rate(folder, monkeypatch):
    write_sound("x.wav", noise(RATE), 2 * RATE)


def changed_channels(folder, monkeypatch):
    write_sound("x.wav", np.repeat(noise(RATE, 1, seed=8), 2, axis=1), RATE)


def changed_sample(folder, monkeypatch):
    x = noise(RATE)
    x[-1, 1] += np.float32(1e-6)
    write_sound("x.wav", x, RATE)


def changed_version(folder, monkeypatch):
    monkeypatch.setattr(columns, "VERSION", columns.VERSION + 1)


def changed_source(folder, monkeypatch):
    monkeypatch.setattr(columns, "SOURCES", "another")


@pytest.mark.parametrize("change", [changed_rate, changed_channels, changed_sample, changed_version, changed_source])
def test_what_changed_never_meets_what_was(folder, capsys, monkeypatch, change):
    x = noise(RATE, 1, seed=8) if change is changed_channels else noise(RATE)
    write_sound("x.wav", x, RATE)
    listen_json(capsys, "x.wav", "-o", "x.npz")
    assert listen_json(capsys, "x.wav", "-o", "x.npz", "--overwrite")[0]["cached"]
    change(folder, monkeypatch)
    assert not listen_json(capsys, "x.wav", "-o", "x.npz", "--overwrite")[0]["cached"]


def test_tempo_by_what_comes_never_meets_tempo_by_what_came(folder, capsys):
    write_sound("x.wav", noise(RATE), RATE)
    tries = [("--causal",), (), (), ("--causal",)]
    cached = [listen_json(capsys, "x.wav", "-o", "x.npz", "--overwrite", *words)[0]["cached"] for words in tries]
    assert cached == [False, False, True, True]


def test_no_cache_neither_reads_nor_writes(folder, capsys):
    write_sound("x.wav", noise(RATE), RATE)
    kept = folder.parent / "cache/listening"
    assert not listen_json(capsys, "x.wav", "-o", "x.npz", "--no-cache")[0]["cached"] and not kept.exists()
    listen_json(capsys, "x.wav", "-o", "x.npz", "--overwrite")
    assert not listen_json(capsys, "x.wav", "-o", "x.npz", "--overwrite", "--no-cache")[0]["cached"]


def test_a_damaged_entry_is_made_anew(folder, capsys):
    write_sound("x.wav", noise(RATE), RATE)
    listen_json(capsys, "x.wav", "-o", "x.npz")
    whole, (entry,) = (folder / "x.npz").read_bytes(), (folder.parent / "cache/listening").iterdir()
    kept = entry.read_bytes()
    rng = np.random.default_rng(2)
    flips = [bytes([*kept[:at], kept[at] ^ 4, *kept[at + 1 :]]) for at in rng.integers(0, len(kept), 12)]
    for damaged in (*flips, kept[:-1], kept[: len(kept) // 2], kept[:10], b"", kept + b"x"):
        entry.write_bytes(damaged)
        assert not listen_json(capsys, "x.wav", "-o", "x.npz", "--overwrite")[0]["cached"]
        assert (folder / "x.npz").read_bytes() == whole and entry.read_bytes() == kept


def test_a_cache_that_cannot_be_is_a_remark(folder, capsys):
    (folder.parent / "cache").mkdir()
    (folder.parent / "cache/listening").write_text("in the way")
    write_sound("x.wav", noise(RATE), RATE)
    code, out, errors = run_command(capsys, "listen", "x.wav", "-o", "x.npz")
    assert (code, errors, len(out.splitlines())) == (0, [], 2) and "the cache cannot be" in out
    code, out, errors = run_command(capsys, "listen", "x.wav", "-o", "x.npz", "--overwrite", "--json")
    assert (code, len(errors)) == (0, 1) and json.loads(out)["cached"] is False
    assert len(load_arrays("x.npz")["times"]) == -(-RATE // hop_of(RATE))


def test_the_cache_is_bounded_and_what_is_used_stays(tmp_path):
    shelf, made = FeatureCache(tmp_path / "shelf", most=10_000), tmp_path / "made"
    made.write_bytes(bytes(3_000))
    for age, name in enumerate("abc"):
        shelf.put(name, made)
        os.utime(shelf._entry(name), (age, age))
    assert shelf.take("a", tmp_path / "out")
    shelf.put("d", made)
    assert [shelf.take(name, tmp_path / "out") for name in "abcd"] == [True, False, True, True]
    left, coming = (tmp_path / "shelf" / f".{name}{PART_SUFFIX}" for name in "xy")
    left.touch()
    os.utime(left, (0, 0))
    coming.touch()
    shelf.put("d", made)
    assert coming.exists() and not left.exists(), "what a killed process left goes, what another writes stays"
    made.write_bytes(bytes(10_001))
    shelf.put("e", made)
    assert not shelf.take("e", tmp_path / "out") and shelf.take("d", tmp_path / "out")


def test_many_at_once_get_what_is_whole_or_nothing(tmp_path):
    names, wrong, got = "abcdef", [], []
    for name in names:
        (tmp_path / name).write_bytes(name.encode() * 50_000)

    def work(seed):
        shelf, out = FeatureCache(tmp_path / "shelf", most=200_000, remark=wrong.append), tmp_path / f"out{seed}"
        for name in np.random.default_rng(seed).choice(list(names), 60):
            if shelf.take(name, out):
                got.append(out.read_bytes() == (tmp_path / name).read_bytes())
            else:
                shelf.put(name, tmp_path / name)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) > 10 and all(got) and not wrong
    held = list((tmp_path / "shelf").iterdir())
    assert sum(file.stat().st_size for file in held) <= 200_000 and not any(file.suffix for file in held)
