"""Loudspeakers and microphones, as PortAudio knows them."""

import sys
from typing import NamedTuple

from phosphene.engine.common.errors import PhospheneError, UsageError, nearest
from phosphene.engine.common.mute_stderr import muted_stderr


class DeviceInfo(NamedTuple):
    index: int
    name: str
    host: str  # ALSA, Core Audio, WASAPI, ...
    inputs: int
    outputs: int
    rate: float  # frames per second it prefers
    is_input: bool  # the default one
    is_output: bool


def portaudio():
    """The sounddevice module; it looks for PortAudio when it is imported."""
    try:
        with muted_stderr():
            import sounddevice
    except OSError as fault:
        linux = sys.platform.startswith("linux")
        line = "sudo apt-get install -y libportaudio2" if linux else "pip install --force-reinstall sounddevice"
        raise PhospheneError(f"PortAudio is not installed; type: {line}") from fault
    return sounddevice


def refresh():
    """Look again: PortAudio's list is from the moment it started. No stream may be open."""
    sounddevice = portaudio()
    with muted_stderr():
        sounddevice._terminate()
        sounddevice._initialize()


def listed():
    """All devices, as they were when PortAudio last looked."""
    sounddevice = portaudio()
    hosts = sounddevice.query_hostapis()
    default_in, default_out = sounddevice.default.device
    return [
        DeviceInfo(
            index,
            found["name"],
            hosts[found["hostapi"]]["name"],
            found["max_input_channels"],
            found["max_output_channels"],
            found["default_samplerate"],
            index == default_in,
            index == default_out,
        )
        for index, found in enumerate(sounddevice.query_devices())
    ]


def choose(wanted, direction):
    """The device a user means by a number, a name or a part of one; the default for None.

    Gives None if nothing is wanted in particular and there is no default.
    """
    channels = "inputs" if direction == "input" else "outputs"
    able = [device for device in listed() if getattr(device, channels)]
    if wanted is None:
        return next((d for d in able if (d.is_input if direction == "input" else d.is_output)), None)
    if str(wanted).isdigit():
        found = [device for device in able if device.index == int(wanted)]
    else:
        found = [d for d in able if d.name == wanted] or [d for d in able if str(wanted).lower() in d.name.lower()]
    if len(found) == 1:
        return found[0]
    names = [device.name for device in found or able]
    if found:
        raise UsageError(f"--{direction} {wanted}: means any of {', '.join(names)}; name one of them, or its number")
    has = f"has {', '.join(f'{d.index}: {d.name}' for d in able)}" if able else "none is connected"
    raise UsageError(f"--{direction} {wanted}: no such {direction} device ({has}){nearest(wanted, names)}")
