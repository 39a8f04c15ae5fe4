import pytest

from tools.screen import Screen
from tools.soundserver import SoundServer


@pytest.fixture(scope="module")
def server():
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
