"""The keeper: watches over the audio and the visual process, and starts again what dies."""

import json
import time

from phosphene.engine.audio.meters import Meter, reading
from phosphene.engine.audio.playback_clock import BELIEVED
from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.effects.chain import plan
from phosphene.engine.listening.rhythm import tempo_board
from phosphene.engine.processes.serve import AUDIO_MAIL, PLANS, VISUAL_MAIL
from phosphene.engine.rings import Segment, SessionLock, board_layout, remove_stale_segments
from phosphene.engine.rings.board import get, put
from phosphene.engine.rings.mailbox import fetch_text, post_text, reset
from phosphene.engine.session.parameters import Parameter, ParameterStore
from phosphene.engine.visuals import catalogue
from phosphene.engine.visuals.cues import Cue
from phosphene.engine.visuals.window.frame_stats import FrameStat, late_histogram, late_ms

CONVERTERS, DECLARED = {"input": "adc", "output": "dac"}, "declared"
REST = 5.0  # seconds without a picture that died again and again, before it is tried once more


class Supervisor:
    """A live session, from its first sound to its report.

    Parameters
    ----------
    audio, visual : Ward
        Waiting for their wishes; no `visual`, no picture.
    preset : Preset
    wish : dict
        What the audio process needs beside the preset: devices, source, block, take.
    look : dict
        What the visual process needs: size, fullscreen, borderless, monitor.
    name : str
        What the preset is called.
    """

    def __init__(self, audio, visual, preset, config, look, name=""):
        remove_stale_segments()
        self.audio, self.visual, self.preset, self.name = audio, visual, preset, name
        self.painting, self.closed, self.rested = visual is not None, False, 0.0
        self.claim = SessionLock()
        self.segment = Segment(self.claim.name, PLANS, create=True)
        self._empty(AUDIO_MAIL)
        self._empty(VISUAL_MAIL)
        self.config = {**config, "segment": self.claim.name, "preset": preset.to_dict(), "again": False}
        self.visual_config = {**look, "segment": self.claim.name}
        self.serial, self.picture, self.told, self.seen = 0, 0, {}, {}
        tempo_board.want(self.segment["params"], tempo_board.DEFAULTS)
        put(self.segment["cues"], int(Cue.FULL), float(look["fullscreen"]))
        self.sick, self.notices, self.desk = False, [], ParameterStore(self.segment["params"])
        self._lay(preset, swap=True)
        self.audio.config(self.config, lambda: get(self.segment["meters"], int(Meter.BEAT)))
        if self.painting:
            self._wish_picture()

    def _wish_picture(self):
        self.said = 0
        self._post_look()
        self.visual.config(self.visual_config, lambda: get(self.segment["frame_stats"], int(FrameStat.BEAT)))

    def meters(self):
        return reading(self.segment["meters"])

    def seconds(self):
        """Heard so far."""
        return get(self.segment["meters"], int(Meter.POSITION)) / self.told["rate"] if self.told else 0.0

    def look(self):
        """Look after the processes; gives what there is to tell the user. `closed` is set by a closed window.

        Raises
        ------
        PhospheneError
            If there can be no sound.
        """
        if told := fetch_text(self.segment["audio_status"]):
            self._hear(json.loads(told))
        if seen := fetch_text(self.segment["visual_status"]):
            self._see(json.loads(seen))
        if why := self.audio.lost():
            self._restart_audio(why)
        if self.painting and (why := self.visual.lost()):
            self._lose_picture(why)
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

    @property
    def faults(self):
        """Of the picture, a line each, until they are mended."""
        return (self.seen.get("fault") or "").splitlines()

    def _see(self, seen):
        if seen["fault"] and seen["fault"] != self.seen.get("fault"):
            self.notices += [f"{line}; the old picture stays" for line in seen["fault"].splitlines()]
        elif self.seen.get("fault") and not seen["fault"]:
            self.notices.append("the picture is whole again")
        count, lines = seen["said"]
        self.notices += lines[max(len(lines) - (count - self.said), 0) :]
        self.said = count
        self.sick = seen["sick"] > self.seen.get("sick", 0)
        self.seen = seen

    def _restart_audio(self, why):
        if not self.audio.lived:
            usage = self.audio.process.returncode == UsageError.code
            raise (UsageError if usage else PhospheneError)(why)
        if self.audio.hopeless:
            raise PhospheneError(f"the audio process died again and again: {why}")
        self.notices.append(f"the audio process was lost ({why}) and is started again")
        self.audio.restart()  # first: whoever died in a mailbox must be gone before it is emptied
        self._empty(AUDIO_MAIL)
        self._post_genome(self.preset)
        self.audio.config({**self.config, "again": True}, self.audio.read_beat)

    def _lose_picture(self, why):
        """A window that was closed ends all; a picture that never was is done without; else it comes again."""
        if self.visual.ended_well:
            self.closed = True
        elif not self.visual.lived:
            if self.visual.process.returncode == UsageError.code:
                raise UsageError(why)
            self.notices.append(f"no picture: {why}; the sound goes on")
            self.painting = False
        elif self.visual.hopeless:
            self.rested = time.monotonic() + REST
        elif time.monotonic() >= self.rested:
            if not self.visual.falls:  # else it has been said
                self.notices.append(f"the visual process was lost ({why}) and is started again")
            self.visual.restart()
            self._empty(VISUAL_MAIL)
            self._wish_picture()

    def play(self, preset, name=None):
        """Change to another preset: parameters glide, rows are taken up, another genome is faded in.

        One of another name, or that shows another scene or other passes, brings a picture of its own.
        """
        if (name or self.name) != self.name or preset.picture_key() != self.preset.picture_key():
            refused = self.seen.get("refused") == self.picture  # so the one before it is seen, and keeps its half
            self.picture += 2 if refused else 1
        self.name = name or self.name
        self._lay(preset, swap=[op for op, _ in preset.active_genes()] != [op for op, _ in self.preset.active_genes()])
        self.preset = preset
        self._post_look()

    @property
    def settled(self):
        """True when the last genome plays alone, and the last picture is seen alone: the next one may come."""
        heard = get(self.segment["meters"], int(Meter.SETTLED)) == self.serial
        return heard and (not self.painting or get(self.segment["frame_stats"], int(FrameStat.SETTLED)) == self.picture)

    def _lay(self, preset, *, swap):
        self.serial += swap
        self.desk.lay(controls(preset, self.serial, self.picture), preset.modulation())
        self._post_genome(preset)

    def _post_look(self):
        post_text(self.segment["look"], json.dumps(self.preset.to_look(self.picture, self.name)))

    def _post_genome(self, preset):
        told = {
            "genome": preset.active_genes(),
            "modulation": preset.modulation(),
            "preset": {**preset.to_dict(), "about": ""},
        }
        post_text(self.segment["genome"], json.dumps({"serial": self.serial, "look": self.picture, **told}))

    def _empty(self, mailboxes):
        """While nobody is at the other end; one who died there may have left a slot half taken."""
        for name in mailboxes:
            reset(self.segment[name])

    def restarts(self):
        return {"audio": self.audio.restarts, "visual": self.visual.restarts if self.visual else 0}

    def latency_ms(self):
        """Milliseconds by node, and their total: what the device measured, or else what it declares."""
        nodes, meters = dict(self.told.get("latency_ms", {})), self.meters()
        for end, told_by in self.times().items():
            if told_by != DECLARED:
                nodes[end] = 1000 * meters[f"{end}_latency"]
        return {**nodes, "total": sum(nodes.values())}

    def times(self):
        """By which clock the latency of each end is known: the device's converter, or its own declaration."""
        ends, meters = self.told.get("latency_ms", {}).keys() & CONVERTERS.keys(), self.meters()
        believed = {end: 0.0 < meters[f"{end}_latency"] < BELIEVED for end in ends}  # some give no times, or wrong ones
        return {end: CONVERTERS[end] if believed[end] else DECLARED for end in sorted(ends)}

    def report(self):
        """What happened, as `--report` writes it."""
        meters, frame_stats = self.meters(), self.segment["frame_stats"]
        return {
            "callbacks": int(meters["callbacks"]),
            "underflows": int(meters["underflows"]),
            "overflows": int(meters["overflows"]),
            "callback_worst_us": 1e6 * meters["worst"],
            "seconds_heard": self.seconds(),
            "restarts": self.restarts(),
            "latency_ms": self.latency_ms(),
            "latency_by": self.times(),
            "devices": self.told.get("devices", {}),
            "rate": self.told.get("rate"),
            "load": meters["busy"] / max(self.seconds(), 1e-9),
            "drift_ppm": meters["drift"],
            "frames_missing": {name: int(meters[name]) for name in ("starved", "unheard", "untaped")},
            "samples_scrubbed": int(meters["scrubbed"]),
            "genes_muted": int(meters["muted"]),
            "devices_reopened": int(meters["reopened"]),
            "frames_shown": int(get(frame_stats, int(FrameStat.SHOWN))),
            "frames_dropped": int(get(frame_stats, int(FrameStat.DROPPED))),
            "late_ms": late_ms(frame_stats),
            "late_histogram": late_histogram(frame_stats),
            "pacing": self.seen.get("pacing"),
            "gl": self.seen.get("gl"),
        }

    def close(self):
        for ward in filter(None, (self.audio, self.visual)):
            ward.end()
        self.segment.close()
        self.claim.release()


def controls(preset, serial, picture=0):
    """Every parameter that a preset sets, as the desk knows it, by the serial numbers of genome and picture."""
    values = preset.params()
    for (section, param), place in catalogue.PLACES.items():
        told = f"visuals.{section}.{param.name}", param, param.to_number(values[section][param.name])
        yield Parameter(*told, catalogue.slot(picture, place), place)
    sounding = [(at, gene) for at, gene in enumerate(preset.genome) if not gene.bypass]
    for g, (at, gene) in enumerate(sounding):
        for p, param in enumerate(plan.EFFECTS[gene.op].PARAMS):
            slots = board_layout.gene_slot(serial, g, p), board_layout.gene_slot(0, g, p)
            yield Parameter(f"genome.{at}.{param.name}", param, getattr(gene.params, param.name), *slots)
