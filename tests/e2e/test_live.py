"""A live session: it sounds, it is what a bounce gives again, it survives, it leaves nothing behind."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import av
import numpy as np
import pytest

from phosphene.engine.audio.meters import read_meters
from phosphene.engine.audio.playback_clock import PlaybackClock
from phosphene.engine.rings import timeline
from phosphene.engine.session.child import ProcessHandle
from tests.support.live_session import PHOSPHENE, Session
from tools.rig.sound_server import RATE, wait_for

QUIET = 1e-3  # of full scale: below, a monitor's first and last samples may differ


def read_float(path):
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in container.decode(audio=0)])


def audible(expected):
    """What begins with the first sample that can be heard; a sound server swallows some of the silence before it."""
    return expected[np.flatnonzero(np.abs(expected).max(axis=1) > QUIET)[0] :]


def found_in(recorded, expected):
    """The part of a recording that begins as `expected` does."""
    probe = expected[:4096]
    at = [n for n in np.flatnonzero(recorded[:, 0] == probe[0, 0]) if np.array_equal(recorded[n : n + 4096], probe)]
    assert at, "what was played is not in the recording"
    return recorded[at[0] :]


def play_and_bounce(server, folder):
    """A recorded session with a moved parameter and another genome: (loudspeaker, bounce of its take, run record)."""
    folder.mkdir()
    preset, take = folder / "p.yaml", folder / "set.take"
    preset.write_text("genome: [{op: volume, params: {gain: -3.0}}]\n")
    with server.record("speaker") as recording:
        session = Session(server, "--source", "synth", "--rate", RATE, "--preset", preset, "--take", take)
        session.wait_for_sound(1.0)
        preset.write_text("genome: [{op: volume, params: {gain: -9.0}}]\n")  # a parameter moves
        session.wait_for_sound(2.0)
        ops = "noise_reduction", "trim", "speed", "pitch", "fade", "echo", "reverb", "distort"
        preset.write_text("genome: [" + ", ".join(f"{{op: {op}}}" for op in ops) + "]\n")  # a genome is swapped
        session.wait_for_sound(3.5)
        code, out, _ = session.end()
        recorded = recording.sound()
    assert code == 0 and out.count(": reloaded") == 2 and f"{take}: complete" in out
    bounced = folder / "out" / "set.wav"
    bounced.parent.mkdir()
    assert subprocess.run([*PHOSPHENE, "bounce", "--take", take, "-o", bounced, "--depth", "float"]).returncode == 0
    return recorded, read_float(bounced), json.loads((bounced.parent / "run.json").read_text())


def test_a_take_bounces_to_what_the_loudspeaker_was_given(server, tmp_path):
    """A device that runs dry on a busy machine plays a gap that no take has; then another session is tried."""
    for attempt in range(4):
        recorded, whole, record = play_and_bounce(server, tmp_path / str(attempt))
        assert record["source"] == "take" and record["frames"] == len(whole)
        expected = audible(whole)
        heard = found_in(recorded, expected)
        count = len(expected) - RATE // 5  # what the device still held when it was closed was not played
        assert count > 2 * RATE
        if np.array_equal(heard[:count], expected[:count]):
            break
    np.testing.assert_array_equal(heard[:count], expected[:count])


def test_a_genome_is_reloaded_when_its_file_changes(server, tmp_path):
    genome = tmp_path / "g.json"
    genome.write_text('[{"op": "volume", "bypass": true, "params": {"gain": -60}}, {"op": "speed"}, {"op": "pitch"}]')
    with server.record("speaker") as recording:
        session = Session(server, "--source", "synth", "--rate", RATE, "--genome", genome)
        session.wait_for_sound(1.5)
        genome.write_text('[{"op": "volume", "params": {"gain": -60}}, {"op": "speed"}, {"op": "pitch"}]')
        session.wait_for_sound(3.0)
        genome.write_text('[{"op": "volum"}]')
        session.wait_for_sound(5.0)
        code, out, _ = session.end()
        heard = np.abs(recording.sound())
    assert code == 0 and out.count(": reloaded") == 1 and "g.json:1" in out and "the old preset keeps playing" in out
    begin = np.flatnonzero(heard.max(axis=1) > QUIET)[0]
    assert heard[begin : begin + RATE].max() > 20 * heard[begin + 4 * RATE : begin + 4 * RATE + RATE // 2].max()


def test_what_a_microphone_cannot_follow_is_refused(server, tmp_path):
    genome, words = tmp_path / "g.json", [*PHOSPHENE, "live", "--headless", "--genome"]
    genome.write_text('[{"op": "speed"}]')
    found = subprocess.run([*words, genome], env=server.environment, capture_output=True, text=True, timeout=60)
    assert found.returncode == 2 and "microphone" in found.stderr and len(found.stderr.splitlines()) == 1
    genome.write_text('[{"op": "pitch"}]')
    player = server.play("room", np.zeros((90 * RATE, 2)))  # a room where nothing plays falls asleep
    session = Session(server, "--rate", RATE, "--genome", genome)
    session.wait_for_sound(0.3)
    genome.write_text('[{"op": "speed"}]')
    session.wait_for_sound(1.5)
    code, out, _ = session.end()
    player.kill()
    player.wait()
    assert code == 0 and "microphone" in out and "the old preset keeps playing" in out


def test_the_microphone_is_heard(server, tmp_path):
    tone = 0.25 * np.sin(2 * np.pi * 440 * np.arange(90 * RATE) / RATE)  # outlasts a first start
    player = server.play("room", np.stack([tone, tone], axis=1))
    report = tmp_path / "report.json"
    with server.record("speaker") as recording:
        session = Session(server, "--rate", RATE, "--report", report)
        session.wait_for_sound(3.0)
        assert session.end()[0] == 0
        recorded = recording.sound()[:, 0]
    player.kill()
    loud = recorded[np.abs(recorded) > 0.2]
    assert len(loud) > RATE // 2, "the tone did not get through"
    middle = recorded[-2 * RATE : -RATE] * np.hanning(RATE)
    assert abs(np.abs(np.fft.rfft(middle)).argmax() - 440) <= 1
    results = json.loads(report.read_text())
    assert results.keys() >= {"callbacks", "underflows", "overflows", "callback_worst_us", "seconds_heard", "devices"}
    assert results["restarts"] == {"audio": 0, "visual": 0} and results["callbacks"] > 0
    assert results["latency_ms"]["total"] == pytest.approx(
        sum(v for k, v in results["latency_ms"].items() if k != "total")
    )
    assert {"input", "output"} <= results["latency_ms"].keys()
    assert results["latency_by"] == {"input": "adc", "output": "dac"}


def test_two_devices_are_joined(server, tmp_path):
    tone = 0.25 * np.sin(2 * np.pi * 440 * np.arange(90 * RATE) / RATE)  # outlasts a first start
    player = server.play("room", np.stack([tone, tone], axis=1))
    report = tmp_path / "report.json"
    with server.record("speaker") as recording:
        words = ("--input", "pulse", "--output", "default", "--rate", RATE, "--report", report)
        session = Session(server, *words)
        session.wait_for_sound(4.0)
        assert session.end()[0] == 0
        recorded = recording.sound()[:, 0]
    player.kill()
    results = json.loads(report.read_text())
    assert results["devices"] == {"input": "pulse", "output": "default"} and "drift" in results["latency_ms"]
    assert abs(results["drift_ppm"]) < 1000
    middle = recorded[-2 * RATE : -RATE] * np.hanning(RATE)
    assert abs(np.abs(np.fft.rfft(middle)).argmax() - 440) <= 1


def test_another_process_can_read_what_is_audible(server):
    with server.record("speaker"):
        session = Session(server, "--source", "synth", "--rate", RATE)
        session.wait_for_sound(1.0)
        line, row, found = session.segment()["clock"], np.zeros(3), []
        clock, records = PlaybackClock(line, RATE), timeline.record_count(line)

        def look():
            nonlocal records
            if timeline.record_count(line) > records and timeline.read(line, records, row):
                moment, records = time.perf_counter(), timeline.record_count(line)
                found.append((moment, *row, clock.sample_at(moment)))
            return len(found) >= 300

        assert wait_for(look, every=0.001)
        assert session.end()[0] == 0
    moment, sample, heard, now, answer = np.array(found).T
    assert (moment - now).min() > -1e-3 and np.median(moment - now) < 0.05
    expected = sample + RATE * (moment - heard)
    assert np.median(np.abs(answer - expected)) < 0.005 * RATE
    assert (np.diff(answer) >= 0).all() and answer[-1] - answer[0] > 1.0 * RATE


def click_delay(server, buffer, report):
    """Milliseconds from a click at the microphone to the click at the loudspeaker, and those declared."""
    silence, clicks = np.zeros((90 * RATE, 2)), np.zeros((6 * RATE, 2))
    clicks[RATE :: RATE // 4] = 0.9
    players = [server.play("room", silence)]  # an idle sink would sleep
    with server.record("room") as room, server.record("speaker") as speaker:
        session = Session(server, "--rate", RATE, "--buffer", buffer, "--report", report)
        session.wait_for_sound(1.0)
        players.append(server.play("room", clicks))
        recordings, ahead = (room, speaker), {room: [], speaker: []}
        meters = session.segment()["meters"]
        before = read_meters(meters)["position"]

        def over():
            for recording in recordings:
                ahead[recording].append(recording.frames() - RATE * time.monotonic())
            return read_meters(meters)["position"] > before + 4 * RATE

        assert wait_for(over, every=0.003)
        at = {
            r: np.flatnonzero(np.abs(r.sound()[:, 0]) > 0.3) - max(ahead[r]) for r in recordings
        }  # one clock for both
        assert session.end()[0] == 0
    for player in players:
        player.kill()
    delays = [at[speaker][at[speaker] >= click][0] - click for click in at[room][:-4]]
    assert len(delays) > 4
    return 1000 * np.median(delays) / RATE, json.loads(report.read_text())["latency_ms"]["total"]


def test_the_latency_of_a_click_is_the_sum_of_the_nodes(server, tmp_path):
    """What a device lost while it ran dry stays as delay; that was a busy machine, so the pair is tried again."""
    for _ in range(4):
        pair = {buffer: click_delay(server, buffer, tmp_path / "r.json") for buffer in (20, 60)}
        # a null sink hands sound out before it plays it
        early = [buffer for buffer, (measured, declared) in pair.items() if measured < declared - buffer - 5]
        late = [buffer for buffer, (measured, declared) in pair.items() if measured > declared + 5]
        longer = pair[60][0] - pair[20][0]
        if not early and not late and longer > 20:
            break
    assert not early and not late, pair
    assert longer > 20, "the buffer changed nothing, so this proved nothing"


def test_a_killed_audio_process_goes_on_where_it_stopped(server, tmp_path):
    take, report = tmp_path / "set.take", tmp_path / "report.json"
    with server.record("speaker"):
        session = Session(server, "--source", "synth", "--rate", RATE, "--take", take, "--report", report)
        before = session.wait_for_sound(1.5)["position"]
        killed = session.audio()
        os.kill(killed, signal.SIGKILL)
        assert wait_for(lambda: session.audio() not in (None, killed))
        assert session.wait_for_sound(before / RATE + 1.5)["position"] > before
        code, out, _ = session.end(signal.SIGTERM)
    results = json.loads(report.read_text())
    assert code == 0 and "is restarted" in out and results["restarts"] == {"audio": 1, "visual": 0}
    bounced = tmp_path / "set.wav"
    assert subprocess.run([*PHOSPHENE, "bounce", "--take", take, "-o", bounced]).returncode == 0
    frames = json.loads((tmp_path / "run.json").read_text())["frames"]
    assert abs(frames - results["seconds_heard"] * RATE) < RATE // 5


def test_python_files_in_the_working_folder_are_not_imported(tmp_path, monkeypatch):
    (tmp_path / "random.py").write_text("raise SystemExit('shadowed')\n")
    monkeypatch.chdir(tmp_path)
    process = ProcessHandle("phosphene.engine.processes.audio", "the audio process")
    process.stop()
    assert process.process.returncode == 0


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("moment", ["starting", "sounding"])
def test_every_end_leaves_no_process_and_no_memory(server, tmp_path, sign, moment):
    session = Session(server, "--source", "silence", "--rate", RATE, cache=tmp_path)
    if moment == "sounding":
        session.wait_for_sound(0.3)
    else:
        assert wait_for(session.audio)
        assert wait_for(lambda: "\nSigCgt" in status(session) and caught(session, sign))
    audio = session.audio()
    code, _, err = session.end(sign)
    assert code == 0 and not err
    assert not Path(f"/proc/{audio}").exists() or "Z" in Path(f"/proc/{audio}/stat").read_text().split()[2]
    assert not [name for name in os.listdir("/dev/shm") if name == f"phosphene-{session.process.pid}"]
    assert not list(tmp_path.glob("sessions/*"))


def status(session):
    return Path(f"/proc/{session.process.pid}/status").read_text()


def caught(session, sign):
    """True once the process has its handler in place."""
    return int(re.search(r"SigCgt:\s*(\w+)", status(session))[1], 16) >> (sign - 1) & 1


def test_the_next_start_removes_segments_of_a_crash(server, tmp_path):
    first = Session(server, "--source", "silence", "--rate", RATE, cache=tmp_path)
    first.wait_for_sound(0.3)
    first.process.kill()
    first.process.communicate()
    name = f"phosphene-{first.process.pid}"
    assert name in os.listdir("/dev/shm")
    second = Session(server, "--source", "silence", "--rate", RATE, cache=tmp_path)
    second.wait_for_sound(0.3)
    assert name not in os.listdir("/dev/shm")
    assert second.end()[0] == 0


def test_a_sound_server_may_go_and_come_back(server, tmp_path):
    report = tmp_path / "report.json"
    session = Session(server, "--source", "synth", "--rate", RATE, "--report", report)
    session.wait_for_sound(0.5)
    server.stop()
    segment = session.segment()
    assert wait_for(lambda: read_meters(segment["meters"])["device"] == 0.0, seconds=60), "the loss went unnoticed"
    before, records, row = (
        read_meters(segment["meters"])["position"],
        timeline.record_count(segment["clock"]),
        np.zeros(3),
    )
    session.wait_for_sound(before / RATE + 1.0)  # the graph goes on without a device
    assert timeline.record_count(segment["clock"]) > records + 20, "the clock goes on"
    assert wait_for(lambda: timeline.read(segment["clock"], timeline.record_count(segment["clock"]) - 1, row))
    assert row[0] > before and row[1] == row[2] <= time.perf_counter()
    server.start()
    with server.record("speaker") as recording:
        assert wait_for(lambda: read_meters(segment["meters"])["device"] == 1.0, seconds=60), "the server was not found"
        assert wait_for(lambda: np.abs(recording.sound()[-RATE:]).max(initial=0) > QUIET), "nothing sounds again"
        code, out, _ = session.end()
    assert code == 0 and "until it is back" in out and "playing on" in out
    assert json.loads(report.read_text())["seconds_heard"] > 1.5


def test_without_a_microphone_a_source_is_offered(server, tmp_path):
    environment = {**server.environment, "XDG_RUNTIME_DIR": str(tmp_path), "PULSE_RUNTIME_PATH": str(tmp_path)}
    found = subprocess.run(
        [*PHOSPHENE, "live", "--headless"], env=environment, capture_output=True, text=True, timeout=60
    )
    assert found.returncode == 1 and "--source" in found.stderr and len(found.stderr.splitlines()) == 1


def test_an_unknown_device_is_named_with_those_that_exist(server):
    found = subprocess.run(
        [*PHOSPHENE, "live", "--headless", "--source", "synth", "--output", "defualt"],
        env=server.environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert found.returncode == 2 and "did you mean 'default'?" in found.stderr
    assert len(found.stderr.splitlines()) == 1


def test_a_fault_in_an_edited_preset_leaves_the_old_one_playing(server, tmp_path):
    preset = tmp_path / "p.yaml"
    preset.write_text("genome: [{op: volume}]\n")
    session = Session(server, "--source", "synth", "--rate", RATE, "--preset", preset)
    session.wait_for_sound(0.3)
    preset.write_text("genome: [{op: volum}]\n")
    session.wait_for_sound(1.5)
    code, out, _ = session.end()
    assert code == 0 and "p.yaml:1" in out and "'volume'" in out and "the old preset keeps playing" in out
