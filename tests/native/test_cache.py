"""The kernel cache: its folder changes with the source of every kernel, and old folders are deleted."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from numba import config

from phosphene.engine.native import cache
from phosphene.engine.offline import thumbnails
from phosphene.engine.offline.features import columns


@pytest.fixture
def engine_copy(tmp_path, monkeypatch):
    """A copy of the engine's source, from which the fingerprint is computed."""
    copy = tmp_path / "engine"
    shutil.copytree(cache.SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(cache, "SOURCE", copy)
    return copy


def test_every_change_of_a_kernels_source_changes_the_fingerprint(engine_copy):
    seen = [cache.fingerprint()]
    for room in cache.ROOMS:
        place = engine_copy / room
        files = [place] if place.is_file() else sorted(place.rglob("*.py"))
        assert files, f"there is no {room}"
        for file in files:
            file.write_bytes(file.read_bytes() + b"\n")
            seen.append(cache.fingerprint())
        files[-1].rename(files[-1].with_name("renamed.py"))
        seen.append(cache.fingerprint())
    assert len(seen) == len(set(seen))


def test_change_elsewhere_keeps_the_fingerprint(engine_copy):
    before = cache.fingerprint()
    (engine_copy / "cli" / "another.py").write_text("# another\n")
    assert cache.fingerprint() == before


def test_every_kernel_is_in_a_room_of_the_fingerprint():
    compiling = {"kernel", "native_function", "njit", "cfunc", "intrinsic"}
    found = set()
    for file in cache.SOURCE.rglob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Name)}
        if names & compiling:
            found.add(file.relative_to(cache.SOURCE).parts[0])
    assert found and found <= {*cache.ROOMS}


@pytest.mark.parametrize("first", ["numba", "phosphene.engine.native"])
def test_kernels_are_cached_in_our_folder_even_if_numba_is_imported_first(tmp_path, first):
    script = f"import {first}; from phosphene.engine.rings import board, allocate"
    script += "; board.put(allocate(board.layout(2)), 0, 1.0)"
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    environment |= {"PHOSPHENE_CACHE": str(tmp_path), "PYTHONPATH": str(cache.SOURCE.parents[1])}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
    assert list(tmp_path.glob("kernels/*/*/board.put*"))


def test_oldest_folders_are_deleted(tmp_path, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("PHOSPHENE_CACHE", str(tmp_path))
    monkeypatch.setattr(config, "CACHE_DIR", config.CACHE_DIR)  # restored afterwards
    kernels = tmp_path / "kernels"
    for age in range(2 * cache.MAX_FOLDERS):
        old = kernels / f"old{age}"
        old.mkdir(parents=True)
        (old / "one.nbi").write_text("")
        os.utime(old, (1e9 - age, 1e9 - age))
    current = cache.set_numba_cache_dir()
    kept = [current.name, *(f"old{age}" for age in range(cache.MAX_FOLDERS - 1))]
    assert sorted(folder.name for folder in kernels.iterdir()) == sorted(kept)
    assert cache.set_numba_cache_dir() == current == Path(os.environ["NUMBA_CACHE_DIR"])


def test_missing_room_is_an_error(engine_copy):
    with pytest.raises(FileNotFoundError, match=r"no source in .*/control; a cache names it as a room"):
        cache.source_digest(["native", "control"])
    (engine_copy / "control").mkdir()
    with pytest.raises(FileNotFoundError, match="no source in"):
        cache.source_digest(["control"])


def test_digest_depends_on_rooms_and_extra_texts(engine_copy):
    digests = [
        cache.source_digest(["native"]),
        cache.source_digest(["native", "rings"]),
        cache.source_digest(["effects/chain"]),
        cache.source_digest(["common/params.py"]),
        cache.source_digest(["native"], "preset"),
    ]
    assert len(set(digests)) == len(digests) and all(len(digest) == 16 for digest in digests)
    assert cache.source_digest(["rings", "native"]) == digests[1], "the order of rooms does not matter"


@pytest.mark.parametrize("rooms", [cache.ROOMS, columns.ROOMS, thumbnails.ROOMS], ids=["kernels", "features", "stills"])
def test_rooms_of_every_cache_exist(rooms):
    assert len(set(rooms)) == len(rooms) and cache.source_digest(rooms)


def imported_rooms(module):
    """The rooms of the engine that a module imports, directly or not."""
    rooms, found, waiting = set(), set(), [module]
    while waiting:
        name = waiting.pop()
        file = cache.SOURCE.joinpath(*name.split(".")[2:])
        file = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
        if name in found or not name.startswith("phosphene.engine.") or not file.is_file():
            continue
        found.add(name)
        rooms.add(name.split(".")[2])
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                waiting += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                waiting += [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
    return rooms


def test_stills_depend_on_every_room_they_import():
    """All but `documents` and `presets`: what they make of a file is part of the key."""
    assert imported_rooms(thumbnails.__name__) - {"documents", "presets"} <= {*thumbnails.ROOMS}


def test_features_depend_on_every_room_the_analyser_imports():
    rooms = {room.split("/")[0] for room in columns.ROOMS}
    assert imported_rooms("phosphene.engine.listening.offline") - {"visuals"} <= rooms
