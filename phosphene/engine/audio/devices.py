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
    """The sounddevice module, which loads PortAudio when it is imported.

    Raises
    ------
    PhospheneError
        If PortAudio is not installed.
    """
    try:
        with muted_stderr():
            import sounddevice
    except OSError as fault:
        linux = sys.platform.startswith("linux")
        line = "sudo apt-get install -y libportaudio2" if linux else "pip install --force-reinstall sounddevice"
        raise PhospheneError(f"PortAudio is not installed; type: {line}") from fault
    return sounddevice


def refresh():
    """List the devices again, which PortAudio only does when it starts. No stream may be open."""
    sounddevice = portaudio()
    with muted_stderr():
        sounddevice._terminate()
        sounddevice._initialize()


def list_devices():
    """All devices, as of PortAudio's last start or `refresh`."""
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


def find_device(wanted, direction):
    """The device of a number, a name or a part of a name; the default device for None.

    None if there is no default.

    Raises
    ------
    UsageError
        If no device or more than one fits.
    """
    channels = "inputs" if direction == "input" else "outputs"
    candidates = [device for device in list_devices() if getattr(device, channels)]
    if wanted is None:
        return next((d for d in candidates if (d.is_input if direction == "input" else d.is_output)), None)
    if str(wanted).isdigit():
        found = [device for device in candidates if device.index == int(wanted)]
    else:
        found = [d for d in candidates if d.name == wanted] or [
            d for d in candidates if str(wanted).lower() in d.name.lower()
        ]
    if len(found) == 1:
        return found[0]
    names = [device.name for device in found or candidates]
    if found:
        raise UsageError(f"--{direction} {wanted}: fits {', '.join(names)}; name one of them, or its number")
    has = f"has {', '.join(f'{d.index}: {d.name}' for d in candidates)}" if candidates else "none is connected"
    raise UsageError(f"--{direction} {wanted}: no such {direction} device ({has}){nearest(wanted, names)}")
