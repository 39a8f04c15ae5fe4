"""A live session of the command line: what it opens, its loop, and its end."""

import itertools
import time
from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from phosphene.engine.cli.commands.shared import ensure_compiled, preset_from_args
from phosphene.engine.common.stop_signal import StopSignal

if TYPE_CHECKING:  # imported late: the processes start first
    from phosphene.engine.presets.model import Preset
    from phosphene.engine.session.actions import OperatorActions
    from phosphene.engine.session.child import ProcessHandle
    from phosphene.engine.session.controllers.hub import ControllerHub
    from phosphene.engine.session.playlist import Playlist
    from phosphene.engine.session.playlist_runner import PlaylistRunner
    from phosphene.engine.session.recorder_handle import RecorderHandle
    from phosphene.engine.session.report import SessionReport
    from phosphene.engine.session.supervisor import Supervisor
    from phosphene.engine.session.tempo.link import Link

DEFAULT_PRESET = "default"
VISUAL_STALE_SECONDS = 15.0  # a window held by its title blocks the visual process on some systems
TICK = 0.02  # seconds between two polls of keys and controllers
SUPERVISOR_TICKS, STATUS_TICKS = 5, 3  # between two polls of the processes, and between two status lines
LATENCY_SECONDS = 1.0  # of sound, after which the latency is known
WINDOW_OPTIONS = "size", "fullscreen", "borderless", "monitor"


class LiveSession:
    """Everything that one `phosphene live` opens.

    Parameters
    ----------
    args : Namespace
        Checked.
    source : str
        "mic", "file", "synth" or "silence".
    """

    supervisor: "Supervisor"  # this and what follows: from `start` on
    report: "SessionReport"
    playlist: "PlaylistRunner"

    def __init__(self, args: Namespace, source: str) -> None:
        self.args, self.source = args, source
        self.stop = StopSignal("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")  # first: an interrupted import ends badly
        self.link = _open_link(args)
        self.controllers = _open_controllers(args)
        self.audio, self.visual = _start_processes(args)  # they import while this process reads the preset
        self.recorder: RecorderHandle | None = None
        self.has_supervisor = False

    def start(self) -> None:
        """Load the presets, compile if necessary, and send the processes their config."""
        from phosphene.engine.session.playlist_runner import PlaylistRunner
        from phosphene.engine.session.report import SessionReport
        from phosphene.engine.session.supervisor import Supervisor

        if self.stop.is_set():
            raise KeyboardInterrupt
        name, playlist = _open_playlist(self.args, self._load)
        preset, _ = self._load(name)  # a fault in it is reported before minutes of compiling
        ensure_compiled(self.stop.is_set)
        self.recorder = _start_recorder(self.args)
        film = {"film": self.recorder.film_config if self.recorder else None}
        config = _audio_config(self.args, self.source) | film
        visual_config = {option: getattr(self.args, option) for option in WINDOW_OPTIONS} | film
        self.supervisor = Supervisor(self.audio, self.visual, preset, config, visual_config, name)
        self.has_supervisor = True
        self.report = SessionReport(self.supervisor)
        self.playlist = PlaylistRunner(self.supervisor, playlist, self._load, automatic=self.args.playlist is not None)
        if self.recorder:
            self.recorder.start(self.supervisor)

    def _load(self, name: str) -> tuple["Preset", list[Any]]:
        """A preset with the overrides of the command line, and the files that it is made of."""
        from phosphene.engine.audio.sources.base import check_source_speed
        from phosphene.engine.presets.packaged import preset_files

        preset = preset_from_args(self.args, name)
        check_source_speed(preset.active_genes(), self.source)
        return preset, [*preset_files(name), *filter(None, [self.args.genome])]

    def abort(self) -> None:
        """Close what is open after `start` failed."""
        self.controllers.close()
        if self.has_supervisor:
            self.supervisor.close()
        else:
            for process in filter(None, (self.audio, self.visual)):
                process.stop()
        if self.recorder:
            self.recorder.close()

    def run_loop(self) -> dict[str, Any]:
        """Run until the session is over; returns what the operator did, for the report."""
        from phosphene.engine.audio.input_meter import InputMeter
        from phosphene.engine.cli.output import console
        from phosphene.engine.session.actions import OperatorActions
        from phosphene.engine.session.keyboard import Keyboard
        from phosphene.engine.session.status_line import StatusLine

        with Keyboard(console.show_cursor) as keyboard:
            actions = OperatorActions(self.supervisor, keyboard, self.link, self.playlist, self.controllers)
            meter = InputMeter(self.supervisor.segment["tap.input_level"]) if self.source == "mic" else None
            with StatusLine(self.report, actions, console, meter) as status_line:
                for tick in itertools.count():
                    if self.stop.wait(TICK) or self._is_over():
                        break
                    self._tick(tick, actions)
                    if tick % STATUS_TICKS == 0:
                        status_line.show()
            return {"tempo": actions.report(), "controllers": self.controllers.report()}

    def _tick(self, tick: int, actions: "OperatorActions") -> None:
        """Poll everything, and show what it has to say in the terminal and the HUD."""
        from phosphene.engine.cli.output import print_line

        notices = actions.poll()
        if tick % SUPERVISOR_TICKS == 0:
            notices += self.supervisor.poll()
            notices += self.playlist.poll(actions.audible_frame(), self.report.seconds())
            notices += self.recorder.poll() if self.recorder else []
        for notice in notices:
            print_line(notice)
        actions.show.publish_hud(
            time.perf_counter(),
            notices,
            preset=self.supervisor.name,
            faults=self.supervisor.picture_errors,
            learn=self.controllers.learn_prompt or "",
        )

    def _is_over(self) -> bool:
        end = LATENCY_SECONDS if self.args.latency else self.args.seconds
        return self.supervisor.window_closed or bool(end and self.report.seconds() >= end)

    def close(self) -> dict[str, Any]:
        """Close everything; returns the report."""
        from phosphene.engine.cli.output import print_line

        self.controllers.close()
        report = self.report.to_dict()
        self.supervisor.close()
        if self.recorder:
            for notice in self.recorder.close():
                print_line(notice)
            report["record"] = self.recorder.report()
        return report


def _open_link(args: Namespace) -> "Link | None":
    if not args.link:
        return None
    from phosphene.engine.session.tempo.link import Link

    return Link()


def _open_controllers(args: Namespace) -> "ControllerHub":
    from phosphene.engine.session.controllers.hub import open_controllers

    return open_controllers(
        midi=args.midi, mapping=args.controllers, osc_in=args.osc_in, osc_out=args.osc_out, osc_rate=args.osc_rate
    )


def _start_processes(args: Namespace) -> tuple["ProcessHandle", "ProcessHandle | None"]:
    """The audio process, and the visual process if there is to be a window."""
    from phosphene.engine.session.child import ProcessHandle

    audio = ProcessHandle("phosphene.engine.processes.audio", "the audio process")
    if args.headless or args.latency:
        return audio, None
    visual = ProcessHandle(
        "phosphene.engine.processes.visual", "the visual process", stale_seconds=VISUAL_STALE_SECONDS
    )
    return audio, visual


def _start_recorder(args: Namespace) -> "RecorderHandle | None":
    if not args.record:
        return None
    from phosphene.engine.session.recorder_handle import RecorderHandle

    return RecorderHandle(args.record, args.size)


def _open_playlist(args: Namespace, load: Callable[[str], Any]) -> tuple[str, "Playlist"]:
    """The name of the first preset, and the playlist of the others."""
    from phosphene.engine.presets.packaged import preset_names
    from phosphene.engine.session.playlist import Playlist, PlaylistOrder, check_presets, load_playlist

    if not args.playlist:
        return args.preset or DEFAULT_PRESET, Playlist(presets=tuple(preset_names()))
    playlist = load_playlist(args.playlist)
    check_presets(playlist, args.playlist, load)
    return args.preset or PlaylistOrder(playlist).name, playlist


def _audio_config(args: Namespace, source: str) -> dict[str, Any]:
    return {
        "source": source,
        "file": str(args.file.resolve()) if args.file else None,
        "take": str(args.take.resolve()) if args.take else None,
        "input": args.input,
        "output": args.output,
        "rate": args.rate,
        "block": args.block,
        "buffer": args.buffer / 1000,
    }
