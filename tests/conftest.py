import pytest

from tools.soundserver import SoundServer


@pytest.fixture(scope="module")
def server():
    """A sound server for the tests of a module."""
    server = SoundServer()
    server.start()
    yield server
    server.remove()
