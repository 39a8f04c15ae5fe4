"""What this machine has, what it lacks, and the line that mends it."""

import importlib.util
import os
import platform
import sys

from phosphene import __version__
from phosphene.engine.common.errors import PhospheneError

MODULES = ("numpy", "numba", "sounddevice", "av", "soxr", "moderngl", "glfw", "pydantic", "yaml", "rich")


def inspect_machine():
    """All of it, as `--json` prints it."""
    found = {
        "phosphene": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "hosts": [],
        "devices": [],
        "gl": None,
        "monitors": [],
        "cuda": [],
        "encoders": {},
        "link": None,
        "midi": None,
        "missing": [],
    }
    for name in MODULES:
        if importlib.util.find_spec(name) is None:
            found["missing"].append({"what": name, "mend": "python3 tools/start.py doctor"})
    missing = {gap["what"] for gap in found["missing"]}
    if "sounddevice" not in missing:
        _examine_sound(found)
    if not missing & {"moderngl", "glfw"}:
        _examine_pictures(found)
    if "av" not in missing:
        _examine_films(found)
    if not missing & {"numpy", "numba"}:
        _examine_link(found)
        _examine_midi(found)
    return found


def _examine_pictures(found):
    from phosphene.engine.gl import cuda
    from phosphene.engine.gl.context import opened
    from phosphene.engine.visuals.window import monitors

    found["cuda"], found["monitors"] = cuda.cards(), monitors.monitors()
    try:
        with opened() as context:
            found["gl"] = context.about()
    except PhospheneError as fault:
        what, _, mend = str(fault).rpartition("; ")
        found["missing"].append({"what": what, "mend": mend})
    if not found["monitors"]:
        mend = "connect one, or play with --headless and bounce, which need none"
        found["missing"].append({"what": "a monitor: there is no display to open a window on", "mend": mend})


def _examine_films(found):
    from phosphene.engine.encode.encoders import check_encoders

    found["encoders"] = check_encoders()


def _examine_link(found):
    from phosphene.engine.session.link import missing_library

    found["link"] = missing_library() or "ready"


def _examine_midi(found):
    from phosphene.engine.session.controllers import midi_ports

    why = midi_ports.missing_library()
    found["midi"] = {"state": why or "ready", "devices": [] if why else midi_ports.device_names()}


def _examine_sound(found):
    from phosphene.engine.audio import devices

    try:
        found["devices"] = [device._asdict() for device in devices.listed()]
        found["hosts"] = [host["name"] for host in devices.portaudio().query_hostapis()]
    except PhospheneError as fault:
        what, _, mend = str(fault).partition("; type: ")
        found["missing"].append({"what": what, "mend": mend})
        return
    if not any(device["outputs"] for device in found["devices"]):
        found["missing"].append({"what": "a loudspeaker: no output device is connected", "mend": _mend_sound()})
    if not any(device["inputs"] for device in found["devices"]):
        mend = "connect one, or use --source synth, file or silence"
        found["missing"].append({"what": "a microphone: no input device is connected", "mend": mend})


def _mend_sound():
    if sys.platform.startswith("linux"):
        return "connect one, or start a sound server: pulseaudio --start"
    return "connect one"


def format_report(found):
    """The same, to read."""
    yield f"Phosphene {found['phosphene']}, Python {found['python']}, {found['cores']} cores, {found['system']}"
    yield f"sound: {', '.join(found['hosts']) or 'no host API'}"
    for device in found["devices"]:
        marks = [name for name in ("input", "output") if device[f"is_{name}"]]
        mark = f"  (default {' and '.join(marks)})" if marks else ""
        channels = f"{device['inputs']} in, {device['outputs']} out, {device['rate']:.0f} Hz"
        yield f"  {device['index']:2d}: {device['name']} [{device['host']}], {channels}{mark}"
    if gl := found["gl"]:
        yield f"pictures: {gl['renderer']}, {'hardware' if gl['hardware'] else 'software'}"
        yield f"  OpenGL {gl['version']}, {gl['vendor']}{', with compute shaders' if gl['compute'] else ''}"
    yield f"  CUDA: {', '.join(found['cuda']) or 'none'}"
    for number, name in enumerate(found["monitors"]):
        yield f"  monitor {number}: {name}"
    if found["encoders"]:
        yield "films:"
    for codec, fault in found["encoders"].items():
        yield f"  {codec}: {f'does not open ({fault})' if fault else 'opens'}"
    yield f"Ableton Link: {found['link'] or 'not known'}"
    midi = found["midi"] or {"state": "not known", "devices": []}
    yield f"MIDI: {midi['state']}, {', '.join(midi['devices']) or 'no device'}"
    for gap in found["missing"]:
        yield f"missing: {gap['what']}"
        yield f"         {gap['mend']}"
    if not found["missing"]:
        yield "nothing is missing"
