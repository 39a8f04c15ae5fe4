"""Minutes on stage: every effect in a row, a Python thread spinning beside the sound, without and with a picture.

    python3 -m tools.rig.soak KIND SECONDS [WORD ...]

keeps one session of a kind, and prints its report; words are laid over the preset as `--set` does. A session in
silence, where nothing spins, runs beside each.
"""

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from phosphene.engine.cli.commands.shared import ensure_compiled
from phosphene.engine.effects import EFFECTS
from phosphene.engine.native.cache import cache_home
from phosphene.engine.presets.load import load_preset
from phosphene.engine.session.child import ProcessHandle
from phosphene.engine.session.report import SessionReport
from phosphene.engine.session.supervisor import Supervisor
from tools.rig.screen import Screen
from tools.rig.sound_server import RATE, SoundServer

BLOCK, BUFFER = 256, 0.02  # frames; seconds
SIZE = (640, 360)
LOOK = 0.1  # seconds
EVERYTHING = "genome=" + json.dumps([{"op": op} for op in EFFECTS])
ROUND = 120.0  # seconds of a kind, at most, before it is the other's turn


class Kind(NamedTuple):
    audio: str  # module of the audio process
    source: str
    painted: bool


ROOT = Path(__file__).resolve().parents[2]  # where the spinning process finds its module
KINDS = {
    "spinning": Kind("tools.rig.gil_hog", "synth", False),
    "painting": Kind("tools.rig.gil_hog", "synth", True),
    "painting alone": Kind("phosphene.engine.processes.audio", "synth", True),
    "silent": Kind("phosphene.engine.processes.audio", "silence", False),
}


def play(kind, seconds, *words):
    """Keep a session until so much has been heard; gives its report."""
    audio = ProcessHandle(kind.audio, "the audio process")
    visual = ProcessHandle("phosphene.engine.processes.visual", "the visual process") if kind.painted else None
    config = dict(source=kind.source, file=None, take=None, input=None, output=None)
    config |= dict(rate=RATE, block=BLOCK, buffer=BUFFER, film=None)
    look = {"size": SIZE, "fullscreen": False, "borderless": False, "monitor": None, "film": None}
    supervisor = Supervisor(audio, visual, load_preset(None, [EVERYTHING, *words])[0], config, look)
    report = SessionReport(supervisor)
    try:
        while report.seconds() < seconds:
            supervisor.poll()
            time.sleep(LOOK)
        return report.to_dict()
    finally:
        supervisor.close()


def soak(seconds):
    """For each round, of both kinds: the report of a session, and of the silent one beside it."""
    rounds = max(round(seconds / ROUND), 1)
    found = {"spinning": [], "painting": []}
    with _stage() as environment:
        for _ in range(rounds):
            for kind, reports in found.items():
                reports.append(_side_by_side([kind, "silent"], seconds / rounds, environment))
    return found


def seen(seconds, *words):
    """The report of a session that paints while nothing else runs."""
    with _stage() as environment:
        return _side_by_side(["painting alone"], seconds, environment, *words)["painting alone"]


@contextlib.contextmanager
def _stage():
    """A screen and a sound server; yields the environment by which processes find them."""
    server, screen = SoundServer(), Screen()
    environment = server.environment | {name: screen.environment[name] for name in ("DISPLAY", "XDG_SESSION_TYPE")}
    environment |= {"PYTHONPATH": str(ROOT), "PHOSPHENE_CACHE": str(cache_home())}
    ensure_compiled()
    server.start()
    try:
        with server.record("speaker"):
            yield environment
    finally:
        server.remove()
        screen.remove()


def _side_by_side(kinds, seconds, environment, *words):
    options = {"env": environment, "stdout": subprocess.PIPE, "text": True}
    running = {
        kind: subprocess.Popen([sys.executable, "-m", "tools.rig.soak", kind, str(seconds), *words], **options)
        for kind in kinds
    }
    reports = {kind: process.communicate()[0] for kind, process in running.items()}
    for process in running.values():
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, process.args)
    return {kind: json.loads(report) for kind, report in reports.items()}


if __name__ == "__main__":
    print(json.dumps(play(KINDS[sys.argv[1]], float(sys.argv[2]), *sys.argv[3:])))
