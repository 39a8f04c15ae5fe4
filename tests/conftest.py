import os
import shutil

import hypothesis
import pytest

from phosphene.engine.cli import warmup
from phosphene.engine.gl import shader_source
from phosphene.engine.gl.context import offscreen_context
from tests.support.gl_objects import count_gl_objects
from tools.rig.screen import VirtualScreen
from tools.rig.sound_server import SoundServer

REALTIME_FIXTURES = {"server", "screen"}  # a sound server, a display: others beside them would be in their way

hypothesis.settings.register_profile("ci", derandomize=True)
if "CI" in os.environ:
    hypothesis.settings.load_profile("ci")


def pytest_collection_modifyitems(items):
    for item in items:
        if REALTIME_FIXTURES & {*item.fixturenames}:
            item.add_marker("realtime")


@pytest.fixture(scope="session")
def compiled():
    """Kernels, before a session that is waited for needs them."""
    if not warmup.is_warm():
        warmup.warm()


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
    screen = VirtualScreen()
    yield screen
    screen.remove()


@pytest.fixture(scope="module")
def context():
    """OpenGL without a screen, for the tests of a module, which must release all that they create."""
    with offscreen_context() as context:
        yield context
        left = {kind: count for kind, count in count_gl_objects(context).items() if count}
        assert not left, f"GL objects that no test of this module released: {left}"


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
    shutil.copytree(str(shader_source.SHADERS / "lib"), tmp_path / "lib")
    monkeypatch.setattr(shader_source, "SHADERS", tmp_path)

    def write(text, name="test.frag"):
        (tmp_path / name).write_text(text)
        return name

    return write
