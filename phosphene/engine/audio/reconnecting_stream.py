"""A stream that comes back: its devices are opened again whenever they return, and time goes on meanwhile."""

import contextlib
import time
from typing import Any

from phosphene.engine.audio import devices
from phosphene.engine.audio.clocks import StandbyClock
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.stream import DeviceStream
from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.rings.board import Board, get, put
from phosphene.engine.rings.timeline import Timeline

BACK_OFF = 0.25, 4.0  # seconds to the next try to open a lost device: first, and at most


class ReconnectingStream:
    """Sound to and from the devices that were asked for.

    While there are none, a standby clock plays into the void, and the devices are looked for with back-off.

    Parameters
    ----------
    config : dict
        output, input: names, parts of names or numbers; source; block, buffer; again, where the process is restarted.
    clock : Timeline
    meters : Board

    Raises
    ------
    PhospheneError
        If a device that was named is not there, or there is no microphone at the first start.
    """

    def __init__(self, config: dict[str, Any], clock: Timeline, meters: Board) -> None:
        self.config, self.clock, self.meters = config, clock, meters
        self.output: devices.DeviceInfo | None = None
        self.input: devices.DeviceInfo | None = None
        self.stream: DeviceStream | None = None
        self.standby: StandbyClock | None = None
        self.fault: str | None = None  # why there is no sound from a device
        self.retry_at, self.pause = 0.0, BACK_OFF[0]
        self._find_devices()

    @property
    def rate(self) -> float | None:
        """Frames per second that the device prefers; None where there is no device."""
        known = self.output or self.input
        return known.rate if known else None

    @property
    def has_output(self) -> bool:
        return self.output is not None

    def _find_devices(self) -> None:
        self.output = devices.find_device(self.config["output"], "output")
        if self.config["source"] != "mic":
            return
        self.input = devices.find_device(self.config["input"], "input")
        if self.input is None and not self.config["is_restart"]:
            raise PhospheneError("no microphone: no input device is connected; try --source synth, file or silence")

    def open(self, player: tuple[int, int], filler: tuple[int, int], rate: int) -> None:
        """Play what `player` makes of `filler`, both (address, address of state), from now on."""
        self.player, self.filler, self.sample_rate = player, filler, rate
        self._connect()

    def _connect(self) -> None:
        """Open the devices. If that fails, `fault` says why, and the standby clock keeps time."""
        self.fault = None
        if self.output is None:
            self.fault = "no loudspeaker is connected"
        elif self.config["source"] == "mic" and self.input is None:
            self.fault = "no microphone is connected"
        else:
            try:
                self.stream = DeviceStream(
                    self.player,
                    self.filler,
                    self.output,
                    self.input,
                    rate=self.sample_rate,
                    block=self.config["block"],
                    buffer=self.config["buffer"],
                    clock=self.clock,
                    meters=self.meters,
                )
            except PhospheneError as fault:
                self.fault = str(fault)
        if not self.stream:
            self._stand_by()
        put(self.meters, int(Meter.DEVICE), 1.0 if self.stream else 0.0)

    def tick(self) -> bool:
        """Keep time, notice a lost device, look for it again; True if the devices are others than before."""
        if self.stream and not self.stream.alive():
            self._lose("the device stopped asking for sound")
            return True
        if self.stream:
            self.stream.keep_time()
            return False
        assert self.standby is not None
        frames = self.standby.tick()
        put(self.meters, int(Meter.SOURCE), get(self.meters, int(Meter.SOURCE)) + frames)
        return time.monotonic() > self.retry_at and self._try_again()

    def _lose(self, why: str) -> None:
        assert self.stream is not None
        self.stream.close()
        self.stream, self.standby, self.pause = None, None, BACK_OFF[0]
        self._stand_by()
        self.fault = why
        put(self.meters, int(Meter.DEVICE), 0.0)

    def _stand_by(self) -> None:
        """Keep time without a device until the next try, which may take a while."""
        if not self.standby:
            self.standby = StandbyClock(self.player, self.filler, self.sample_rate, self.clock, self.meters)
        self.retry_at = time.monotonic() + self.pause

    def _try_again(self) -> bool:
        self.pause = min(2 * self.pause, BACK_OFF[1])
        self.retry_at = time.monotonic() + self.pause
        with contextlib.suppress(PhospheneError):  # it is still not there
            devices.refresh()
            self._find_devices()
            self._connect()
            if self.stream:
                put(self.meters, int(Meter.REOPENED), get(self.meters, int(Meter.REOPENED)) + 1)
            return True
        return False

    @property
    def playing(self) -> bool:
        """True while a device takes sound."""
        return bool(self.stream and self.stream.alive())

    def latencies(self) -> dict[str, float]:
        """Seconds by node, as the devices declare them."""
        return self.stream.latencies() if self.stream else {}

    def device_names(self) -> dict[str, str | None]:
        playing = self.stream is not None
        return {
            "output": self.output.name if playing and self.output else None,
            "input": self.input.name if playing and self.input else None,
        }

    def held_seconds(self) -> float:
        """Seconds of sound that the device may have asked for already."""
        return float(self.config["buffer"] + self.config["block"] / self.sample_rate)

    def close(self, *, play_out: bool = False) -> None:
        """Let go of the devices; with `play_out` after they have played what they hold."""
        if self.stream:
            self.stream.close(play_out=play_out)
