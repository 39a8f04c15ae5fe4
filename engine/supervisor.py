"""The keeper: starts the audio process, watches over it, and starts it again when it dies."""

import json
import signal
import threading
import time

from engine.audio.meters import Meter, reading
from engine.control.watch import FileWatch
from engine.effects import chain
from engine.effects.chain import slot
from engine.errors import PhospheneError, UsageError
from engine.presets import load_preset
from engine.process import AudioProcess
from engine.rings import Claim, Segment, sweep
from engine.rings.board import get, put
from engine.rings.mailbox import fetch_text, post_text, prepare
from engine.session import MAILBOXES, PLANS

STALE = 3.0  # seconds without a beat after which the audio process counts as hung
GRACE = 20.0  # the same while it starts: compiling takes its time
FALLS = 5  # deaths within the first seconds of life after which there is no point
YOUNG = 2.0  # seconds
BELIEVED = 2.0  # seconds: a device that claims a longer latency is wrong


class Session:
    """A live session, from its first sound to its report.

    Parameters
    ----------
    audio : AudioProcess
        The first one, waiting for its wish.
    preset : Preset
    wish : dict
        What the audio process needs beside the preset: devices, source, block, take.
    """

    def __init__(self, audio, preset, wish):
        sweep()
        self.audio, self.preset = audio, preset
        self.claim = Claim()
        self.segment = Segment(self.claim.name, PLANS, create=True)
        self._empty_mailboxes()
        self.wish = {**wish, "segment": self.claim.name, "preset": preset.full(), "again": False}
        self.serial, self.restarts, self.falls, self.told = 0, 0, 0, {}
        self.beat, self.beaten, self.well = 0.0, time.monotonic(), False
        self.notices = []
        self._change_genome(preset)
        self.audio.wish(self.wish)

    def meters(self):
        return reading(self.segment["meters"])

    def seconds(self):
        """Heard so far."""
        return get(self.segment["meters"], int(Meter.POSITION)) / self.told["rate"] if self.told else 0.0

    def look(self):
        """Look after the audio process; gives what there is to tell the user.

        Raises
        ------
        PhospheneError
            If it cannot even start.
        """
        if told := fetch_text(self.segment["told"]):
            self._hear(json.loads(told))
        beat = get(self.segment["meters"], int(Meter.BEAT))
        if beat != self.beat:
            self.beat, self.beaten, self.well = beat, time.monotonic(), True
        if self.audio.fallen():
            self._restart(self.audio.last_words())
        elif time.monotonic() - self.beaten > (STALE if self.well else GRACE):
            self.audio.process.kill()
            self.audio.process.wait()
            self._restart("it hung")
        notices, self.notices = self.notices, []
        return notices

    def _hear(self, told):
        if told["trouble"] and told["trouble"] != self.told.get("trouble"):
            self.notices.append(f"{told['trouble']}; the graph goes on, and the device is looked for")
        elif self.told.get("trouble") and not told["trouble"]:
            self.notices.append(f"playing on {told['devices']['output']}")
        if told["take_trouble"] and told["take_trouble"] != self.told.get("take_trouble"):
            self.notices.append(f"{told['take_trouble']}, the sound goes on")
        self.told = told

    def _restart(self, why):
        if self.beat == 0:
            raise (UsageError if self.audio.process.returncode == UsageError.code else PhospheneError)(why)
        self.falls = self.falls + 1 if time.monotonic() - self.audio.born < YOUNG else 0
        if self.falls >= FALLS:
            raise PhospheneError(f"the audio process died {FALLS} times in a row: {why}")
        self.restarts += 1
        self.notices.append(f"the audio process was lost ({why}) and is started again")
        self.audio.end()
        self._empty_mailboxes()
        self._post_genome(self.preset)
        self.audio = AudioProcess()
        self.audio.wish({**self.wish, "again": True})
        self.beaten, self.well = time.monotonic(), False

    def play(self, preset):
        """Change to another preset: parameters glide, another genome is faded in."""
        if [gene.op for gene in preset.genome] == [gene.op for gene in self.preset.genome]:
            self._move_parameters(preset)
        else:
            self._change_genome(preset)
        self.preset = preset

    @property
    def settled(self):
        """True when the last genome plays alone: the next one may come."""
        return get(self.segment["meters"], int(Meter.SETTLED)) == self.serial

    def _move_parameters(self, preset):
        for at, value in _values(preset, self.serial):
            put(self.segment["params"], at, value)

    def _change_genome(self, preset):
        self.serial += 1
        self._move_parameters(preset)
        self._post_genome(preset)

    def _post_genome(self, preset):
        post_text(self.segment["genome"], json.dumps({"serial": self.serial, "genome": preset.genes()}))

    def _empty_mailboxes(self):
        """While nobody is at the other end; one who died there may have left a slot half taken."""
        for name in MAILBOXES:
            prepare(self.segment[name])

    def latency_ms(self):
        """Milliseconds by node, and their total: what the device measured, or else what it declares."""
        nodes, meters = dict(self.told.get("latency_ms", {})), self.meters()
        for end in nodes.keys() & {"input", "output"}:
            measured = meters[f"{end}_latency"]
            if 0.0 < measured < BELIEVED:  # some systems give no times, or wrong ones
                nodes[end] = 1000 * measured
        return {**nodes, "total": sum(nodes.values())}

    def report(self):
        """What happened, as `--report` writes it."""
        meters = self.meters()
        return {
            "callbacks": int(meters["callbacks"]),
            "underflows": int(meters["underflows"]),
            "overflows": int(meters["overflows"]),
            "callback_worst_us": 1e6 * meters["worst"],
            "seconds_heard": self.seconds(),
            "restarts": {"audio": self.restarts},
            "latency_ms": self.latency_ms(),
            "devices": self.told.get("devices", {}),
            "rate": self.told.get("rate"),
            "load": meters["busy"] / max(self.seconds(), 1e-9),
            "drift_ppm": meters["drift"],
            "frames_missing": {name: int(meters[name]) for name in ("starved", "unheard", "untaped")},
            "samples_scrubbed": int(meters["scrubbed"]),
            "devices_reopened": int(meters["reopened"]),
        }

    def close(self):
        self.audio.end()
        self.segment.close()
        self.claim.release()


def _values(preset, serial):
    for g, (op, params) in enumerate(preset.genes()):
        for p, param in enumerate(chain.EFFECTS[op].PARAMS):
            yield slot(serial, g, p), params[param.name]


class PresetWatch:
    """Plays a preset file again when it changes; one with a fault is told of, and the old one plays on."""

    def __init__(self, session, path, sets):
        self.session, self.path, self.sets, self.file = session, path, sets, FileWatch(path)

    def look(self):
        """Gives what there is to tell the user."""
        if not self.session.settled or not self.file.changed():
            return []
        try:
            preset, _ = load_preset(self.path, self.sets)
        except UsageError as fault:
            return [f"{line}; the old preset plays on" for line in str(fault).splitlines()]
        self.session.play(preset)
        return [f"{self.path} is played anew"]


class Stop:
    """Set by Ctrl-C, SIGTERM and a closed terminal."""

    def __init__(self):
        self.event = threading.Event()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: self.event.set())

    def wait(self, seconds):
        return self.event.wait(seconds)
