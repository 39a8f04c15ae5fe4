"""The audio track of a recording: what is heard, without a gap; lost sound is silence."""

import numpy as np
import pytest

from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.taps import TapPoint
from phosphene.engine.recording.audio_track import MAX_READ_FRAMES, AudioTrack
from phosphene.engine.recording.shared_frames import AUDIO_FRAMES, RecorderStat, layouts
from phosphene.engine.rings import allocate
from phosphene.engine.rings.board import get, put
from phosphene.engine.rings.tap import activate, deactivate
from tests.support.core_player import RATE, CorePlayer, noise

SIZE = (64, 36)


def read_track(track):
    blocks = []
    while (block := track.read()) is not None:
        blocks.append(block.copy())
    return np.concatenate(blocks) if blocks else np.zeros((0, 2), np.float32)


def recorded_player(segment, position=0):
    """A CorePlayer whose output is recorded."""
    player = CorePlayer(RATE, TapPoint("output", activate(segment["audio"])))
    player.plans.change([("volume", {"gain": 12.0})], 1)
    put(player.meters, int(Meter.POSITION), float(position))
    return player


@pytest.fixture
def segment():
    return {name: allocate(layout) for name, layout in layouts(SIZE).items()}


@pytest.mark.parametrize("size", [1, 64, 65, 256, 1024])
@pytest.mark.parametrize("start", [0, 1, 1000, 5000])
def test_track_is_the_output_from_a_sample_on(size, start, segment):
    """Behind the limiter, which this sound is loud enough for."""
    player, track, x = recorded_player(segment), AudioTrack(segment, start), 10 * noise(6_000)
    out, first = [player.play(x[:2_000], size)], read_track(track)
    out.append(player.play(x[2_000:], size))
    np.testing.assert_array_equal(np.concatenate([first, read_track(track)]), np.concatenate(out)[start:])


def test_idle_tap_gives_nothing(segment):
    player = recorded_player(segment)
    deactivate(segment["audio"])
    assert np.abs(player.play(noise(3_000))).max() > 0 and read_track(AudioTrack(segment, 0)).size == 0


def test_lost_sound_is_silence_of_the_same_length(segment):
    player, track = recorded_player(segment), AudioTrack(segment, 0)
    out = [player.play(noise(5_000), 250)]
    recorded = [read_track(track)]
    while len(np.concatenate(out)) < AUDIO_FRAMES + 100_000:
        out.append(player.play(noise(50_000, seed=len(out)), 250))
    recorded.append(read_track(track))
    out.append(player.play(noise(9_000, seed=99), 250))
    recorded.append(read_track(track))
    out, recorded = np.concatenate(out), np.concatenate(recorded)
    assert len(recorded) == len(out)
    lost = int(get(segment["stats"], int(RecorderStat.LOST)))
    assert 95_000 - 250 <= lost <= 95_000 + 60_000
    silent = np.flatnonzero(~np.any(recorded, 1) & np.any(out, 1))
    assert len(silent) >= lost - 2 and np.ptp(silent) < lost, "one gap"
    recorded[silent[0] : silent[-1] + 1] = out[silent[0] : silent[-1] + 1]
    np.testing.assert_array_equal(recorded, out)


def test_restarted_audio_process_records_nothing_twice(segment):
    """It died after it had written a block and before it counted it; its successor writes the block again."""
    player, track = recorded_player(segment), AudioTrack(segment, 0)
    first = player.play(noise(1_000), 250)
    again = recorded_player(segment, position=750)
    second = again.play(noise(1_000, seed=6), 250)
    np.testing.assert_array_equal(read_track(track), np.concatenate([first, second[250:]]))
    assert get(segment["stats"], int(RecorderStat.LOST)) == 0


def test_restarted_recorder_reads_on(segment):
    player, track = recorded_player(segment), AudioTrack(segment, 0)
    out = player.play(noise(3 * MAX_READ_FRAMES), 250)
    track.read()
    np.testing.assert_array_equal(read_track(AudioTrack(segment, MAX_READ_FRAMES + 100)), out[MAX_READ_FRAMES + 100 :])
