"""The wheel: one package with all its data files; it works beside other packages and from any directory."""

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("pyproject.toml", "README.md", "LICENSE")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
GENERIC = ("engine", "models", "shaders", "presets", "fonts", "tools", "tests")
FOREIGN_PACKAGE = "raise RuntimeError('this belongs to another package')\n"
SECONDS = 120


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy, without the network and without changes to the working tree."""
    home = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        shutil.copy(ROOT / name, home / name)
    shutil.copytree(ROOT / "phosphene", home / "phosphene", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-W", "ignore", "-c", BUILD, home / "dist"]
    subprocess.run(command, cwd=home, check=True, capture_output=True, timeout=SECONDS)
    (built,) = (home / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory, compiled):
    """A folder with the wheel and, beside it, foreign packages with generic names; kernels are compiled."""
    home = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--disable-pip-version-check"]
    subprocess.run([*pip, "--target", home, wheel], check=True, timeout=SECONDS)
    for name in GENERIC:
        (home / name).mkdir()
        (home / name / "__init__.py").write_text(FOREIGN_PACKAGE)
    copy_kernels(Path(os.environ["NUMBA_CACHE_DIR"]), home.with_name("kernels"), home / "phosphene")
    return home


def copy_kernels(kernels, copy, package):
    """Copy compiled kernels for another path of the package; numba names their folders after the path."""
    for folder in (ROOT / "phosphene" / "engine").rglob("*/"):
        there = package / folder.relative_to(ROOT / "phosphene")
        old, new = (f"{each.name}_{hashlib.sha1(str(each).encode()).hexdigest()}" for each in (folder, there))
        if (kernels / old).is_dir():
            shutil.copytree(kernels / old, copy / new)
    (copy / "warm").touch()


@pytest.fixture
def run(site, tmp_path):
    """Runs Python in an empty folder with the site first on its path; returns its standard output."""

    def run(*arguments):
        variables = {"PYTHONPATH": str(site), "NUMBA_CACHE_DIR": str(site.with_name("kernels"))}
        command = [sys.executable, *map(str, arguments)]
        done = subprocess.run(
            command, cwd=tmp_path, env=os.environ | variables, capture_output=True, text=True, timeout=SECONDS
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_wheel_has_one_package(wheel):
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    info = {top for top in tops if top.endswith(".dist-info")}
    assert tops - info == {"phosphene"} and len(info) == 1
    script = zipfile.ZipFile(wheel).read(f"{min(info)}/entry_points.txt").decode()
    assert script.split() == ["[console_scripts]", "phosphene", "=", "phosphene.engine.cli.main:main"]


def test_wheel_has_every_file(wheel):
    """Shaders, presets, fonts, media, licences, py.typed: all files except caches."""
    ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / "phosphene").rglob("*") if path.is_file()}
    ours = {name for name in ours if "__pycache__" not in name}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("phosphene/")}
    assert held == ours and {Path(name).suffix for name in ours} > {".frag", ".yaml", ".npz", ".jpg", ".mp4", ".typed"}


def test_record_lists_every_file(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (record,) = (name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
        rows = list(csv.reader(archive.read(record).decode().splitlines()))
        assert {row[0] for row in rows} == set(archive.namelist())


def test_package_runs_from_another_folder(run, site, tmp_path):
    where = run("-c", "import phosphene; print(phosphene.__file__)").strip()
    assert Path(where).is_relative_to(site), "this must not import the working tree"
    assert json.loads(run("-m", "phosphene", "presets", "--json"))
    run("-m", "phosphene", "bounce", "--source", "synth", "--seconds", "0.3", "-o", "it.wav")
    run("-m", "phosphene", "preview", "horizon", "--seconds", "0.3", "--stills", "1", "-o", "it.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["it.png", "it.wav", "run.json", "timings.json"]
