"""Anchor files: the packaged ones can be made again; all faults of other files are reported, a line each."""

import json
import zipfile

import numpy as np
import pytest

from phosphene.engine.common.errors import UsageError
from phosphene.engine.documents.document import Location
from phosphene.engine.documents.load import parse_document
from phosphene.engine.documents.validation import validate
from phosphene.engine.listening.frame import AT, VERSION
from phosphene.engine.modulation.trajectory.anchors import PARAMS, load_anchors, packaged_anchors
from phosphene.engine.modulation.trajectory.projection import FEATURES, make_projection, project, read_features
from phosphene.engine.modulation.trajectory.trajectory import TrajectorySpec
from tools.assets import anchors as anchors_tool
from tools.assets.anchors import play, records_of, softmax, spread
from tools.bench.trajectories import PIECE


@pytest.fixture(scope="module")
def valid_arrays():
    """The arrays of a valid file."""
    with np.load(packaged_anchors()["baseline"]) as archive:
        return dict(archive)


@pytest.fixture
def lines_for(valid_arrays, tmp_path, monkeypatch):
    """The error lines of a file with some arrays changed, or left out if None."""
    monkeypatch.chdir(tmp_path)

    def lines(meta=None, **changes):
        arrays = {**valid_arrays, **changes}
        if meta is not None:
            arrays["meta"] = np.array(json.dumps({**json.loads(str(valid_arrays["meta"])), **meta}))
        np.savez("x.npz", **{name: array for name, array in arrays.items() if array is not None})
        return error_lines("x.npz")

    return lines


def error_lines(name):
    with pytest.raises(UsageError) as caught:
        load_anchors(name)
    assert caught.value.code == 2
    return str(caught.value).split("\n")


def test_packaged_anchors_are_valid_and_small():
    files = packaged_anchors()
    assert {*files} == {*anchors_tool.RECIPES} and sum(file.stat().st_size for file in files.values()) < 200_000
    for name in files:
        anchors = load_anchors(name)
        rows = anchors.anchors.reshape(len(anchors.anchors), -1).astype(float)
        np.testing.assert_allclose(rows @ rows.T / rows.shape[1], np.eye(len(rows)), atol=1e-6)
        np.testing.assert_allclose(rows.std(axis=1), 1, atol=1e-6)
        assert anchors.meta.about and anchors.meta.shell == 1.0


def test_tool_makes_the_packaged_anchors():
    records = anchors_tool.music()
    for name, file in packaged_anchors().items():
        with np.load(file) as archive:
            made = anchors_tool.make(name, records)
            assert json.loads(str(made.pop("meta"))) == json.loads(str(archive["meta"]))
            for array, found in made.items():
                np.testing.assert_allclose(
                    found, archive[array], atol=1e-3, err_msg=f"{name}: run tools/assets/anchors.py"
                )


def test_projection_separates_anchors_on_new_music():
    """On music that it was not fitted to; the control is a random projection."""
    records, anchors = records_of(play(*PIECE, seconds=20)), load_anchors("baseline")
    projection, weights = make_projection(anchors), np.zeros((len(records), len(anchors.bias)))
    for record, row in zip(records, weights):
        project(projection, record, record[AT.level_fast], row)
    random_matrix = np.random.default_rng(1).normal(0, 0.5, (anchors.matrix.shape[1], weights.shape[1]))
    features = (read_features(anchors.meta.features, records) - anchors.feature_mean) / anchors.feature_std
    control = softmax(features @ random_matrix)
    assert spread(weights.mean(axis=0)) > 8 and spread(weights).mean() < 3.5 < 4.5 < spread(control).mean()


def test_louder_has_more_contrast():
    anchors = load_anchors("baseline")
    without_level = anchors._replace(matrix=anchors.matrix * (np.array(anchors.meta.features) != "level_fast"))
    projection, weights, spreads = make_projection(without_level), np.zeros(10), []
    record = records_of(play(*PIECE, seconds=8))[-1]
    for loudness in (0.0, 0.5, 1.0):
        project(projection, record, loudness, weights)
        spreads.append(spread(weights))
    assert spreads[0] > 1.1 * spreads[1] > 1.2 * spreads[2] and weights.sum() == pytest.approx(1)


def test_projection_matches_numpy():
    """NumPy over all records gives the same as the kernel, record by record."""
    records, anchors = records_of(play(*PIECE, seconds=3)), load_anchors("surge")
    z = (read_features(anchors.meta.features, records) - anchors.feature_mean) / anchors.feature_std
    expected, weights = softmax(np.clip(z, -4, 4) @ anchors.matrix.T + anchors.bias), np.zeros(10)
    for record, row in zip(records, expected):
        project(make_projection(anchors), record, 0.5, weights)
        np.testing.assert_allclose(weights, row, atol=1e-12)


def test_unknown_name():
    assert error_lines("pulze") == [
        "presets/anchors: no anchors 'pulze' (has baseline, drift, fracture, lumen, nocturne, pulse, surge); "
        "did you mean 'pulse'?"
    ]
    assert error_lines("no/such.npz") == ["no/such.npz: No such file or directory"]


@pytest.mark.parametrize("content", [b"", b"latents", b"PK\x03\x04 and no more", b"\x93NUMPY\x01\x00"])
def test_file_that_is_not_an_archive(content, tmp_path):
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    (line,) = error_lines(str(path))
    assert line.startswith(f"{path}: not a file of arrays, as numpy.savez writes: ")


def test_pickles_are_not_loaded(lines_for):
    (line,) = lines_for(bias=np.array([{}] * 10, object))
    assert line.startswith("x.npz: not a file of arrays, as numpy.savez writes: Object arrays cannot be loaded")


def test_zip_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "x.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("anchors.npy", bytes(1 << 27))
    assert error_lines(str(path)) == [f"{path}: 128 MiB of arrays, 64 MiB is the most"]


def test_missing_and_unknown_arrays(lines_for):
    assert lines_for(bias=None, biass=np.zeros(10), meta=None) == [
        "x.npz: no array 'bias'",
        "x.npz: no array 'biass' (has anchors, bias, feature_mean, feature_std, matrix, meta); did you mean 'bias'?",
    ]


def test_all_faults_of_meta_are_reported(lines_for):
    faults = {"schema_version": 2, "shell": 0.0, "colour": "red", "features": ["onset", 3]}
    lines = lines_for(meta={**faults, "character": {"wander": 1.5}})
    assert lines == [
        "x.npz: meta: schema_version: found 2, needs 1 or less",
        "x.npz: meta: shell: found 0.0, needs 0.001 or more",
        "x.npz: meta: features.1: found 3, needs text",
        "x.npz: meta: character.wander: 1.5 is outside 0 to 1",
        "x.npz: meta: no key 'colour' (has about, analyser, character, features, schema_version, seed, shell)",
    ]


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        (np.ones(2), "found a list, needs a mapping"),
        (np.array("{"), "cannot be read: "),
        (np.array("seed: -1\x1b"), "cannot be read: "),
    ],
)
def test_meta_that_is_not_a_mapping(valid_arrays, tmp_path, meta, expected):
    path = tmp_path / "x.npz"
    np.savez(path, **{**valid_arrays, "meta": meta})
    (line,) = error_lines(str(path))
    assert line.startswith(f"{path}: meta: {expected}")


def test_unknown_feature(lines_for):
    names = [*load_anchors("baseline").meta.features[:-1], "mfcc.13"]
    (line,) = lines_for(meta={"features": names})
    assert line.startswith("x.npz: meta: features.11: no feature 'mfcc.13' (has bass_fast, ")
    assert line.endswith("did you mean 'mfcc.3'?")


def test_frames_of_another_version(lines_for):
    (line,) = lines_for(meta={"analyser": VERSION + 1})
    assert line.endswith("the version of this analyser; make the file again with tools/assets/anchors.py")


def test_all_wrong_shapes_are_reported(lines_for):
    lines = lines_for(
        matrix=np.zeros((9, 12)), bias=np.zeros(10, int), feature_std=np.ones((12, 1)), meta={"shell": 2e3}
    )
    assert lines == [
        "x.npz: meta: shell: found 2000.0, needs 1000.0 or less",
        "x.npz: matrix: found the shape (9, 12), needs (10, 12) for anchors, features",
        "x.npz: bias: found type int64, needs floats",
        "x.npz: feature_std: found the shape (12, 1), needs (12,) for features",
    ]


def test_all_wrong_values_are_reported(lines_for, valid_arrays):
    lines = lines_for(
        bias=np.full(10, np.nan), feature_std=np.zeros(12), anchors=np.repeat(valid_arrays["anchors"][:5], 2, axis=0)
    )
    assert lines == [
        "x.npz: bias: contains values that are not finite",
        "x.npz: feature_std: needs values above 0",
        "x.npz: anchors: a blend may keep only 0 of its power, needs 0.01; "
        "remove anchors that are close to mixtures of others",
    ]
    assert lines_for(anchors=np.eye(10)) == [
        "x.npz: anchors: latents of 10 numbers are too small for 10 anchors and the wander's 6 fields"
    ]
    single = {name: valid_arrays[name][:1] for name in ("anchors", "matrix", "bias")}
    assert lines_for(**single) == ["x.npz: anchors: found 1, needs 2 to 64"]


def spec_of(text):
    return validate(TrajectorySpec, parse_document(text, lambda line: Location(line, f"x.yaml:{line}")))[0]


def test_section_of_a_preset():
    spec = spec_of("{anchors: drift, smoothing: 0.5}")
    assert (spec.anchors, spec.smoothing, spec.wander, spec.beats) == ("drift", 0.5, None, None)
    with pytest.raises(UsageError) as caught:
        spec_of("smoothing: 11\nwander: much\nwonder: 1\nanchors: 3")
    assert str(caught.value).split("\n") == [
        "x.yaml:1: smoothing: 11 is outside 0.005 to 10 s",
        "x.yaml:2: wander: found text 'much', needs a number",
        "x.yaml:3: no parameter 'wonder' (has anchors, beats, smoothing, wander); did you mean 'wander'?",
        "x.yaml:4: anchors: found 3, needs text",
    ]
    assert {*TrajectorySpec.model_fields} == {"anchors", *(param.name for param in PARAMS)} and "mfcc.0" in FEATURES
