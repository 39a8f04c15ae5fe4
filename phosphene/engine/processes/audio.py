"""The audio process: the graph on the device's clock, until the supervisor stops it."""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

from phosphene.engine.audio import core as sound
from phosphene.engine.audio.core import CHANNELS, CROSSFADE
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.reconnecting_stream import ReconnectingStream
from phosphene.engine.audio.sources.base import DEFAULT_RATE, open_source
from phosphene.engine.audio.sources.varispeed import VariableSpeedSource, speed_of
from phosphene.engine.audio.taps import TapPoint
from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.effects.chain import plan as chain
from phosphene.engine.graph.build import assemble, new_tap
from phosphene.engine.graph.node import Node
from phosphene.engine.graph.node_threads import NodeThreads
from phosphene.engine.graph.nodes import SourceNode
from phosphene.engine.graph.plan_swap import PlanSwapper
from phosphene.engine.modulation.matrix import NO_MODULATION, Modulation
from phosphene.engine.native import make_descriptor
from phosphene.engine.presets.load import restore_preset
from phosphene.engine.processes.serve import serve
from phosphene.engine.processes.shared_layout import TAPS
from phosphene.engine.recording.shared_frames import recorder_tap
from phosphene.engine.rings import Segment, allocate, board_layout, ring
from phosphene.engine.rings.board import get, put
from phosphene.engine.rings.mailbox import fetch_text, post_text
from phosphene.engine.takes.file import Begin, Patch, TakeWriter
from phosphene.engine.takes.nodes import TakeRecorder
from phosphene.engine.takes.slot_names import SLOT_NAMES

TICK = 0.01  # seconds between two looks at what changed
READ_AHEAD = 0.25  # seconds at least that a source is read ahead; a change of speed is heard so much later
POLL = 0.003  # seconds between two looks at a crossfade
FADE_OUT = [("volume", {"gain": -60.0})]  # the genome faded to before the sound stops


class GenomeRequest(NamedTuple):
    """A genome that is to play, and what a take keeps of it."""

    serial: int
    genome: list[Any]
    modulation: Modulation
    preset: dict[str, Any]
    look: int  # serial number of its picture


class AudioProcess:
    """One life of the audio process.

    Parameters
    ----------
    config : dict
        Devices, source, block, take, film, as the supervisor sends it.
    segment : Segment
        The session's. Where an earlier process left off, this one goes on.
    """

    def __init__(self, config: dict[str, Any], segment: Segment) -> None:
        self.config, self.segment, self.meters = config, segment, segment["meters"]
        self.stopped = threading.Event()
        self.device = ReconnectingStream(config, segment["clock"], self.meters)
        self.rate = int(config["rate"] or self.device.rate or DEFAULT_RATE)
        put(self.meters, int(Meter.RATE), float(self.rate))
        self.genomes: dict[int, list[Any]] = {}  # by serial number
        request = self._fetch_genome()
        assert request is not None, "the supervisor posts a genome before it sends the config"
        self.request, self.serial = request, request.serial
        start = int(self._meter(Meter.POSITION))
        readers = self._tap_points()
        self.graph = assemble(segment, self.rate, request.modulation, self.serial, readers=readers, start=start)
        self.words = make_descriptor(self.graph.core)
        self.plans = PlanSwapper(self.graph.core, self.rate)
        self.source = self._open_source()
        self.plans.change(request.genome, self.serial, values=())
        self.take = self._open_take(start)
        nodes: list[Node | None] = [self.source, self.graph.listen, self.graph.mover, self.take]
        self.threads = NodeThreads([node for node in nodes if node], self.stopped)

    def _meter(self, meter: Meter) -> float:
        return float(get(self.meters, int(meter)))

    def _tap_points(self) -> tuple[TapPoint, ...]:
        """Who reads the sound beside the analyser, in this process and in others."""
        points = [TapPoint(point, self.segment[f"tap.{name}"]) for name, (point, _) in TAPS.items()]
        if self.config["film"]:
            points.append(recorder_tap(self.config["film"]))
        self.take_tap = None
        if self.config["take"]:
            self.take_tap = new_tap("input", self.rate)
            points.append(TapPoint("input", self.take_tap, int(Meter.UNTAPED)))
        return tuple(points)

    def _open_source(self) -> SourceNode | None:
        """Read ahead from the source; None where the device's own input is it."""
        self.filler = 0, 0
        if self.config["source"] == "mic":
            return None
        preset = restore_preset(self.config["preset"], "the supervisor")
        source = open_source(self.config["source"], self.rate, preset, file=self.config["file"], loop=True)
        source = VariableSpeedSource(source, self._speed)
        source.seek(int(self._meter(Meter.SOURCE)))
        self.inlet = allocate(ring.layout(round(READ_AHEAD * self.rate), CHANNELS))
        self.inlet_words = make_descriptor(self.inlet)
        self.filler = sound.fill_from_ring.address, self.inlet_words.ctypes.data
        node = SourceNode(source, self.inlet)
        while node.step():  # full before the device asks for it
            pass
        return node

    def _speed(self) -> float:
        params, serial = self.segment["params"], self.serial
        return speed_of(self.genomes[serial], lambda gene: get(params, board_layout.gene_slot(serial, gene, 0)))

    def _fetch_genome(self) -> GenomeRequest | None:
        """The genome that was posted since the last call; None if there is none."""
        text = fetch_text(self.segment["genome"])
        if text is None:
            return None
        posted = json.loads(text)
        self.genomes[posted["serial"]] = posted["genome"]
        modulation = Modulation(*posted["modulation"])
        return GenomeRequest(posted["serial"], posted["genome"], modulation, posted["preset"], posted["look"])

    def _open_take(self, start: int) -> TakeRecorder | None:
        if self.take_tap is None:
            return None
        restarted = self.config["is_restart"]
        if not restarted:  # only now: nothing can stop this process from starting any more
            Path(self.config["take"]).unlink(missing_ok=True)
        writer = TakeWriter(self.config["take"], self.rate, self.config["preset"], SLOT_NAMES)
        values = self.graph.core.applied.view("f8").tolist()
        writer.begin(Begin(start, self.serial, self.genomes[self.serial], values))
        take = TakeRecorder(self.graph.core, self.take_tap, writer, self.genomes, start)
        if restarted:  # the take's first record may be long out of date
            take.patches.append(Patch(start, self.request.preset, self.request.look))
        return take

    def run(self) -> None:
        """Sound until `stop`."""
        self.device.open((sound.play.address, self.words.ctypes.data), self.filler, self.rate)
        self._publish_status()
        if self.device.fault and not self.config["is_restart"] and self.device.has_output:
            raise PhospheneError(self.device.fault)
        self.threads.start()
        threading.Thread(target=chain.load_operators, args=(self.stopped,)).start()
        try:
            while not self.stopped.wait(TICK):
                self._tick()
        finally:
            self._end()

    def stop(self) -> None:
        self.stopped.set()

    def _tick(self) -> None:
        put(self.meters, int(Meter.BEAT), self._meter(Meter.BEAT) + 1)
        if request := self._fetch_genome():
            self._play(request)
        self.plans.release_finished()
        if self.take and self.take.fault:
            self._end_take()
        if not self.threads.alive():
            raise PhospheneError("a worker of the audio process died")
        if self.device.tick():
            self._publish_status()

    def _play(self, request: GenomeRequest) -> None:
        """Change to other rows, and to another genome where the serial number is another one."""
        self.graph.mover.change(request.modulation, request.serial)  # first: a new plan's parameters are moved by then
        if self.take:
            self.take.patches.append(Patch(int(self._meter(Meter.POSITION)), request.preset, request.look))
        if request.serial != self.serial:
            self.serial = request.serial
            self.plans.change(request.genome, request.serial, values=())
            self._publish_status()

    def _publish_status(self) -> None:
        """Post to the supervisor what plays, and through what."""
        nodes = {node: frames / self.rate for node, frames in self.plans.latencies().items()}
        latencies = nodes | self.device.latencies()
        order = ["input", "drift", *nodes, "output"]
        status = {
            "rate": self.rate,
            "latency_ms": {node: 1000 * latencies[node] for node in order if node in latencies},
            "devices": self.device.device_names(),
            "fault": self.device.fault,
            "take_fault": self.take_fault,
        }
        post_text(self.segment["audio_status"], json.dumps(status))

    take_fault: str | None = None  # why the take ended before the session

    def _end_take(self) -> None:
        assert self.take is not None
        self.take_fault = self.take.fault
        self.take.close()
        self.take = None
        put(self.meters, int(Meter.UNTAPED), self._meter(Meter.UNTAPED) + 1)
        self._publish_status()

    def _end(self) -> None:
        self.stopped.set()
        playing = self.device.playing
        if playing:
            self._fade_out()
        self.device.close(play_out=playing)
        self.threads.join()
        if self.take:
            self.take.close()

    def _fade_out(self) -> None:
        for _ in range(2):  # the first takes the input away, the second what rings
            self._wait_for_crossfade()
            self.serial += 1
            self.genomes[self.serial] = FADE_OUT
            self.graph.mover.change(NO_MODULATION, self.serial)
            self.plans.change(FADE_OUT, self.serial)
        self._wait_for_crossfade()
        time.sleep(2 * CROSSFADE + self.device.held_seconds())

    def _wait_for_crossfade(self) -> None:
        """Wait until a genome has faded in: before, it would share its parameters with the next but two."""
        latency = sum(frames for plan in self.plans.plans for frames in plan.latencies.values()) / self.rate
        deadline = time.monotonic() + 2 * CROSSFADE + 2 * self.device.held_seconds() + latency
        while self._meter(Meter.SETTLED) != self.serial and time.monotonic() < deadline:
            time.sleep(POLL)


if __name__ == "__main__":
    sys.exit(serve(AudioProcess))
