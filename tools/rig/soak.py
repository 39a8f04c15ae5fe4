"""Soak test: live sessions with every effect and a spinning Python thread, without and with a picture.

    python3 -m tools.rig.soak KIND SECONDS [CHANGE ...]

runs a session of one kind and prints its report; changes are applied to the default preset, as `--set` does. `soak`
runs a silent session without the spinning thread beside each, as a control.
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
from tools.rig.screen import VirtualScreen
from tools.rig.sound_server import RATE, SoundServer

BLOCK, BUFFER = 256, 0.02  # frames; seconds
SIZE = (640, 360)
POLL_SECONDS = 0.1
ALL_EFFECTS = "genome=" + json.dumps([{"op": op} for op in EFFECTS])
MAX_ROUND_SECONDS = 120.0  # seconds of one kind before the other kind has its turn


class SessionKind(NamedTuple):
    """What a session of the soak test runs."""

    audio: str  # module of the audio process
    source: str
    has_picture: bool


ROOT = Path(__file__).resolve().parents[2]  # on the path of the spinning process, which has its module there
KINDS = {
    "spinning": SessionKind("tools.rig.gil_hog", "synth", False),
    "painting": SessionKind("tools.rig.gil_hog", "synth", True),
    "painting alone": SessionKind("phosphene.engine.processes.audio", "synth", True),
    "silent": SessionKind("phosphene.engine.processes.audio", "silence", False),
}


def run_session(kind, seconds, *changes):
    """Run a session until so many seconds of sound are played; returns its report."""
    audio = ProcessHandle(kind.audio, "the audio process")
    visual = ProcessHandle("phosphene.engine.processes.visual", "the visual process") if kind.has_picture else None
    config = dict(source=kind.source, file=None, take=None, input=None, output=None)
    config |= dict(rate=RATE, block=BLOCK, buffer=BUFFER, film=None)
    visual_config = {"size": SIZE, "fullscreen": False, "borderless": False, "monitor": None, "film": None}
    supervisor = Supervisor(audio, visual, load_preset(None, [ALL_EFFECTS, *changes])[0], config, visual_config)
    report = SessionReport(supervisor)
    try:
        while report.seconds() < seconds:
            supervisor.poll()
            time.sleep(POLL_SECONDS)
        return report.to_dict()
    finally:
        supervisor.close()


def soak(seconds):
    """The reports of all rounds, by kind: {kind: report, "silent": report of the control beside it}."""
    rounds = max(round(seconds / MAX_ROUND_SECONDS), 1)
    found = {"spinning": [], "painting": []}
    with _rig_environment() as environment:
        for _ in range(rounds):
            for kind, reports in found.items():
                reports.append(_run_side_by_side([kind, "silent"], seconds / rounds, environment))
    return found


def run_with_picture(seconds, *changes):
    """The report of a session with a picture while nothing else runs."""
    with _rig_environment() as environment:
        return _run_side_by_side(["painting alone"], seconds, environment, *changes)["painting alone"]


@contextlib.contextmanager
def _rig_environment():
    """Start a screen and a sound server; yields environment variables with which processes find them."""
    server, screen = SoundServer(), VirtualScreen()
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


def _run_side_by_side(kinds, seconds, environment, *changes):
    options = {"env": environment, "stdout": subprocess.PIPE, "text": True}
    running = {
        kind: subprocess.Popen([sys.executable, "-m", "tools.rig.soak", kind, str(seconds), *changes], **options)
        for kind in kinds
    }
    reports = {kind: process.communicate()[0] for kind, process in running.items()}
    for process in running.values():
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, process.args)
    return {kind: json.loads(report) for kind, report in reports.items()}


if __name__ == "__main__":
    print(json.dumps(run_session(KINDS[sys.argv[1]], float(sys.argv[2]), *sys.argv[3:])))
