"""The audio process: the graph on the device's clock, until its keeper lets go of it."""

import contextlib
import json
import sys
import threading
import time
from pathlib import Path

from phosphene.engine.audio import core as sound
from phosphene.engine.audio import devices
from phosphene.engine.audio.clocks import StandbyClock
from phosphene.engine.audio.core import CHANNELS, CROSSFADE, make_core
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.sources.base import RATE, open_source
from phosphene.engine.audio.sources.varispeed import VariableSpeedSource, speed_of
from phosphene.engine.audio.stream import DeviceStream
from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.effects.chain import plan as chain
from phosphene.engine.graph.listen_node import ListenNode
from phosphene.engine.graph.nodes import PlanSwapper, SourceNode, TakeRecorder
from phosphene.engine.modulation.audio_mover import AudioMover
from phosphene.engine.modulation.matrix import STILL, Modulation
from phosphene.engine.native import make_descriptor
from phosphene.engine.presets.load import restore_preset
from phosphene.engine.processes.serve import serve
from phosphene.engine.recording.shared_frames import filmed
from phosphene.engine.rings import allocate, board_layout, ring
from phosphene.engine.rings.board import get, put
from phosphene.engine.rings.mailbox import fetch_text, post_text
from phosphene.engine.takes.file import Begin, Patch, TakeWriter
from phosphene.engine.takes.slot_names import SLOT_NAMES

TICK = 0.01  # seconds between two looks at the world
AHEAD = 0.25  # seconds at least that a source is read ahead; a pace that is moved is heard so much later
IDLE = 0.003  # seconds that a worker rests when there is nothing to do
ENDING = [("volume", {"gain": -60.0})]  # the genome faded to before the sound stops
BACK_OFF = 0.25, 4.0  # seconds to the next try to open a lost device: first, and at most


class AudioProcess:
    """One life of the audio process.

    Parameters
    ----------
    wish : dict
        What the user asked for, as the supervisor passes it on.
    segment : Segment
        The session's; where an earlier life left off, this one goes on.
    """

    def __init__(self, config, segment):
        self.config, self.segment, self.gauges = config, segment, segment["meters"]
        self.stopped = threading.Event()
        self.stream, self.standby, self.loudspeaker, self.microphone = None, None, None, None
        self.trouble, self.take_trouble = None, None
        self._find_devices()
        known = self.loudspeaker or self.microphone
        self.rate = int(config["rate"] or (known.rate if known else RATE))
        put(self.gauges, int(Meter.RATE), float(self.rate))
        self.core = filmed(make_core(self.rate, segment["params"], self.gauges, moves=segment["moves"]), config["film"])
        self.words = make_descriptor(self.core)
        self.plans, self.swaps = PlanSwapper(self.core, self.rate), {}
        self.player = sound.play.address, self.words.ctypes.data
        self.serial, genes, modulation, self.preset = self._genome()
        self._open_source()
        start = int(get(self.gauges, int(Meter.POSITION)))
        self.ear = ListenNode(self.rate, self.core, segment["frames"], start)
        how = {"hop": self.ear.listener.hop, "rate": self.rate, "serial": self.serial}
        self.mover = AudioMover(modulation, segment["frames"], segment["moves"], **how)
        self.plans.change(genes, self.serial, values=())
        self.taper = self._open_take(start)
        self.retry, self.pause, self.threads = 0.0, BACK_OFF[0], []

    def _find_devices(self):
        self.loudspeaker = devices.choose(self.config["output"], "output")
        if self.config["source"] != "mic":
            return
        self.microphone = devices.choose(self.config["input"], "input")
        if self.microphone is None and not self.config["again"]:
            raise PhospheneError("no microphone: no input device is connected; try --source synth, file or silence")

    def _open_source(self):
        self.feeder, self.filler = None, (0, 0)
        if self.config["source"] == "mic":
            return
        preset = restore_preset(self.config["preset"], "the supervisor")
        source = open_source(self.config["source"], self.rate, preset, file=self.config["file"], loop=True)
        source = VariableSpeedSource(source, self._pace)
        source.seek(int(get(self.gauges, int(Meter.SOURCE))))
        self.inlet = allocate(ring.layout(round(AHEAD * self.rate), CHANNELS))
        self.inlet_words = make_descriptor(self.inlet)
        self.filler = sound.supply.address, self.inlet_words.ctypes.data
        self.feeder = SourceNode(source, self.inlet)
        while self.feeder.step():  # full before anyone pulls
            pass

    def _pace(self):
        params, serial = self.segment["params"], self.serial
        return speed_of(self.swaps[serial], lambda gene: get(params, board_layout.gene_slot(serial, gene, 0)))

    def _genome(self):
        """What was asked for since last: serial number, genome, modulation, what a take keeps; None if nothing was."""
        text = fetch_text(self.segment["genome"])
        if text is None:
            return None
        told = json.loads(text)
        self.swaps[told["serial"]] = told["genome"]
        return told["serial"], told["genome"], Modulation(*told["modulation"]), (told["preset"], told["look"])

    def _open_take(self, start):
        if not self.config["take"]:
            return None
        if not self.config["again"]:  # only now: whatever could have stopped us has been found well
            Path(self.config["take"]).unlink(missing_ok=True)
        writer = TakeWriter(self.config["take"], self.rate, self.config["preset"], SLOT_NAMES)
        writer.begin(Begin(start, self.serial, self.swaps[self.serial], self.core.heard.view("f8").tolist()))
        self.core.switches[0] = 1
        taper = TakeRecorder(self.core, writer, self.swaps)
        if self.config["again"]:  # what the head tells of may be long ago
            taper.patches.append(Patch(start, *self.preset))
        return taper

    def run(self):
        """Sound until `stop`."""
        self._open_stream()
        if self.trouble and not self.config["again"] and self.loudspeaker is not None:
            raise PhospheneError(self.trouble)
        works = [self._work, self._feed] if self.feeder else [self._work]
        self.threads = [threading.Thread(target=work) for work in works]
        for thread in [*self.threads, threading.Thread(target=chain.learn, args=(self.stopped,))]:
            thread.start()
        try:
            while not self.stopped.wait(TICK):
                self._tick()
        finally:
            self._end()

    def stop(self):
        self.stopped.set()

    def _tick(self):
        put(self.gauges, int(Meter.BEAT), get(self.gauges, int(Meter.BEAT)) + 1)
        if told := self._genome():
            self._play(*told)
        self.plans.settle()
        if self.take_trouble and self.taper:
            self._end_take()
        if not all(thread.is_alive() for thread in self.threads):
            raise PhospheneError("a worker of the audio process died")
        if self.stream and not self.stream.alive():
            self._lose_stream("the device stopped asking for sound")
        if self.stream:
            self.stream.keep_time()
        else:
            came = self.standby.tick()
            put(self.gauges, int(Meter.SOURCE), get(self.gauges, int(Meter.SOURCE)) + came)
            if time.monotonic() > self.retry:
                self._try_again()

    def _play(self, serial, genes, modulation, preset):
        """Change to other rows, and where the serial number is another one, to another genome."""
        self.mover.change(modulation, serial)  # first: what it moves of a new plan is moved before that plays
        if self.taper:
            self.taper.patches.append(Patch(int(get(self.gauges, int(Meter.POSITION))), *preset))
        if serial != self.serial:
            self.serial = serial
            self.plans.change(genes, serial, values=())
            self._tell()

    def _open_stream(self):
        """Open the devices; what goes wrong is in `trouble`, and the standby clock keeps time."""
        self.trouble = None
        if self.loudspeaker is None:
            self.trouble = "no loudspeaker is connected"
        elif self.config["source"] == "mic" and self.microphone is None:
            self.trouble = "no microphone is connected"
        else:
            try:
                self.stream = DeviceStream(
                    self.player,
                    self.filler,
                    self.loudspeaker,
                    self.microphone,
                    rate=self.rate,
                    block=self.config["block"],
                    buffer=self.config["buffer"],
                    clock=self.segment["clock"],
                    gauges=self.gauges,
                )
            except PhospheneError as fault:
                self.trouble = str(fault)
        if not self.stream:
            self._stand_by()
        put(self.gauges, int(Meter.DEVICE), 1.0 if self.stream else 0.0)
        self._tell()

    def _lose_stream(self, why):
        self.stream.close()
        self.stream, self.standby, self.pause = None, None, BACK_OFF[0]
        self._stand_by()
        self.trouble = why
        put(self.gauges, int(Meter.DEVICE), 0.0)
        self._tell()

    def _stand_by(self):
        """Keep time without a device until the next try; a try may take a while, and time goes on meanwhile."""
        if not self.standby:
            self.standby = StandbyClock(self.player, self.filler, self.rate, self.segment["clock"], self.gauges)
        self.retry = time.monotonic() + self.pause

    def _try_again(self):
        self.pause = min(2 * self.pause, BACK_OFF[1])
        self.retry = time.monotonic() + self.pause
        with contextlib.suppress(PhospheneError):  # it is still not there
            devices.refresh()
            self._find_devices()
            self._open_stream()
            if self.stream:
                put(self.gauges, int(Meter.REOPENED), get(self.gauges, int(Meter.REOPENED)) + 1)

    def _tell(self):
        """Tell the keeper what plays, and through what."""
        inside = {node: frames / self.rate for node, frames in self.plans.latencies().items()}
        latencies = inside | (self.stream.latencies() if self.stream else {})
        order = ["input", "drift", *inside, "output"]
        told = {
            "rate": self.rate,
            "latency_ms": {node: 1000 * latencies[node] for node in order if node in latencies},
            "devices": {
                "output": self.loudspeaker.name if self.stream else None,
                "input": self.microphone.name if self.stream and self.microphone else None,
            },
            "trouble": self.trouble,
            "take_trouble": self.take_trouble,
        }
        post_text(self.segment["audio_status"], json.dumps(told))

    def _work(self):
        while not self.stopped.is_set():
            if not self.ear.step() + self.mover.step() + self._tape():
                time.sleep(IDLE)

    def _tape(self):
        """Write what the take lacks; a full disk ends the take and not the show."""
        if not self.taper or self.take_trouble:
            return 0
        try:
            return self.taper.step()
        except OSError as fault:
            self.take_trouble = f"{self.wish['take']}: could not be written ({fault.strerror}); the take ends here"
            return 0

    def _end_take(self):
        self.core.switches[0] = 0
        self.taper.writer.close()
        self.taper = None
        put(self.gauges, int(Meter.UNTAPED), get(self.gauges, int(Meter.UNTAPED)) + 1)
        self._tell()

    def _feed(self):
        while not self.stopped.is_set():
            if not self.feeder.step():
                time.sleep(IDLE)

    def _end(self):
        self.stopped.set()
        well = bool(self.stream and self.stream.alive())
        for _ in range(2 * well):  # the first takes the input away, the second what rings
            self._settle()
            self.swaps[self.serial + 1] = ENDING
            self.serial += 1
            self.mover.change(STILL, self.serial)
            self.plans.change(ENDING, self.serial)
        if well:
            self._settle()
            time.sleep(2 * CROSSFADE + self._held())
        if self.stream:
            self.stream.close(play_out=well)
        for thread in self.threads:
            thread.join()
        if self.taper:
            while self._tape():
                pass
            self.taper.writer.close()

    def _settle(self):
        """Wait until a genome has faded in: before, it would share its parameters with the next but two."""
        late = sum(frames for plan in self.plans.plans for frames in plan.latencies.values()) / self.rate
        patience = time.monotonic() + 2 * CROSSFADE + 2 * self._held() + late
        while get(self.gauges, int(Meter.SETTLED)) != self.serial and time.monotonic() < patience:
            time.sleep(IDLE)

    def _held(self):
        """Seconds of sound that the device may have asked for already."""
        return self.config["buffer"] + self.config["block"] / self.rate


if __name__ == "__main__":
    sys.exit(serve(AudioProcess))
