"""Each command that writes files: a full disk and Ctrl-C leave nothing behind, and are one line."""

import contextlib
import json
import resource
import signal

import pytest

from phosphene.engine.audio.sources.file import FileSource
from phosphene.engine.encode.mp4 import Mp4Writer
from phosphene.engine.encode.sound_file import SoundFile
from phosphene.engine.graph.nodes import SourceNode
from tests.support.commands import run_command
from tests.support.sound_files import noise, write_sound

RATE = 48_000
FILM = ("--size", "64x36", "--set", "scene=scope")
WRITERS = {  # the words, the file that the message names
    "bounce sound": (("bounce", "in.wav", "-o", "x.wav"), "x.wav"),
    "bounce film": (("bounce", "in.wav", "-o", "x.mp4", *FILM), "x.mp4"),
    "apply": (("apply", "in.wav", "-o", "x.wav", "--genome", "g.json"), "x.wav"),
    "evolve": (("evolve", "in.wav", "--genome-out", "x.json", "--preview-out", "x.wav", "--iterations", 1), "x.wav"),
    "listen": (("listen", "in.wav", "-o", "x.npz", "--plot", "x.png", "--no-cache"), "x.npz"),
    "preview": (("preview", "quiet", "--audio", "in.wav", "-o", "x.png", "--stills", 2), "x.png"),
}
INTERRUPTED = {  # by the writer: a method during which Ctrl-C is pressed
    "bounce sound": (SoundFile, "write"),
    "bounce film": (Mp4Writer, "write_frame"),
    "apply": (FileSource, "read"),
    "listen": (FileSource, "read"),
    "preview": (SourceNode, "step"),
}


@pytest.fixture
def inputs(folder):
    write_sound(folder / "in.wav", noise(RATE), RATE)
    (folder / "g.json").write_text(json.dumps([{"op": "volume", "params": {"gain": -1.0}}]))
    return {path.name for path in folder.iterdir()}


@contextlib.contextmanager
def full_disk(size):
    """Files may not grow beyond a size; to a writer that is a full disk."""
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_full_disk_leaves_nothing(writer, inputs, folder, capsys):
    words, name = WRITERS[writer]
    with full_disk(4096):
        code, _, errors = run_command(capsys, *words)
    assert code == 1 and len(errors) == 1 and errors[0].startswith(f"phosphene: {name}: could not be written ("), errors
    left = {path.name for path in folder.iterdir()} - inputs
    assert left <= ({"x.json"} if writer == "evolve" else set()), "a learned genome is whole and is kept"


@pytest.mark.parametrize("writer", INTERRUPTED)
def test_an_interrupt_leaves_nothing(writer, inputs, folder, capsys, monkeypatch):
    owner, name = INTERRUPTED[writer]
    original = getattr(owner, name)

    def interrupt(*args):
        signal.raise_signal(signal.SIGINT)
        return original(*args)

    monkeypatch.setattr(owner, name, interrupt)
    assert run_command(capsys, *WRITERS[writer][0]) == (1, "", ["stopped"])
    assert {path.name for path in folder.iterdir()} == inputs
