import shutil

import pytest

from engine import warm
from engine.visuals import source
from engine.visuals.context import opened
from tools.screen import Screen
from tools.soundserver import SoundServer


@pytest.fixture(scope="session")
def compiled():
    """Kernels, before a session that is waited for needs them."""
    if not warm.is_warm():
        warm.warm()


@pytest.fixture(scope="module")
def server(compiled):
    """A sound server for the tests of a module."""
    server = SoundServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="module")
def screen():
    """A screen for the tests of a module."""
    screen = Screen()
    yield screen
    screen.remove()


@pytest.fixture(scope="module")
def context():
    """OpenGL without a screen, for the tests of a module."""
    with opened() as context:
        yield context


@pytest.fixture
def folder(tmp_path, monkeypatch, compiled):
    """Where a command works, with a cache of its own beside it."""
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("PHOSPHENE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a file into a folder that stands for shaders/, where the library is as well."""
    shutil.copytree(str(source.SHADERS / "lib"), tmp_path / "lib")
    monkeypatch.setattr(source, "SHADERS", tmp_path)

    def write(text, name="test.frag"):
        (tmp_path / name).write_text(text)
        return name

    return write
