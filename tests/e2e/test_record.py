"""A session on film: in sync, whole, and never at the show's expense."""

import json
import os
import resource
import signal
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from phosphene.engine.audio.meters import Meter
from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.processes.recorder import RecorderProcess
from phosphene.engine.processes.shared_layout import LAYOUTS
from phosphene.engine.recording.shared_frames import FPS, RecorderStat, frame_slot, layouts, open_segment
from phosphene.engine.rings import Segment, SessionLock, ring, tap, timeline
from phosphene.engine.rings.board import get, put
from phosphene.engine.rings.tap import activate
from tests.e2e.test_live import QUIET
from tests.e2e.test_show import SMALL, lit, shown, wait_for_pictures, window_of, write
from tests.support.commands import run_command
from tests.support.live_session import Session
from tools.rig.sound_server import RATE, wait_for

SIZE = (64, 36)
FRAME = float(1 / FPS)


def film_of(path):
    """Seconds and brightness of each picture; the sound, and the second at which that begins.

    Of a film that was never finished, as far as it goes.
    """
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        assert video.average_rate == FPS
        seen = []
        try:
            for frame in container.decode(video):
                middle = frame.to_ndarray()[frame.height // 2 - 4 : frame.height // 2 + 4, frame.width // 2]
                seen.append((float(frame.pts * video.time_base), float(middle.mean())))
        except av.error.InvalidDataError:
            assert ".part" in path.name, "it is not whole"
    with av.open(str(path)) as container:
        audio = container.streams.audio[0]
        frames = [frame for packet in container.demux(audio) if packet.size for frame in packet.decode()]
        sound = np.concatenate([frame.to_ndarray()[0] for frame in frames]) if frames else np.zeros(0)
        begin = float(frames[0].pts * audio.time_base)
    times, lights = np.array(seen).T
    np.testing.assert_allclose(times, FRAME * np.arange(len(times)), atol=1e-6)
    return times, lights, sound, begin


def clicks_in(sound):
    loud = np.flatnonzero(np.abs(sound) > 0.3)
    return loud[np.diff(np.concatenate([[-RATE], loud])) > RATE // 4] / RATE


def flashes_in(times, lights):
    return times[1:][(lights[1:] > 150) & (lights[:-1] < 100)]


class FakeSession:
    """A session's shared memory, filled by the test: frames at a rate, and a click where they turn white."""

    def __init__(self, path):
        self.locks = SessionLock("-session"), SessionLock("-test")
        self.session = Segment(self.locks[0].name, LAYOUTS, create=True)
        self.shared = Segment(self.locks[1].name, layouts(SIZE), create=True)
        put(self.session["meters"], int(Meter.RATE), float(RATE))
        for gauge, side in zip((RecorderStat.WIDTH, RecorderStat.HEIGHT), SIZE):
            put(self.shared["stats"], int(gauge), float(side))
        activate(self.shared["audio"])
        config = {"film": {"segment": self.locks[1].name, "size": SIZE}, "path": str(path), "part": f"{path}.part"}
        self.recorder, self.fault = RecorderProcess(config, self.session), None

    def _record(self):
        try:
            self.recorder.run()
        except PhospheneError as fault:
            self.fault = str(fault)

    def play(self, seconds, rate, first, clicks, *, stop=True):
        """Play so much sound, and show so many pictures a second from a sample on."""
        recording = threading.Thread(target=self._record)
        recording.start()
        sound = np.zeros((round(seconds * RATE), 2), np.float32)
        sound[[round(click * RATE) for click in clicks]] = 0.9
        samples = np.arange(first, len(sound), RATE / rate)
        at = 0
        for sample in samples:
            now = time.perf_counter()
            timeline.publish(self.session["clock"], np.array([sample, now, now]))
            until = min(round(sample) + 2_000, len(sound))  # sound is given before it is heard
            self._wait(lambda at=at, until=until: tap.writable(self.shared["audio"], 1 << 17) >= until - at)
            tap.push(self.shared["audio"], sound[at:until], at)
            at = until
            self._wait(lambda: ring.writable(self.shared["frame_times"], 1))
            lit = any(0 <= sample - click * RATE < 0.1 * RATE for click in clicks)
            frame_slot(self.shared, int(self.shared["frame_times"].written[ring.COUNT]))[:] = 255 * lit
            ring.push(self.shared["frame_times"], np.array([[sample]]))
        tap.push(self.shared["audio"], sound[at:], at)
        if stop:
            self.recorder.stop()
        else:
            put(self.session["meters"], int(Meter.RATE), 44_100.0)
        recording.join()

    def _wait(self, what):
        assert wait_for(what, every=0.001)

    def close(self):
        for owned in (self.session, self.shared):
            owned.close()
        for claim in self.locks:
            claim.release()


@pytest.mark.parametrize("first", [0.0, 12_345.6])
@pytest.mark.parametrize("rate", [25, 30, 60])
def test_sound_and_picture_of_a_recording_are_in_time(rate, first, tmp_path):
    """It begins with the first picture that was shown, and the sound of that very sample."""
    stage, path, clicks = FakeSession(tmp_path / "x.mp4"), tmp_path / "x.mp4", [0.5, 1.37, 2.0, 3.11]
    try:
        stage.play(4.0, rate, first, clicks)
        stats = {gauge: get(stage.shared["stats"], int(gauge)) for gauge in RecorderStat}
    finally:
        stage.close()
    times, lights, sound, begin = film_of(path)
    assert begin == 0.0 and not Path(f"{path}.part").exists()
    begins = first / RATE
    np.testing.assert_allclose(clicks_in(sound) + begins, clicks, atol=1e-3)
    white = flashes_in(times, lights)
    assert len(white) == len(clicks)
    grid = np.array([first + RATE / rate * np.ceil((click * RATE - first) * rate / RATE) for click in clicks]) / RATE
    off = white + begins - grid  # the picture that is white first, against the moment for which it was drawn
    assert np.abs(off).max() <= 0.6 * max(FRAME, 1 / rate) + 1e-3
    assert abs(np.median(white + begins - clicks)) <= FRAME
    assert abs(len(sound) / RATE - len(times) * FRAME) <= FRAME + 1024 / RATE
    assert stats[RecorderStat.PICTURES] == len(times) and stats[RecorderStat.LOST] == 0
    assert stats[RecorderStat.REPEATED] <= (1 if rate >= 30 else 0.2 * len(times))


def test_a_change_of_sample_rate_completes_the_film(tmp_path):
    path = tmp_path / "x.mp4"
    stage = FakeSession(path)
    try:
        stage.play(2.0, 30, 0.0, [0.5], stop=False)
        assert get(stage.shared["stats"], int(RecorderStat.RECORDING)) == 0
    finally:
        stage.close()
    rates = "the sound has 44100 frames a second now, and had 48000"
    assert stage.fault == f"{path}: {rates}; the recording ends here, the show goes on"
    assert len(film_of(path)[0]) == 60 and film_of(path)[2].size >= 2 * RATE


def gauge(session, which, size=(320, 180)):
    film = {"segment": f"phosphene-{session.process.pid}-film", "size": size}
    try:
        return get(open_segment(film)["stats"], int(which))
    except FileNotFoundError:
        return 0


def wait_for_film(session, seconds, since=0):
    enough = since + seconds * FPS
    assert wait_for(lambda: gauge(session, RecorderStat.PICTURES) >= enough, seconds=60), "nothing is filmed"


def test_flash_and_click_of_a_session_coincide_in_its_film(server, screen, tmp_path):
    preset, clicks, film, report = (tmp_path / name for name in ("f.yaml", "c.wav", "x.mp4", "r.json"))
    preset.write_text("scene: flash\nflash: {fade: 0.02}\n")
    sound = np.zeros((RATE, 2), np.float32)
    sound[RATE // 2] = 0.9
    write(clicks, sound)
    film.write_text("an older one")
    with server.record("speaker"):
        words = ("--source", "file", "--file", clicks, "--preset", preset, "--record", film, "--overwrite")
        session = Session(server, *words, *SMALL, "--report", report, "--seconds", 10, screen=screen)
        wait_for_film(session, 4)
        assert film.read_text() == "an older one", "it takes its place when it is done"
        code, out, err = session.result()
    assert (code, err) == (0, "") and f"{film}: " in out
    times, lights, sound, begin = film_of(film)
    heard, seen = clicks_in(sound), flashes_in(times, lights)
    assert begin == 0.0 and len(heard) >= 6
    apart, results = [min(seen - click, key=abs) for click in heard], json.loads(report.read_text())
    between = results["seconds_heard"] / results["frames_shown"]  # on a busy machine no flash can be shown any sooner
    assert abs(np.median(apart)) <= max(FRAME, between), apart
    results = results["record"]
    assert results["films"] == [str(film)] and results["trouble"] is None and results["lost"] == 0
    assert results["pictures"] == len(times) and results["seconds"] == pytest.approx(len(times) * FRAME)
    assert abs(len(sound) / RATE - len(times) * FRAME) <= FRAME + 1024 / RATE
    assert not [*tmp_path.glob(".*")] and not Path(f"/dev/shm/phosphene-{session.process.pid}-film").exists()


def test_a_film_has_the_blackout_but_not_the_hud(server, screen, tmp_path):
    film = tmp_path / "x.mp4"
    with server.record("speaker"):
        session = Session(server, "--source", "synth", *SMALL, "--record", film, screen=screen)
        wait_for_film(session, 2)
        for key in ("d", "b"):
            screen.press(key, window_of(screen))
        before = gauge(session, RecorderStat.PICTURES)
        wait_for_film(session, 3, before)
        assert lit(screen) > 0, "nothing is written over it"
        assert session.end()[0] == 0
    with av.open(str(film)) as container:
        brightest = [int(frame.to_ndarray()[: frame.height].max()) for frame in container.decode(video=0)]
    assert max(brightest) > 100 and max(brightest[-30:]) <= 20


def test_a_killed_recorder_does_not_disturb_the_show(server, screen, tmp_path):
    film, report = tmp_path / "x.mp4", tmp_path / "r.json"
    with server.record("speaker") as speaker:
        session = Session(server, "--source", "synth", *SMALL, "--record", film, "--report", report, screen=screen)
        wait_for_film(session, 5)
        lost, before = session.child("phosphene.engine.processes.recorder"), gauge(session, RecorderStat.PICTURES)
        os.kill(lost, signal.SIGKILL)
        assert wait_for(lambda: session.child("phosphene.engine.processes.recorder") not in (None, lost))
        wait_for_film(session, 3, before)
        assert len(speaker.sound()) and np.abs(speaker.sound()[-RATE:]).max() > QUIET
        code, out, err = session.end()
    second, results = tmp_path / "x-2.mp4", json.loads(report.read_text())
    assert (code, err) == (0, "") and out.count(f"the recording goes on in {second}") == 1
    assert results["restarts"] == {"audio": 0, "visual": 0}
    assert results["record"]["films"] == [str(film), str(second)] and results["record"]["trouble"] is None
    os.replace(film, tmp_path / "cut.part.mp4")
    lengths = [len(film_of(path)[0]) for path in (tmp_path / "cut.part.mp4", second)]
    assert lengths[0] > before - 2 * FPS and lengths[1] >= 2.9 * FPS
    assert not [*tmp_path.glob(".*")]


def test_a_full_disk_ends_the_recording_and_not_the_show(server, screen, tmp_path):
    film, report = tmp_path / "full.mp4", tmp_path / "r.json"
    with server.record("speaker") as speaker:
        session = Session(server, "--source", "synth", *SMALL, "--record", film, "--report", report, screen=screen)
        wait_for_film(session, 5)
        part = next(tmp_path.glob(".full.mp4.*.part"))
        room = part.stat().st_size + 100_000  # a file that may not grow is a full disk, to who writes it
        resource.prlimit(
            session.child("phosphene.engine.processes.recorder"), resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY)
        )
        assert wait_for(film.exists)
        before = shown(session)
        wait_for_pictures(session, 30)
        assert np.abs(speaker.sound()[-RATE:]).max() > QUIET and shown(session) > before
        assert session.child("phosphene.engine.processes.recorder") is None
        code, out, err = session.end()
    results = json.loads(report.read_text())
    assert (code, err) == (0, "") and results["restarts"] == {"audio": 0, "visual": 0}
    trouble = f"{film}: could not be written (File too large); the recording ends here, the show goes on"
    assert out.splitlines().count(trouble) == 1 and results["record"]["trouble"] == trouble
    assert results["record"]["films"] == [str(film)]
    assert len(film_of(film)[0]) >= 3.5 * FPS and not [*tmp_path.glob(".*")]


@pytest.mark.parametrize("everyone", [False, True], ids=["the keeper", "all"])
def test_the_film_of_a_killed_session_plays(everyone, server, screen, tmp_path):
    film = tmp_path / "x.mp4"
    with server.record("speaker"):
        session = Session(server, "--source", "synth", *SMALL, "--record", film, screen=screen)
        wait_for_film(session, 5)
        pids = [
            session.process.pid,
            session.child("phosphene.engine.processes.recorder"),
            session.audio(),
            session.visual(),
        ]
        pictures = gauge(session, RecorderStat.PICTURES)
        for pid in pids if everyone else pids[:1]:
            os.kill(pid, signal.SIGKILL)
        session.result()
        if not everyone:
            assert wait_for(film.exists), "the recorder finishes what it has"
    if everyone:
        (film,) = tmp_path.glob(".x.mp4.*.part")
    assert len(film_of(film)[0]) >= pictures - 2 * FPS


@pytest.mark.parametrize(
    "words, message",
    [
        (["--record", "x.mov"], "--record x.mov: ends in '.mov', can end in .mp4"),
        (["--record", "x.mp4", "--headless"], "--record x.mp4: needs a picture; leave out --headless"),
        (["--record", "x.mp4", "--latency"], "--record x.mp4: needs a picture; leave out --latency"),
        (["--record", "no/x.mp4"], "no/x.mp4: there is no folder no"),
        (["--record", "there.mp4"], "there.mp4: exists; name another file, or add --overwrite"),
        (["--record", "folder.mp4"], "folder.mp4: is a folder; name a file in it"),
    ],
)
def test_impossible_recordings_are_refused_in_one_line(words, message, folder, capsys):
    Path("there.mp4").write_text("a film")
    Path("folder.mp4").mkdir()
    code, out, errors = run_command(capsys, "live", "--source", "synth", *words)
    assert (code, out, errors) == (2, "", [f"phosphene: {message}"])
    assert sorted(path.name for path in Path().iterdir()) == ["folder.mp4", "there.mp4"]


def test_without_a_picture_a_notice_says_that_there_is_no_film(server, tmp_path):
    film, report = tmp_path / "x.mp4", tmp_path / "r.json"
    nowhere = SimpleNamespace(environment={"DISPLAY": ":nowhere", "XDG_SESSION_TYPE": "x11"})
    with server.record("speaker"):
        words = ("--source", "synth", *SMALL, "--record", film, "--report", report, "--seconds", 3)
        code, out, err = Session(server, *words, screen=nowhere).result()
    trouble = f"{film}: there is no picture to record"
    assert (code, err) == (0, "") and out.splitlines().count(trouble) == 1
    assert json.loads(report.read_text())["record"] | {"lost": 0} == {
        **{name: 0 for name in ("pictures", "repeated", "dropped", "lost", "seconds")},
        "films": [],
        "trouble": trouble,
    }
    assert not film.exists()
