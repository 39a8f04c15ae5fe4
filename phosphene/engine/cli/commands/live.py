"""live: sound from the source to the loudspeaker, and its picture, until it is ended."""

import itertools
import json
import time
from functools import partial

from phosphene.engine.cli.commands.shared import preset_from_args, ensure_compiled
from phosphene.engine.common.atomic_files import check_writable
from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.output_paths import check_ending
from phosphene.engine.common.stop_signal import StopSignal

HELD = 15.0  # seconds that a user may hold a window by its title, and some systems then hold who paints it
TICK = 0.02  # seconds between two looks at what a performer does
LOOK, SHOW = 5, 3  # ticks between two looks at the session, and two of its status lines
USUAL = "default"  # the preset where no other is named
MEASURING = 1.0  # seconds after which the latency is known


def run(asked):
    """Sound from the source to the loudspeaker, and its picture, until Ctrl-C, Escape or a closed window."""
    source = asked.source or ("file" if asked.file else "mic")
    if (source == "file") != (asked.file is not None):
        raise UsageError("--source file and --file F go together")
    if asked.input and source != "mic":
        raise UsageError(f"--input {asked.input}: is not heard with --source {source}")
    look = {name: getattr(asked, name) for name in ("size", "fullscreen", "borderless", "monitor")}
    given = [name for name, value in look.items() if value is not None and value is not False]
    if given and (asked.headless or asked.latency):
        other = "headless" if asked.headless else "latency"
        raise UsageError(f"--{given[0]}: is of a window; leave out --{other}")
    if asked.record:
        _check_record(asked)
    for path in filter(None, (asked.take, asked.record, asked.report)):
        check_writable(path, overwrite=asked.overwrite or path is asked.report)
    from phosphene.engine.session.child import ProcessHandle

    if asked.link:
        from phosphene.engine.session.link import Link
    link = Link() if asked.link else None
    gear = _gear(asked)
    wards = [
        ProcessHandle("phosphene.engine.processes.audio", "the audio process")
    ]  # before anything heavy is imported here: side by side
    if not (asked.headless or asked.latency):
        wards.append(ProcessHandle("phosphene.engine.processes.visual", "the visual process", stale=HELD))
    recording = None
    try:
        from phosphene.engine.session.playlist_runner import PlaylistRunner
        from phosphene.engine.session.supervisor import Supervisor

        stop = StopSignal("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
        ensure_compiled(stop.is_set)
        load = partial(_load, asked, source)
        name, playlist = _programme(asked, load)
        recording = _recording(asked)
        film = {"film": recording.asked if recording else None}
        configs = _config(asked, source) | film, look | film
        session = Supervisor(wards[0], wards[1] if wards[1:] else None, load(name)[0], *configs, name)
    except BaseException as fault:
        gear.close()
        for ward in wards:
            ward.end()
        if recording:
            recording.close()
        if isinstance(fault, KeyboardInterrupt):
            return
        raise
    programme = PlaylistRunner(session, playlist, load, automatic=asked.playlist is not None)
    if recording:
        recording.begin(session)
    try:
        did = _keep(session, stop, programme, asked, link, gear, recording)
        if asked.latency:
            _print_latency(session)
    finally:
        gear.close()
        report = session.report()
        session.close()
        if recording:
            _close(recording)
            report["record"] = recording.report()
    if asked.report:
        from phosphene.engine.common.atomic_files import write_text

        write_text(asked.report, json.dumps(report | did, indent=2, sort_keys=True) + "\n")
    _farewell(report, asked)


def _check_record(asked):
    if asked.headless or asked.latency:
        other = "headless" if asked.headless else "latency"
        raise UsageError(f"--record {asked.record}: a film needs a picture; leave out --{other}")
    check_ending("--record", asked.record, (".mp4",))


def _recording(asked):
    if not asked.record:
        return None
    from phosphene.engine.session.recorder_handle import RecorderHandle

    return RecorderHandle(asked.record, asked.size)


def _close(recording):
    from phosphene.engine.cli.output import print_line

    for notice in recording.close():
        print_line(notice)


def _load(asked, source, name):
    """A preset by its name, with what else was asked for, and the files that it is made of."""
    from phosphene.engine.audio.sources.base import check_pulled
    from phosphene.engine.presets.packaged import preset_files

    preset = preset_from_args(asked, name)
    check_pulled(preset.active_genes(), source)
    return preset, [*preset_files(name), *filter(None, [asked.genome])]


def _programme(asked, load):
    """The name of the preset to begin with, and the playlist that the others come from."""
    from phosphene.engine.presets.packaged import preset_names
    from phosphene.engine.session.playlist import Playlist, PlaylistOrder, check_presets, load_playlist

    if not asked.playlist:
        return asked.preset or USUAL, Playlist(presets=preset_names())
    playlist = load_playlist(asked.playlist)
    check_presets(playlist, asked.playlist, load)
    return asked.preset or PlaylistOrder(playlist).name, playlist


def _gear(asked):
    from phosphene.engine.session.controllers.hub import ControllerHub

    listen, tell = asked.osc_in, asked.osc_out
    return ControllerHub(midi=asked.midi, file=asked.controllers, listen=listen, tell=tell, rate=asked.osc_rate)


def _config(asked, source):
    return {
        "source": source,
        "file": str(asked.file.resolve()) if asked.file else None,
        "take": str(asked.take.resolve()) if asked.take else None,
        "input": asked.input,
        "output": asked.output,
        "rate": asked.rate,
        "block": asked.block,
        "buffer": asked.buffer / 1000,
    }


def _keep(session, stop, programme, asked, link, gear, recording):
    """Watch over the session until it is over; gives what its performer did, for the report."""
    from phosphene.engine.cli.output import console, print_line
    from phosphene.engine.session.actions import OperatorActions
    from phosphene.engine.session.keyboard import Keyboard
    from phosphene.engine.session.status_line import StatusLine

    with Keyboard(console.show_cursor) as keyboard:
        performer = OperatorActions(session, keyboard, link, programme, gear)
        with StatusLine(session, performer, console) as status:
            for tick in itertools.count():
                if stop.wait(TICK) or _over(session, asked):
                    return {"tempo": performer.report(), "controllers": gear.report()}
                notices = performer.heed()
                if tick % LOOK == 0:
                    notices += session.look() + programme.look(performer.heard(), session.seconds())
                    notices += recording.look() if recording else []
                for notice in notices:
                    print_line(notice)
                shown = {"preset": session.name, "faults": session.faults, "learn": gear.asks or ""}
                performer.stage.tell(time.perf_counter(), notices, **shown)
                if tick % SHOW == 0:
                    status.show()


def _over(session, asked):
    end = MEASURING if asked.latency else asked.seconds
    return session.closed or (end and session.seconds() >= end)


def _print_latency(session):
    from phosphene.engine.cli.output import print_line

    nodes = session.latency_ms()
    width = max(map(len, nodes))
    for node, latency in nodes.items():
        print_line(f"{node:{width}}  {latency:8.2f} ms")


def _farewell(report, asked):
    from phosphene.engine.cli.output import print_line

    xruns = f"{report['underflows']} underflows, {report['overflows']} overflows"
    print_line(f"{report['seconds_heard']:.1f} s heard, {xruns}")
    if asked.record and report["record"]["films"]:
        told = report["record"]
        print_line(f"{', '.join(told['films'])}: {told['seconds']:.1f} s, {told['dropped']} pictures dropped")
    if asked.take and asked.take.exists():
        lost = report["frames_missing"]["untaped"]
        print_line(f"{asked.take}: {'whole' if not lost else 'not whole: the disk was full or too slow'}")
