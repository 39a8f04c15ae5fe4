"""The picture of a live session: it moves with the sound, comes back, and never stands in the sound's way."""

import json
import os
import signal
import subprocess
import time

import numpy as np
import pytest
from PIL import Image

from phosphene.engine.audio.sources.file import FileSource
from phosphene.engine.rings import ring
from phosphene.engine.rings.board import get
from phosphene.engine.session.child import MAX_EARLY_EXITS
from phosphene.engine.visuals.window.frame_stats import FrameStat
from tests.e2e.test_live import QUIET, audible, found_in, read_float
from tests.support.live_session import PHOSPHENE, Session
from tools.rig.screen import SIZE as SCREEN
from tools.rig.sound_server import RATE, wait_for

SMALL = ("--rate", RATE, "--size", "320x180")


def window_of(screen):
    return wait_for(lambda: next((window for window in screen.windows() if window.name == "Phosphene"), None))


def shown(session):
    return get(session.segment()["frame_stats"], int(FrameStat.SHOWN))


def wait_for_pictures(session, more=10):
    assert wait_for(session.segment)
    before = shown(session)
    assert wait_for(lambda: shown(session) >= before + more), "no pictures come"


def lit(screen):
    """How much light there is in the window."""
    window = next((window for window in screen.windows() if window.name == "Phosphene"), None)
    return float(screen.picture(window).mean()) if window else 0.0


def test_a_window_moves_with_the_sound_and_escape_ends_it(server, screen, tmp_path):
    report = tmp_path / "report.json"
    with server.record("speaker"):
        session = Session(server, "--source", "synth", *SMALL, "--report", report, screen=screen)
        window = window_of(screen)
        assert (window.width, window.height) == (320, 180)
        wait_for_pictures(session, 30)
        first = screen.picture(window).astype(int)
        wait_for_pictures(session)
        assert first.max() > 60 and np.abs(first - screen.picture(window)).max() > 30
        screen.press("Escape", window)
        code, out, err = session.result()
    assert (code, err) == (0, "") and "played" in out
    results = json.loads(report.read_text())
    assert (
        results["frames_shown"] >= 40
        and results["frames_dropped"] >= 0
        and results["restarts"] == {"audio": 0, "visual": 0}
    )
    assert 0 <= results["late_ms"]["p50"] <= results["late_ms"]["p99"] < 1000
    assert results["gl"]["renderer"] and results["gl"]["hardware"] in (True, False)


def test_silence_is_dark_and_a_click_is_white(server, screen, tmp_path):
    """The flash that is seen and the click at the loudspeaker come together, as near as a null sink can tell."""
    preset, clicks = tmp_path / "flash.yaml", tmp_path / "clicks.wav"
    preset.write_text("scene: flash\nflash: {fade: 0.02}\n")
    sound = np.zeros((RATE, 2), np.float32)
    sound[RATE // 2] = 0.9
    write(clicks, sound)
    with server.record("speaker") as speaker:
        words = ("--source", "file", "--file", clicks, "--preset", preset, *SMALL)
        session = Session(server, *words, screen=screen)
        window = window_of(screen)
        wait_for_pictures(session, 30)
        begun, ahead, seen = time.monotonic(), [], []

        def look():
            ahead.append(speaker.frames() - RATE * time.monotonic())
            light = float(screen.picture(window)[80:100, 150:170].mean())
            seen.append((RATE * time.monotonic(), light))
            return time.monotonic() > begun + 6

        assert wait_for(look, every=0.002)
        heard = np.flatnonzero(np.abs(speaker.sound()[:, 0]) > 0.3) - max(ahead)
        assert session.end()[0] == 0
    moments, lights = np.array(seen).T
    assert lights.min() == 0.0 and lights.max() == 255.0
    white = moments[1:][(lights[1:] > 200) & (lights[:-1] < 200)]
    heard = heard[(heard > moments[0] + RATE // 4) & (heard < moments[-1] - RATE // 4)]
    assert len(heard) >= 4
    apart = [np.abs(white - click).min() / RATE for click in heard]
    assert np.median(apart) < 0.02 + 2 / 30, apart  # a null sink hands its buffer out before it plays it


def test_sound_that_only_comes_back_moves_the_picture(server, screen, tmp_path):
    """A worker pushes noise into the return of a session whose source is silent: it is heard, and so it is seen."""
    preset = tmp_path / "flash.yaml"
    preset.write_text("scene: flash\nflash: {fade: 0.5}\n")
    with server.record("speaker") as speaker:
        session = Session(server, "--source", "silence", "--preset", preset, *SMALL, screen=screen)
        wait_for_pictures(session, 20)
        assert lit(screen) == 0.0, "silence is dark"
        rng, returns = np.random.default_rng(4), session.segment()["returns"]

        def answered():
            for _ in range(2):  # bursts and pauses, so that there are onsets
                ring.push(returns, rng.normal(0, 0.3, (RATE // 20, 2)).astype(np.float32))
                ring.push(returns, np.zeros((RATE // 5, 2), np.float32))
            return lit(screen) > 20.0

        assert wait_for(answered, every=0.1)
        assert np.abs(speaker.sound()).max() > 0.2
        assert session.end()[0] == 0


def write(path, sound):
    from phosphene.engine.encode.sound_file import SoundFile

    file = SoundFile(path, (".wav", "float"), RATE)
    file.write(sound)
    file.finish()
    assert FileSource(path, RATE).length == len(sound)


def test_a_killed_visual_process_costs_no_sample_and_comes_back(server, screen, tmp_path):
    take, report = tmp_path / "set.take", tmp_path / "report.json"
    with server.record("speaker") as recording:
        words = ("--source", "synth", *SMALL, "--take", take, "--report", report)
        session = Session(server, *words, screen=screen)
        wait_for_pictures(session)
        killed = session.visual()
        os.kill(killed, signal.SIGKILL)
        assert wait_for(lambda killed=killed: session.visual() not in (None, killed))
        wait_for_pictures(session, 30)
        assert window_of(screen)
        code, out, _ = session.end()
        recorded = recording.sound()
    results = json.loads(report.read_text())
    assert code == 0 and "the visual process was lost" in out and f"{take}: complete" in out
    assert results["restarts"] == {"audio": 0, "visual": 1} and results["gl"]
    bounced = tmp_path / "set.wav"
    assert subprocess.run([*PHOSPHENE, "bounce", "--take", take, "-o", bounced, "--depth", "float"]).returncode == 0
    expected = audible(read_float(bounced))
    count = len(expected) - RATE // 5  # what the device still held when it was closed is no one's
    np.testing.assert_array_equal(found_in(recorded, expected)[:count], expected[:count])


def test_a_visual_process_killed_repeatedly_comes_back(server, screen):
    with server.record("speaker"):
        session, killed = Session(server, "--source", "synth", *SMALL, screen=screen), None
        wait_for_pictures(session)
        for _ in range(MAX_EARLY_EXITS + 1):
            assert wait_for(lambda killed=killed: session.visual() not in (None, killed))
            killed = session.visual()
            os.kill(killed, signal.SIGKILL)
        wait_for_pictures(session)
        code, out, _ = session.end()
    assert code == 0 and 1 <= out.count("is restarted") <= 2


def test_the_picture_survives_a_killed_audio_process(server, screen):
    with server.record("speaker") as recording:
        session = Session(server, "--source", "synth", *SMALL, screen=screen)
        wait_for_pictures(session)
        window, killed = window_of(screen), session.audio()
        os.kill(killed, signal.SIGKILL)
        wait_for_pictures(session)  # it goes on while nothing sounds
        assert window_of(screen) == window
        assert wait_for(lambda: session.audio() not in (None, killed))
        length = recording.frames()
        assert wait_for(lambda: np.abs(recording.sound()[length:]).max(initial=0) > QUIET), "nothing sounds again"
        wait_for_pictures(session, 20)
        first = screen.picture(window).astype(int)
        wait_for_pictures(session)
        assert np.abs(first - screen.picture(window)).max() > 30
        assert session.end()[0] == 0


def test_a_resized_window_goes_on_moving(server, screen):
    with server.record("speaker"):
        session = Session(server, "--source", "synth", screen=screen)
        wait_for_pictures(session)
        window, before, sizes = window_of(screen), shown(session), iter(range(60))

        def drag():
            step = next(sizes)
            screen.resize(window, 400 + 8 * step, 300 + 4 * step)
            return step == 59

        assert wait_for(drag, every=0.03)
        assert shown(session) > before + 20, "it stood still meanwhile"
        wait_for_pictures(session, 30)
        assert session.end()[0] == 0


def test_closing_the_window_ends_the_session(server, screen):
    with server.record("speaker"):
        session = Session(server, "--source", "synth", *SMALL, screen=screen)
        wait_for_pictures(session)
        children = session.audio(), session.visual()
        screen.ask_to_close(window_of(screen))
        code, _, err = session.result()
    assert (code, err) == (0, "")
    assert not [pid for pid in children if os.path.exists(f"/proc/{pid}")]
    assert not [name for name in os.listdir("/dev/shm") if name == f"phosphene-{session.process.pid}"]


def test_a_preset_changes_the_picture_while_it_plays(server, screen, tmp_path):
    preset = tmp_path / "p.yaml"
    preset.write_text("scene: flash\n")
    with server.record("speaker"):
        session = Session(server, "--source", "silence", "--preset", preset, *SMALL, screen=screen)
        wait_for_pictures(session)
        preset.write_text("scene: flahs\n")
        preset.write_text("scene: scope\n")
        wait_for_pictures(session, 60)
        code, out, _ = session.end()
    assert code == 0 and ": reloaded" in out


@pytest.mark.parametrize("without", ["a display", "a GL that is new enough"])
def test_without_a_picture_it_plays_and_names_what_is_missing(server, screen, tmp_path, without):
    report = tmp_path / "report.json"
    environment = {**server.environment, "NUMBA_CACHE_DIR": os.environ["NUMBA_CACHE_DIR"]}
    environment.pop("DISPLAY", None)
    environment.pop("WAYLAND_DISPLAY", None)
    if without != "a display":
        environment |= {"DISPLAY": screen.environment["DISPLAY"], "XDG_SESSION_TYPE": "x11"}
        environment["MESA_GL_VERSION_OVERRIDE"] = "2.1"
    words = ["live", "--source", "synth", "--seconds", "3", "--report", report]
    with server.record("speaker") as recording:
        found = subprocess.run([*PHOSPHENE, *words], env=environment, capture_output=True, text=True, timeout=60)
        assert np.abs(recording.sound()).max() > QUIET
    assert (found.returncode, found.stderr) == (0, "")
    lines = [line for line in found.stdout.splitlines() if line.startswith("no picture: ")]
    assert len(lines) == 1 and "the sound goes on" in lines[0]
    assert ("display" if without == "a display" else "too old: needs 3.3") in lines[0]
    results = json.loads(report.read_text())
    assert (results["frames_shown"], results["gl"], results["late_ms"]) == (0, None, {"p50": None, "p99": None})


def test_a_missing_monitor_is_refused(server, screen):
    environment = {**server.environment, **{name: screen.environment[name] for name in ("DISPLAY", "XDG_SESSION_TYPE")}}
    words = ["live", "--source", "synth", "--monitor", "7", "--seconds", "20"]
    found = subprocess.run([*PHOSPHENE, *words], env=environment, capture_output=True, text=True, timeout=60)
    assert found.returncode == 2 and found.stderr.startswith("phosphene: --monitor 7: ")
    assert len(found.stderr.splitlines()) == 1


def pressed(screen, window, key, until):
    """Press a key, and wait for what it does."""
    screen.press(key, window)
    return wait_for(until)


def test_the_hud_is_in_the_window_but_in_no_screenshot(server, screen, tmp_path, monkeypatch):
    report = tmp_path / "report.json"
    monkeypatch.chdir(tmp_path)
    preset = tmp_path / "dark.yaml"
    preset.write_text("scene: flash\nflash: {fade: 0.01}\n")
    with server.record("speaker"):
        words = ("--source", "silence", "--preset", preset, "--rate", RATE, "--size", "640x360", "--report", report)
        session = Session(server, *words, screen=screen)
        window = window_of(screen)
        wait_for_pictures(session, 20)
        assert not screen.picture(window).any()
        assert pressed(screen, window, "d", lambda: (screen.picture(window) > 200).sum() > 200)
        assert not screen.picture(window)[:270, 200:440].any(), "the middle is covered"
        assert pressed(screen, window, "s", lambda: [*tmp_path.glob("phosphene-*.png")])
        assert pressed(screen, window, "question", lambda: (screen.picture(window)[:270, 200:440] > 200).any())
        assert pressed(screen, window, "question", lambda: not screen.picture(window)[:270, 200:440].any())
        assert pressed(screen, window, "Tab", lambda: not screen.picture(window).any())
        code, out, _ = session.end()
    (still,) = tmp_path.glob("phosphene-*.png")
    with Image.open(still) as picture:
        assert picture.size == (640, 360) and not np.asarray(picture).any()
    assert code == 0 and f"{still.name}: still saved" in out
    results = json.loads(report.read_text())
    assert (
        results["pacing"] == "own" and sum(count for _, count in results["late_histogram"]) == results["frames_shown"]
    )
    assert all(count > 0 and least % 0.5 == 0.0 for least, count in results["late_histogram"])


def test_blackout_freeze_and_panic(server, screen):
    with server.record("speaker"):
        session = Session(server, "--source", "synth", *SMALL, screen=screen)
        window = window_of(screen)
        wait_for_pictures(session, 30)
        assert pressed(screen, window, "b", lambda: not screen.picture(window).any())
        assert pressed(screen, window, "b", lambda: screen.picture(window).max() > 60)
        screen.press("z", window)
        wait_for_pictures(session, 20)
        first = screen.picture(window).astype(int)
        wait_for_pictures(session, 10)
        assert np.abs(first - screen.picture(window)).max() <= 2, "frozen, it moved"
        screen.press("b", window)
        assert wait_for(lambda: not screen.picture(window).any())
        screen.press("exclam", window)
        assert wait_for(lambda: screen.picture(window).max() > 60)
        first = screen.picture(window).astype(int)
        wait_for_pictures(session, 10)
        assert np.abs(first - screen.picture(window)).max() > 30
        code, out, _ = session.end()
    assert code == 0 and "panic" in out


def test_fullscreen_survives_a_killed_visual_process(server, screen):
    with server.record("speaker"):
        session = Session(server, "--source", "synth", *SMALL, screen=screen)
        window = window_of(screen)
        wait_for_pictures(session)

        def size():
            found = next((each for each in screen.windows() if each.name == "Phosphene"), None)
            return found and (found.width, found.height)

        assert pressed(screen, window, "f", lambda: size() == SCREEN)
        wait_for_pictures(session)
        killed = session.visual()
        os.kill(killed, signal.SIGKILL)
        assert wait_for(lambda: session.visual() not in (None, killed))
        wait_for_pictures(session)
        assert size() == SCREEN
        assert pressed(screen, window_of(screen), "f", lambda: size() == (320, 180))
        wait_for_pictures(session)
        assert session.end()[0] == 0
