"""Stills: the frames of a bounce at 30 frames a second, and nothing is left of GL."""

from fractions import Fraction

import numpy as np
import pytest

from phosphene.engine.audio.sources.base import open_source
from phosphene.engine.offline.frame_stream import frame_stream
from phosphene.engine.offline.stills import FPS, render_stills
from phosphene.engine.presets.load import load_preset
from tests.support.commands import run_command
from tests.support.sound_files import noise, write_sound

SIZE = 64, 36


@pytest.fixture(scope="module")
def preset():
    return load_preset(None, ["scene=scope"])[0]


def synth(preset):
    return open_source("synth", None, preset)


def test_stills_are_frames_of_a_bounce(preset):
    moments = [0.1, 0.5, 0.9]
    stills = render_stills(synth(preset), preset, moments, size=SIZE)
    frames = [*frame_stream(synth(preset), preset, size=SIZE, fps=Fraction(FPS), seconds=moments[-1] + 2 / FPS)]
    for still, moment in zip(stills, moments, strict=True):
        np.testing.assert_array_equal(still, frames[round(moment * FPS)])
    assert np.ptp(stills[1]) > 50 and (stills[0] != stills[1]).any(), "black or equal frames prove nothing"


def test_moments_behind_the_end_are_left_out(preset, tmp_path):
    path = write_sound(tmp_path / "x.wav", noise(24_000), 48_000)
    stills = render_stills(open_source("file", None, preset, file=path), preset, [0.1, 0.4, 0.9], size=SIZE)
    assert len(stills) == 2


def test_progress_rises_and_may_cancel(preset):
    shares = []

    def cancel(share):
        shares.append(share)
        if share > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_stills(synth(preset), preset, [60.0], size=SIZE, on_progress=cancel)
    assert shares == sorted(shares) and 0 < shares[-1] < 1


def test_a_live_camera_is_replaced_by_the_packaged_film():
    preset = load_preset(None, ["scene=photo", "media=camera"])[0]
    (still,) = render_stills(synth(preset), preset, [0.2], size=SIZE)
    assert np.ptp(still) > 50


@pytest.mark.parametrize("ending", [".jpg", ""])
def test_preview_refuses_another_ending(ending, folder, capsys):
    code, _, errors = run_command(capsys, "preview", "quiet", "-o", f"sheet{ending}")
    assert (code, errors) == (2, [f"phosphene: -o sheet{ending}: ends in '{ending}', can end in .png"])


def test_preview_writes_a_sheet(folder, capsys):
    code, out, errors = run_command(capsys, "preview", "quiet", "-o", "x.png", "--seconds", 1, "--stills", 2)
    assert (code, errors) == (0, []) and out == "x.png: quiet, 2 moments of 1.0 s\n"
    assert [path.name for path in folder.iterdir()] == ["x.png"]
