"""A stream: the native callback on a device, or on two."""

import contextlib
import ctypes
import time
from functools import partial

from phosphene.engine.audio.callback import input_callback, make_device, output_callback
from phosphene.engine.audio.core import CHANNELS
from phosphene.engine.audio.devices import portaudio
from phosphene.engine.audio.drift import latency as drift_latency
from phosphene.engine.audio.drift import make_drift
from phosphene.engine.audio.drift import supply as drift_supply
from phosphene.engine.audio.meters import Meter
from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.common.mute_stderr import muted_stderr
from phosphene.engine.native import make_descriptor
from phosphene.engine.rings import allocate, ring
from phosphene.engine.rings.board import get, put

MARGIN = 2  # buffers of the slower device that wait between two devices
STILL = 2.0  # seconds without a callback after which a device counts as lost
WAKING = 5.0  # the same for a device just opened: a sound server may sleep for two seconds first
PATIENCE = 8  # and at least as many blocks
READINGS = 8  # of two clocks, to know how far apart they are: one may be interrupted


class DeviceStream:
    """Sound to `output`, from `input` (None: from `filler`), playing what `player` makes of it.

    Parameters
    ----------
    player, filler : (address, address of state)
        FILLERs. `filler` is what gives sound where there is no `input`.
    output, input : DeviceInfo
        Two different ones get a stream each, and a drift between them.
    rate, block : int
    buffer : float
        Seconds of latency to ask the device for.
    clock : Timeline
    meters : Board

    Raises
    ------
    PhospheneError
        If a device will not open like this.
    """

    def __init__(self, player, filler, output, input, *, rate, block, buffer, clock, meters):
        self.sounddevice, self.meters = portaudio(), meters
        self.rate, self.block, self.output, self.input = rate, block, output, input
        self.drift, self.microphone = None, None
        self.seen, self.since, self.born = -1.0, time.monotonic(), time.monotonic()
        two = input is not None and input.index != output.index
        waiting = MARGIN * max(block, round(buffer * rate)) if two else 0
        capture = allocate(ring.layout(max(16 * waiting, 64), CHANNELS))
        if two:
            self.drift = make_drift(capture, rate, waiting, meters)
            self.drift_words = make_descriptor(self.drift)
            filler = drift_supply.address, self.drift_words.ctypes.data
        elif input is not None:
            filler = 0, 0
        inputs = min(input.inputs, CHANNELS) if input else 0
        outputs = min(output.outputs, CHANNELS)
        wide = dict(samplerate=rate, blocksize=block, dtype="float32", latency=buffer)
        try:
            if two:
                ears = make_device((0, 0), (0, 0), inputs, 0, capture, clock, meters)
                self.microphone = self._open("input", ears, input_callback, input.index, inputs, wide)
            mouth = make_device(player, filler, inputs, outputs, capture, clock, meters)
            if input is not None and not two:
                ends, channels = (input.index, output.index), (inputs, outputs)
                self.loudspeaker = self._open("duplex", mouth, output_callback, ends, channels, wide)
            else:
                self.loudspeaker = self._open("output", mouth, output_callback, output.index, outputs, wide)
            self.offset = mouth.offset
            self.keep_time()
            for stream in self._streams():
                _hurry(self.sounddevice, stream)
                with muted_stderr():
                    stream.start()
        except self.sounddevice.PortAudioError as fault:
            self.close()
            names = output.name if input is None else f"{input.name} and {output.name}"
            why = str(fault).partition(" [")[0]
            raise PhospheneError(f"{names}: will not open at {rate} Hz with blocks of {block} ({why})") from fault

    def _open(self, kind, device, callback, index, channels, wide):
        ffi, words = self.sounddevice._ffi, make_descriptor(device)
        with muted_stderr():
            stream = self.sounddevice._StreamBase(
                kind,
                device=index,
                channels=channels,
                callback=callback.address,
                userdata=ffi.cast("void *", words.ctypes.data),
                **wide,
            )
        device.stream[:] = _address(ffi, self.sounddevice._lib.Pa_GetStreamTime), _address(ffi, stream._ptr)
        stream.kept = device, words  # PortAudio holds bare pointers into these
        return stream

    def _streams(self):
        return [stream for stream in (self.microphone, getattr(self, "loudspeaker", None)) if stream]

    def keep_time(self):
        """Measure how PortAudio's clock differs from perf_counter, unless what was measured is still true."""
        lead = partial(_lead, self.sounddevice._lib.Pa_GetStreamTime, self.loudspeaker._ptr)
        least, most = lead()
        if not least <= get(self.offset, 0) <= most:  # just opened, or the system's clock was set
            least, most = min((lead() for _ in range(READINGS)), key=lambda bounds: bounds[1] - bounds[0])
            put(self.offset, 0, (least + most) / 2)

    def alive(self):
        """False once the device has gone, or has not asked for sound for a while."""
        callbacks, now = get(self.meters, int(Meter.CALLBACKS)), time.monotonic()
        if callbacks != self.seen:
            self.seen, self.since = callbacks, now
        patience = max(STILL, PATIENCE * self.block / self.rate)
        if now - self.born < WAKING + patience:
            patience = max(patience, WAKING)
        return all(stream.active for stream in self._streams()) and now - self.since < patience

    def latencies(self):
        """Seconds by node, as the devices declare them."""
        ends = {"output": self.loudspeaker.latency}
        if self.input is not None and not self.drift:
            ends = dict(zip(("input", "output"), self.loudspeaker.latency, strict=True))
        if self.drift:
            ends = {"input": self.microphone.latency, "drift": drift_latency(self.drift), **ends}
        return ends

    def close(self, *, play_out=False):
        """Let go of the devices; with `play_out` after they have played what they hold."""
        for stream in self._streams():
            with muted_stderr(), contextlib.suppress(self.sounddevice.PortAudioError):
                stream.stop() if play_out else stream.abort()
                stream.close()


def _lead(clock, *args):
    """By how many seconds perf_counter is ahead of a clock: at least, and at most."""
    before = time.perf_counter()
    theirs = clock(*args)
    return before - theirs, time.perf_counter() - theirs


def _address(ffi, pointer):
    return int(ffi.cast("intptr_t", pointer))


def _hurry(sounddevice, stream):
    """Ask for real-time priority where PortAudio can; without it the device still plays."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(sounddevice._libname).PaAlsa_EnableRealtimeScheduling(
            ctypes.c_void_p(_address(sounddevice._ffi, stream._ptr)), 1
        )
