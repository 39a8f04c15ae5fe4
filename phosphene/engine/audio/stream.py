"""A stream: the native callback on a device, or on two."""

import contextlib
import ctypes
import time
from functools import partial

from phosphene.engine.audio.callback import input_callback, make_callback_state, output_callback
from phosphene.engine.audio.core import CHANNELS
from phosphene.engine.audio.devices import portaudio
from phosphene.engine.audio.drift import fill_from_drift as drift_supply
from phosphene.engine.audio.drift import latency as drift_latency
from phosphene.engine.audio.drift import make_drift
from phosphene.engine.audio.meters import Meter
from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.common.mute_stderr import muted_stderr
from phosphene.engine.native import make_descriptor
from phosphene.engine.rings import allocate, ring
from phosphene.engine.rings.board import get, put

CAPTURE_BUFFERS = 2  # buffers of the slower device that are kept between two devices
LOST_AFTER = 2.0  # seconds without a callback after which a device counts as lost
WAKE_UP = 5.0  # seconds; for a device just opened: a sound server may take two seconds to wake up
LOST_AFTER_BLOCKS = 8  # and at least as many blocks
CLOCK_READINGS = 8  # readings of two clocks, of which the least interrupted counts


class DeviceStream:
    """Sound from `input` (or from `filler`, where that is None) through `player` to `output`.

    Parameters
    ----------
    player, filler : (address, address of state)
        Native functions of FILL_SIGNATURE.
    output, input : DeviceInfo
        Two different devices get a stream each, and a drift resampler between them.
    rate, block : int
    buffer : float
        Seconds of latency that are requested.
    clock : Timeline
    meters : Board

    Raises
    ------
    PhospheneError
        If a device cannot be opened like this.
    """

    def __init__(self, player, filler, output, input, *, rate, block, buffer, clock, meters):
        self.sounddevice, self.meters = portaudio(), meters
        self.rate, self.block, self.output, self.input = rate, block, output, input
        self.drift, self.microphone = None, None
        self.last_callbacks, self.last_change, self.opened_at = -1.0, time.monotonic(), time.monotonic()
        two_devices = input is not None and input.index != output.index
        waiting = CAPTURE_BUFFERS * max(block, round(buffer * rate)) if two_devices else 0
        capture = allocate(ring.layout(max(16 * waiting, 64), CHANNELS))
        if two_devices:
            self.drift = make_drift(capture, rate, waiting, meters)
            self.drift_words = make_descriptor(self.drift)
            filler = drift_supply.address, self.drift_words.ctypes.data
        elif input is not None:
            filler = 0, 0
        inputs = min(input.inputs, CHANNELS) if input else 0
        outputs = min(output.outputs, CHANNELS)
        stream_options = dict(samplerate=rate, blocksize=block, dtype="float32", latency=buffer)
        try:
            if two_devices:
                capture_state = make_callback_state((0, 0), (0, 0), inputs, 0, capture, clock, meters)
                self.microphone = self._open(
                    "input", capture_state, input_callback, input.index, inputs, stream_options
                )
            state = make_callback_state(player, filler, inputs, outputs, capture, clock, meters)
            if input is not None and not two_devices:
                ends, channels = (input.index, output.index), (inputs, outputs)
                self.loudspeaker = self._open("duplex", state, output_callback, ends, channels, stream_options)
            else:
                self.loudspeaker = self._open("output", state, output_callback, output.index, outputs, stream_options)
            self.offset = state.offset
            self.keep_time()
            for stream in self._streams():
                _request_realtime(self.sounddevice, stream)
                with muted_stderr():
                    stream.start()
        except self.sounddevice.PortAudioError as fault:
            self.close()
            names = output.name if input is None else f"{input.name} and {output.name}"
            why = str(fault).partition(" [")[0]
            raise PhospheneError(f"{names}: cannot be opened at {rate} Hz with blocks of {block} ({why})") from fault

    def _open(self, kind, device, callback, index, channels, stream_options):
        ffi, words = self.sounddevice._ffi, make_descriptor(device)
        with muted_stderr():
            stream = self.sounddevice._StreamBase(
                kind,
                device=index,
                channels=channels,
                callback=callback.address,
                userdata=ffi.cast("void *", words.ctypes.data),
                **stream_options,
            )
        device.stream[:] = _address(ffi, self.sounddevice._lib.Pa_GetStreamTime), _address(ffi, stream._ptr)
        stream.kept = device, words  # PortAudio holds bare pointers to these
        return stream

    def _streams(self):
        return [stream for stream in (self.microphone, getattr(self, "loudspeaker", None)) if stream]

    def keep_time(self):
        """Measure the offset between PortAudio's clock and perf_counter, unless the last one still holds."""
        bounds = partial(_clock_offset_bounds, self.sounddevice._lib.Pa_GetStreamTime, self.loudspeaker._ptr)
        least, most = bounds()
        if not least <= get(self.offset, 0) <= most:  # just opened, or the system's clock was set
            least, most = min((bounds() for _ in range(CLOCK_READINGS)), key=lambda bounds: bounds[1] - bounds[0])
            put(self.offset, 0, (least + most) / 2)

    def alive(self):
        """False when the device is gone, or has not called back for a while."""
        callbacks, now = get(self.meters, int(Meter.CALLBACKS)), time.monotonic()
        if callbacks != self.last_callbacks:
            self.last_callbacks, self.last_change = callbacks, now
        patience = max(LOST_AFTER, LOST_AFTER_BLOCKS * self.block / self.rate)
        if now - self.opened_at < WAKE_UP + patience:
            patience = max(patience, WAKE_UP)
        return all(stream.active for stream in self._streams()) and now - self.last_change < patience

    def latencies(self):
        """Seconds by node, as the devices declare them."""
        ends = {"output": self.loudspeaker.latency}
        if self.input is not None and not self.drift:
            ends = dict(zip(("input", "output"), self.loudspeaker.latency, strict=True))
        if self.drift:
            ends = {"input": self.microphone.latency, "drift": drift_latency(self.drift), **ends}
        return ends

    def close(self, *, play_out=False):
        """Close the devices; with `play_out` after they have played their buffers."""
        for stream in self._streams():
            with muted_stderr(), contextlib.suppress(self.sounddevice.PortAudioError):
                stream.stop() if play_out else stream.abort()
                stream.close()


def _clock_offset_bounds(clock, *args):
    """The least and the most seconds by which perf_counter is ahead of a clock."""
    before = time.perf_counter()
    theirs = clock(*args)
    return before - theirs, time.perf_counter() - theirs


def _address(ffi, pointer):
    return int(ffi.cast("intptr_t", pointer))


def _request_realtime(sounddevice, stream):
    """Request real-time priority where PortAudio can; the device plays without it, too."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(sounddevice._libname).PaAlsa_EnableRealtimeScheduling(
            ctypes.c_void_p(_address(sounddevice._ffi, stream._ptr)), 1
        )
