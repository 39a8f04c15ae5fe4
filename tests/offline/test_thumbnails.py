"""Thumbnails: rendered once, and again when anything changes that they depend on."""

import numpy as np
import pytest

from phosphene.engine.offline import thumbnails
from phosphene.engine.presets.load import load_preset
from tests.support.commands import run_command


@pytest.fixture
def renders(folder, monkeypatch):
    """Counts the renders; each still has the number of its render."""
    count = []

    def render_stills(source, preset, moments, *, size):
        count.append(preset)
        return [np.full((*size[::-1], 3), len(count), np.uint8)]

    monkeypatch.setattr(thumbnails, "render_stills", render_stills)
    return count


def cached(folder):
    return [path.name for path in (folder.parent / "cache" / "thumbnails").iterdir()]


def test_a_thumbnail_is_rendered_once(folder, renders):
    preset = load_preset("quiet")[0]
    first, second = (thumbnails.cached_thumbnail("quiet", preset) for _ in range(2))
    assert len(renders) == 1 and first.shape == (270, 480, 3)
    np.testing.assert_array_equal(first, second)
    thumbnails.cached_thumbnail("default", load_preset("default")[0])
    assert len(renders) == 2 and len(cached(folder)) == 2


@pytest.mark.parametrize("change", ["preset", "code"])
def test_a_change_replaces_the_thumbnail(change, folder, renders, monkeypatch):
    preset = load_preset("quiet")[0]
    thumbnails.cached_thumbnail("quiet", preset)
    old = cached(folder)
    if change == "preset":
        preset = load_preset("quiet", ["synth.tempo=99"])[0]
    else:
        monkeypatch.setattr(thumbnails, "ROOMS", thumbnails.ROOMS[:-1])
    thumbnails.cached_thumbnail("quiet", preset)
    assert len(renders) == 2 and len(cached(folder)) == 1 and cached(folder) != old


def test_presets_lists_each_and_writes_a_sheet(folder, renders, capsys):
    code, out, errors = run_command(capsys, "presets", "-o", "x.png")
    lines = out.splitlines()
    assert (code, errors) == (0, []) and lines[-1] == "x.png: a still of each"
    assert len(renders) == len(lines) - 1 > 10 and (folder / "x.png").stat().st_size > 10_000
