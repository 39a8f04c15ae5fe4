"""What happened in a session so far: latency, dropouts, load, frames; for the status line and for `--report`."""

from typing import Any

from phosphene.engine.audio.meters import Meter, read_meters
from phosphene.engine.audio.playback_clock import MAX_LATENCY
from phosphene.engine.rings.board import get
from phosphene.engine.session.supervisor import Supervisor
from phosphene.engine.visuals.window.frame_stats import FrameStat, lateness_histogram, lateness_percentiles

CONVERTERS, DECLARED = {"input": "adc", "output": "dac"}, "declared"


class SessionReport:
    """Reads what the processes of a session publish about themselves.

    Parameters
    ----------
    supervisor : Supervisor
    """

    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor, self.segment = supervisor, supervisor.segment

    def meters(self) -> dict[str, float]:
        return read_meters(self.segment["meters"])

    def seconds(self) -> float:
        """Seconds of sound played so far."""
        rate = self.supervisor.audio_status.get("rate")
        return get(self.segment["meters"], int(Meter.POSITION)) / rate if rate else 0.0

    def latency_ms(self) -> dict[str, float]:
        """Milliseconds by node, and their total. Of a device, what it measured, else what it declares."""
        nodes, meters = dict(self.supervisor.audio_status.get("latency_ms", {})), self.meters()
        for end, clock in self.latency_clocks().items():
            if clock != DECLARED:
                nodes[end] = 1000 * meters[f"{end}_latency"]
        return {**nodes, "total": sum(nodes.values())}

    def latency_clocks(self) -> dict[str, str]:
        """How the latency of input and output is known: by the clock of the converter, or as the device declares it."""
        ends = self.supervisor.audio_status.get("latency_ms", {}).keys() & CONVERTERS.keys()
        meters = self.meters()
        measured = {
            end: 0.0 < meters[f"{end}_latency"] < MAX_LATENCY for end in ends
        }  # some devices give none or nonsense
        return {end: CONVERTERS[end] if measured[end] else DECLARED for end in sorted(ends)}

    def to_dict(self) -> dict[str, Any]:
        """The content of a `--report` file."""
        meters, frame_stats = self.meters(), self.segment["frame_stats"]
        audio, visual = self.supervisor.audio_status, self.supervisor.visual_status
        return {
            "callbacks": int(meters["callbacks"]),
            "underflows": int(meters["underflows"]),
            "overflows": int(meters["overflows"]),
            "callback_worst_us": 1e6 * meters["worst"],
            "seconds_heard": self.seconds(),
            "restarts": self.supervisor.restarts(),
            "latency_ms": self.latency_ms(),
            "latency_by": self.latency_clocks(),
            "devices": audio.get("devices", {}),
            "rate": audio.get("rate"),
            "load": meters["busy"] / max(self.seconds(), 1e-9),
            "drift_ppm": meters["drift"],
            "frames_missing": {name: int(meters[name]) for name in ("starved", "unheard", "untaped")},
            "samples_scrubbed": int(meters["scrubbed"]),
            "genes_muted": int(meters["muted"]),
            "devices_reopened": int(meters["reopened"]),
            "frames_shown": int(get(frame_stats, int(FrameStat.SHOWN))),
            "frames_dropped": int(get(frame_stats, int(FrameStat.DROPPED))),
            "late_ms": lateness_percentiles(frame_stats),
            "late_histogram": lateness_histogram(frame_stats),
            "pacing": visual.get("pacing"),
            "gl": visual.get("gl"),
        }
