"""The feature cache: equal sound is analysed once, and a wrong or damaged entry is never used."""

import json
import os
import threading

import numpy as np
import pytest

from phosphene.engine.listening.analyser import hop_frames
from phosphene.engine.offline.features import columns
from phosphene.engine.offline.features.cache import PART_SUFFIX, FeatureCache
from tests.support.commands import run_command
from tests.support.listen_output import RATE, listen_json, load_arrays
from tests.support.sound_files import noise, write_sound


def test_equal_sound_is_analysed_once(folder, capsys):
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
    monkeypatch.setattr(columns, "SOURCE_DIGEST", "another")


@pytest.mark.parametrize("change", [changed_rate, changed_channels, changed_sample, changed_version, changed_source])
def test_any_change_makes_another_entry(folder, capsys, monkeypatch, change):
    x = noise(RATE, 1, seed=8) if change is changed_channels else noise(RATE)
    write_sound("x.wav", x, RATE)
    listen_json(capsys, "x.wav", "-o", "x.npz")
    assert listen_json(capsys, "x.wav", "-o", "x.npz", "--overwrite")[0]["cached"]
    change(folder, monkeypatch)
    assert not listen_json(capsys, "x.wav", "-o", "x.npz", "--overwrite")[0]["cached"]


def test_causal_and_lookahead_have_separate_entries(folder, capsys):
    write_sound("x.wav", noise(RATE), RATE)
    attempts = [("--causal",), (), (), ("--causal",)]
    cached = [listen_json(capsys, "x.wav", "-o", "x.npz", "--overwrite", *words)[0]["cached"] for words in attempts]
    assert cached == [False, False, True, True]


def test_no_cache_neither_reads_nor_writes(folder, capsys):
    write_sound("x.wav", noise(RATE), RATE)
    entries = folder.parent / "cache/listening"
    assert not listen_json(capsys, "x.wav", "-o", "x.npz", "--no-cache")[0]["cached"] and not entries.exists()
    listen_json(capsys, "x.wav", "-o", "x.npz", "--overwrite")
    assert not listen_json(capsys, "x.wav", "-o", "x.npz", "--overwrite", "--no-cache")[0]["cached"]


def test_damaged_entry_is_replaced(folder, capsys):
    write_sound("x.wav", noise(RATE), RATE)
    listen_json(capsys, "x.wav", "-o", "x.npz")
    whole, (entry,) = (folder / "x.npz").read_bytes(), (folder.parent / "cache/listening").iterdir()
    good = entry.read_bytes()
    rng = np.random.default_rng(2)
    flips = [bytes([*good[:at], good[at] ^ 4, *good[at + 1 :]]) for at in rng.integers(0, len(good), 6)]
    for damaged in (*flips, good[:-1], good[: len(good) // 2], good[:10], b"", good + b"x"):
        entry.write_bytes(damaged)
        assert not listen_json(capsys, "x.wav", "-o", "x.npz", "--overwrite")[0]["cached"]
        assert (folder / "x.npz").read_bytes() == whole and entry.read_bytes() == good


def test_unusable_cache_is_a_warning(folder, capsys):
    (folder.parent / "cache").mkdir()
    (folder.parent / "cache/listening").write_text("a file, not a folder")
    write_sound("x.wav", noise(RATE), RATE)
    code, out, errors = run_command(capsys, "listen", "x.wav", "-o", "x.npz")
    assert (code, errors, len(out.splitlines())) == (0, [], 2) and "the cache cannot be" in out
    code, out, errors = run_command(capsys, "listen", "x.wav", "-o", "x.npz", "--overwrite", "--json")
    assert (code, len(errors)) == (0, 1) and json.loads(out)["cached"] is False
    assert len(load_arrays("x.npz")["times"]) == -(-RATE // hop_frames(RATE))


def test_cache_is_bounded_and_recently_used_entries_stay(tmp_path):
    cache, file = FeatureCache(tmp_path / "cache", max_bytes=10_000), tmp_path / "file"
    file.write_bytes(bytes(3_000))
    for age, name in enumerate("abc"):
        cache.store(name, file)
        os.utime(cache.entry_path(name), (age, age))
    assert cache.load("a", tmp_path / "out")
    cache.store("d", file)
    assert [cache.load(name, tmp_path / "out") for name in "abcd"] == [True, False, True, True]
    abandoned, current = (tmp_path / "cache" / f".{name}{PART_SUFFIX}" for name in "xy")
    abandoned.touch()
    os.utime(abandoned, (0, 0))
    current.touch()
    cache.store("d", file)
    assert current.exists() and not abandoned.exists(), "only the part of a killed process is removed"
    file.write_bytes(bytes(10_001))
    cache.store("e", file)
    assert not cache.load("e", tmp_path / "out") and cache.load("d", tmp_path / "out")


def test_concurrent_use_gives_whole_entries_or_none(tmp_path):
    names, warnings, intact = "abcdef", [], []
    for name in names:
        (tmp_path / name).write_bytes(name.encode() * 50_000)

    def work(seed):
        cache, out = FeatureCache(tmp_path / "cache", max_bytes=200_000, warn=warnings.append), tmp_path / f"out{seed}"
        for name in np.random.default_rng(seed).choice(list(names), 60):
            if cache.load(name, out):
                intact.append(out.read_bytes() == (tmp_path / name).read_bytes())
            else:
                cache.store(name, tmp_path / name)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(intact) > 10 and all(intact) and not warnings
    entries = list((tmp_path / "cache").iterdir())
    assert sum(file.stat().st_size for file in entries) <= 200_000 and not any(file.suffix for file in entries)
