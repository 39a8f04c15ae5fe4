"""Finds out what this machine has, what it lacks, and how to fix that."""

import importlib.util
import os
import platform
import sys
from collections.abc import Iterator
from typing import Any

from phosphene import __version__
from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.common.optional_deps import install_command

MODULES = ("numpy", "numba", "sounddevice", "av", "soxr", "moderngl", "glfw", "pydantic", "yaml", "rich")


def inspect_machine() -> dict[str, Any]:
    """What is here and what is missing, as a dict ready for JSON.

    Each entry of "missing" has "what" and "fix".
    """
    found: dict[str, Any] = {
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
            found["missing"].append({"what": name, "fix": install_command()})
    missing = {gap["what"] for gap in found["missing"]}
    if "sounddevice" not in missing:
        _inspect_sound(found)
    if not missing & {"moderngl", "glfw"}:
        _inspect_graphics(found)
    if "av" not in missing:
        _inspect_encoders(found)
    if not missing & {"numpy", "numba"}:
        _inspect_link(found)
        _inspect_midi(found)
    return found


def _inspect_graphics(found):
    from phosphene.engine.gl import cuda
    from phosphene.engine.gl.context import offscreen_context
    from phosphene.engine.visuals.window import monitors

    found["cuda"], found["monitors"] = cuda.card_names(), monitors.monitor_names()
    try:
        with offscreen_context() as context:
            found["gl"] = context.describe()
    except PhospheneError as fault:
        what, _, fix = str(fault).rpartition("; ")
        found["missing"].append({"what": what, "fix": fix})
    if not found["monitors"]:
        fix = "connect one, or use bounce or live --headless, which need none"
        found["missing"].append({"what": "a monitor: there is no display to open a window on", "fix": fix})


def _inspect_encoders(found):
    from phosphene.engine.encode.encoders import check_encoders

    found["encoders"] = check_encoders()


def _inspect_link(found):
    from phosphene.engine.session.tempo.link import missing_library

    found["link"] = missing_library() or "ready"


def _inspect_midi(found):
    from phosphene.engine.session.controllers import midi_ports

    reason = midi_ports.missing_library()
    found["midi"] = {"state": reason or "ready", "devices": [] if reason else midi_ports.device_names()}


def _inspect_sound(found):
    from phosphene.engine.audio import devices

    try:
        found["devices"] = [device._asdict() for device in devices.list_devices()]
        found["hosts"] = [host["name"] for host in devices.portaudio().query_hostapis()]
    except PhospheneError as fault:
        what, _, fix = str(fault).partition("; type: ")
        found["missing"].append({"what": what, "fix": fix})
        return
    if not any(device["outputs"] for device in found["devices"]):
        found["missing"].append({"what": "a loudspeaker: no output device is connected", "fix": _output_fix()})
    if not any(device["inputs"] for device in found["devices"]):
        fix = "connect one, or use --source synth, file or silence"
        found["missing"].append({"what": "a microphone: no input device is connected", "fix": fix})


def _output_fix():
    if sys.platform.startswith("linux"):
        return "connect one, or start a sound server: pulseaudio --start"
    return "connect one"


def format_report(found: dict[str, Any]) -> Iterator[str]:
    """The result of inspect_machine as lines of text."""
    yield f"Phosphene {found['phosphene']}, Python {found['python']}, {found['cores']} cores, {found['system']}"
    yield f"sound: {', '.join(found['hosts']) or 'no host API'}"
    for device in found["devices"]:
        roles = [name for name in ("input", "output") if device[f"is_{name}"]]
        note = f"  (default {' and '.join(roles)})" if roles else ""
        channels = f"{device['inputs']} in, {device['outputs']} out, {device['rate']:.0f} Hz"
        yield f"  {device['index']:2d}: {device['name']} [{device['host']}], {channels}{note}"
    if gl := found["gl"]:
        yield f"graphics: {gl['renderer']}, {'hardware' if gl['hardware'] else 'software'}"
        yield f"  OpenGL {gl['version']}, {gl['vendor']}{', with compute shaders' if gl['compute'] else ''}"
    yield f"  CUDA: {', '.join(found['cuda']) or 'none'}"
    for number, name in enumerate(found["monitors"]):
        yield f"  monitor {number}: {name}"
    if found["encoders"]:
        yield "video encoders:"
    for codec, fault in found["encoders"].items():
        yield f"  {codec}: {f'does not work ({fault})' if fault else 'works'}"
    yield f"Ableton Link: {found['link'] or 'unknown'}"
    midi = found["midi"] or {"state": "unknown", "devices": []}
    yield f"MIDI: {midi['state']}, {', '.join(midi['devices']) or 'no device'}"
    for gap in found["missing"]:
        yield f"missing: {gap['what']}"
        yield f"  fix: {gap['fix']}"
    if not found["missing"]:
        yield "nothing is missing"
