"""An engine with two operators and one section, so that error messages stay the same as the real one grows."""

from types import SimpleNamespace

import pytest

from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.params import Param
from phosphene.engine.documents.schema import genome_type
from phosphene.engine.effects.chain import genome
from phosphene.engine.presets import model

SCHEMAS = model.make_schemas(
    genome_type(
        {
            "dc_blocker": SimpleNamespace(PARAMS=(Param("corner", 8.0, low=2.0, high=40.0, unit="Hz"),)),
            "volume": SimpleNamespace(PARAMS=(Param("gain", 0.0, low=-60.0, high=24.0, unit="dB"),)),
        }
    ),
    {"synth": (Param("tempo", 96.0, low=60.0, high=140.0, unit="BPM"),)},
    SimpleNamespace(
        SCENES=("scope", "flash"),
        MEDIA_SCENES=(),
        SHOW_PASSES=("bloom", "feedback"),
        SECTIONS=("scope", "flash", "bloom", "feedback"),
        TRANSITIONS=("fade", "cut"),
        STARTS=("now", "beat"),
        PARAM_SLOTS={},
    ),
)
KEYS = "(has about, genome, include, matrix, media, passes, scene, seed, sources, synth, trajectory, transition)"
OPERATORS = "(has dc_blocker, volume)"
RECORD = {
    "phosphene": "0.1.0", "preset": {"genome": [{"op": "volume", "params": {"gain": 1e-05}}]}, "seed": 3,
    "versions": {"numpy": "2.0"}, "source": "synth", "input_sha256": None, "samples_sha256": "0f" * 32,
    "frames": 48_000, "rate": 48_000, "channels": 2, "tempo": "causal", "format": "wav float32, mp4 h264",
    "pictures": 30, "pictures_sha256": "0e" * 32, "size": "640x360", "fps": "30000/1001", "gl_renderer": "llvmpipe",
}  # fmt: skip


@pytest.fixture
def small_engine(monkeypatch):
    """Presets, genomes and records are validated against SCHEMAS."""
    monkeypatch.setattr(model, "engine_schemas", lambda: SCHEMAS)
    monkeypatch.setattr(genome, "gene_list_type", lambda: SCHEMAS.genome)


@pytest.fixture
def write_file(tmp_path, monkeypatch):
    """Writes a text or bytes to a file in the working folder and returns its name."""
    monkeypatch.chdir(tmp_path)

    def write(content, name="x.yaml"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    return write


def refusal(call, *args, **options):
    """The message of the UsageError that a call raises."""
    with pytest.raises(UsageError) as caught:
        call(*args, **options)
    assert caught.value.code == 2
    return str(caught.value)
