"""Matrix rows in a live session: they move sound and picture, are reloaded, and survive a crash."""

import os
import signal
import subprocess

import numpy as np
import pytest

from phosphene.engine.audio.meters import read_meters
from phosphene.engine.modulation.audio_mover import SLOTS
from phosphene.engine.rings import board_layout
from phosphene.engine.rings.board import get
from tests.e2e.test_live import QUIET, audible, found_in, read_float
from tests.e2e.test_show import lit, wait_for_pictures
from tests.support.live_session import PHOSPHENE, Session
from tools.rig.sound_server import RATE, wait_for

pytestmark = pytest.mark.usefixtures("compiled")
SYNTH = ("--source", "synth", "--rate", RATE)
GENOME = "genome: [{op: volume}]\n"
LEVEL = GENOME + "matrix: [{from: listening.rms_db, to: effects.volume.gain, range: [-12, 0]}]\n"
DOWN = GENOME + "matrix: [{from: clock.day, to: effects.volume.gain, range: [-60, -60]}]\n"
SWAPPED = "genome: [{op: dc_blocker}, {op: volume}]\nmatrix: [{from: clock.day, to: genome.1.gain, range: [-6, -6]}]\n"


def moved(session, serial=1):
    """(share, offset) by slot of the plan with a serial number."""
    board, first = session.segment()["moves"], 2 * board_layout.gene_slot(serial, 0, 0)
    return np.array([get(board, first + n) for n in range(2 * SLOTS)]).reshape(-1, 2)


def test_rows_move_sound_reload_live_and_bounce_the_same(server, tmp_path):
    preset, take = tmp_path / "p.yaml", tmp_path / "set.take"
    preset.write_text(LEVEL)
    with server.record("speaker") as recording:
        session = Session(server, *SYNTH, "--preset", preset, "--take", take)
        session.wait_for_sound(1.5)
        assert wait_for(lambda: -12.0 < moved(session)[0, 1] < 0.0) and moved(session)[0, 0] == 1.0
        preset.write_text(DOWN.replace("-60", "-70"))  # invalid: reported, and the old rows stay
        session.wait_for_sound(2.0)
        assert moved(session)[0, 1] > -20.0
        preset.write_text(DOWN)
        assert wait_for(lambda: moved(session)[0].tolist() == pytest.approx([1.0, -60.0], abs=0.01))
        preset.write_text(SWAPPED)
        assert wait_for(lambda: moved(session, 2)[board_layout.gene_slot(0, 1, 0)].tolist() == [1.0, -6.0])
        before = moved(session)
        session.wait_for_sound(read_meters(session.segment()["meters"])["position"] / RATE + 1.0)
        np.testing.assert_array_equal(moved(session), before)  # the moves of the old plan do not change
        code, out, _ = session.end()
        recorded = recording.sound()
    assert (
        code == 0
        and out.count(": reloaded") == 2
        and "-70 is outside -60 to 24 dB; the old preset keeps playing" in out
    )
    bounced = tmp_path / "out" / "set.wav"
    bounced.parent.mkdir()
    assert subprocess.run([*PHOSPHENE, "bounce", "--take", take, "-o", bounced, "--depth", "float"]).returncode == 0
    expected = audible(read_float(bounced))
    count = len(expected) - RATE // 5
    assert count > 2 * RATE and np.abs(expected).max() > QUIET
    np.testing.assert_array_equal(found_in(recorded, expected)[:count], expected[:count])


def test_restarted_audio_process_has_its_rows(server, tmp_path):
    preset = tmp_path / "p.yaml"
    preset.write_text(LEVEL)
    with server.record("speaker"):
        session = Session(server, *SYNTH, "--preset", preset)
        session.wait_for_sound(1.0)
        preset.write_text(DOWN)
        assert wait_for(lambda: moved(session)[0, 1] < -59.0)
        os.kill(session.audio(), signal.SIGKILL)
        session.segment()["moves"].words[:] = 0  # the restarted process writes them again
        assert wait_for(lambda: moved(session)[0].tolist() == [1.0, -60.0])
        code, out, _ = session.end()
    assert code == 0 and "is restarted" in out


def test_rows_move_the_picture_after_reload_and_restart(server, screen, tmp_path):
    """Measured by the light of the ring that silence draws, which is mostly its bloom."""
    preset = tmp_path / "p.yaml"
    row = "matrix: [{{from: clock.day, to: visuals.scope.bloom, range: [{0}, {0}]}}]\n"
    preset.write_text(row.format(0.0))
    with server.record("speaker"):
        session = Session(server, "--source", "silence", "--preset", preset, "--size", "320x180", screen=screen)
        wait_for_pictures(session, 30)
        dim = lit(screen)
        preset.write_text(row.format(3.0))
        assert wait_for(lambda: lit(screen) > 1.5 * dim), (lit(screen), dim)
        os.kill(session.visual(), signal.SIGKILL)
        wait_for_pictures(session, 30)
        assert wait_for(lambda: lit(screen) > 1.5 * dim), "the restarted process has no rows"
        code, out, err = session.end()
    assert (code, err) == (0, "") and dim > 0.0 and ": reloaded" in out and "is restarted" in out
