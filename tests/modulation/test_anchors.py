"""Files of anchors: those that come along are made again the same; of others every fault is told, a line each."""

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
from tools.assets import anchors as tool
from tools.assets.anchors import hear, play, softmax, spread
from tools.bench.trajectories import PIECE


@pytest.fixture(scope="module")
def plain():
    """The arrays of a sound file."""
    with np.load(packaged_anchors()["baseline"]) as archive:
        return dict(archive)


@pytest.fixture
def refusal(plain, tmp_path, monkeypatch):
    """The lines that meet a file with some arrays changed, or left out where they are None."""
    monkeypatch.chdir(tmp_path)

    def told(meta=None, **changes):
        arrays = {**plain, **changes}
        if meta is not None:
            arrays["meta"] = np.array(json.dumps({**json.loads(str(plain["meta"])), **meta}))
        np.savez("x.npz", **{name: array for name, array in arrays.items() if array is not None})
        return refused("x.npz")

    return told


def refused(name):
    with pytest.raises(UsageError) as caught:
        load_anchors(name)
    assert caught.value.code == 2
    return str(caught.value).split("\n")


def test_those_that_come_along_are_sound_and_small():
    files = packaged_anchors()
    assert {*files} == {*tool.RECIPES} and sum(file.stat().st_size for file in files.values()) < 200_000
    for name in files:
        anchors = load_anchors(name)
        rows = anchors.anchors.reshape(len(anchors.anchors), -1).astype(float)
        np.testing.assert_allclose(rows @ rows.T / rows.shape[1], np.eye(len(rows)), atol=1e-6)
        np.testing.assert_allclose(rows.std(axis=1), 1, atol=1e-6)
        assert anchors.meta.about and anchors.meta.shell == 1.0


def test_the_tool_makes_them_again():
    records = tool.music()
    for name, file in packaged_anchors().items():
        with np.load(file) as archive:
            made = tool.make(name, records)
            assert json.loads(str(made.pop("meta"))) == json.loads(str(archive["meta"]))
            for array, found in made.items():
                np.testing.assert_allclose(found, archive[array], atol=1e-3, err_msg=f"{name}: run tools/anchors.py")


def test_what_leads_to_them_is_learnt():
    """Over music that it was not learnt from; the control leads anywhere."""
    records, anchors = hear(play(*PIECE, seconds=20)), load_anchors("baseline")
    projection, weights = make_projection(anchors), np.zeros((len(records), len(anchors.bias)))
    for record, row in zip(records, weights):
        project(projection, record, record[AT.level_fast], row)
    anywhere = np.random.default_rng(1).normal(0, 0.5, (anchors.matrix.shape[1], weights.shape[1]))
    features = (read_features(anchors.meta.features, records) - anchors.feature_mean) / anchors.feature_std
    control = softmax(features @ anywhere)
    assert spread(weights.mean(axis=0)) > 8 and spread(weights).mean() < 3.5 < 4.5 < spread(control).mean()


def test_louder_is_more_decided():
    anchors = load_anchors("baseline")
    deaf = anchors._replace(matrix=anchors.matrix * (np.array(anchors.meta.features) != "level_fast"))
    projection, weights, spreads = make_projection(deaf), np.zeros(10), []
    record = hear(play(*PIECE, seconds=8))[-1]
    for loudness in (0.0, 0.5, 1.0):
        project(projection, record, loudness, weights)
        spreads.append(spread(weights))
    assert spreads[0] > 1.1 * spreads[1] > 1.2 * spreads[2] and weights.sum() == pytest.approx(1)


def test_features_are_what_the_projection_hears():
    """Read by NumPy over all records, and by the kernel record by record: the same."""
    records, anchors = hear(play(*PIECE, seconds=3)), load_anchors("surge")
    z = (read_features(anchors.meta.features, records) - anchors.feature_mean) / anchors.feature_std
    told, weights = softmax(np.clip(z, -4, 4) @ anchors.matrix.T + anchors.bias), np.zeros(10)
    for record, expected in zip(records, told):
        project(make_projection(anchors), record, 0.5, weights)
        np.testing.assert_allclose(weights, expected, atol=1e-12)


def test_a_name_that_is_none():
    assert refused("pulze") == [
        "presets/anchors: no anchors 'pulze' (has baseline, drift, fracture, lumen, nocturne, pulse, surge); "
        "did you mean 'pulse'?"
    ]
    assert refused("no/such.npz") == ["no/such.npz: No such file or directory"]


@pytest.mark.parametrize("content", [b"", b"latents", b"PK\x03\x04 and no more", b"\x93NUMPY\x01\x00"])
def test_what_is_no_archive(content, tmp_path):
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    (line,) = refused(str(path))
    assert line.startswith(f"{path}: not plain arrays as numpy.savez keeps them: ")


def test_pickles_are_not_opened(refusal):
    (line,) = refusal(bias=np.array([{}] * 10, object))
    assert line.startswith("x.npz: not plain arrays as numpy.savez keeps them: Object arrays cannot be loaded")


def test_a_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "x.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("anchors.npy", bytes(1 << 27))
    assert refused(str(path)) == [f"{path}: 128 MiB of arrays, 64 MiB is the most"]


def test_what_is_missing_and_what_is_too_much(refusal):
    assert refusal(bias=None, biass=np.zeros(10), meta=None) == [
        "x.npz: no array 'bias'",
        "x.npz: no array 'biass' (has anchors, bias, feature_mean, feature_std, matrix, meta); did you mean 'bias'?",
    ]


def test_every_fault_of_meta_at_once(refusal):
    wrong = {"schema_version": 2, "shell": 0.0, "colour": "red", "features": ["onset", 3]}
    lines = refusal(meta={**wrong, "character": {"wander": 1.5}})
    assert lines == [
        "x.npz: meta: schema_version: found 2, needs 1 or less",
        "x.npz: meta: shell: found 0.0, needs 0.001 or more",
        "x.npz: meta: features.1: found 3, needs text",
        "x.npz: meta: character.wander: 1.5 is outside 0 to 1",
        "x.npz: meta: no key 'colour' (has about, analyser, character, features, schema_version, seed, shell)",
    ]


@pytest.mark.parametrize(
    ("meta", "told"),
    [
        (np.ones(2), "found a list, needs a mapping"),
        (np.array("{"), "cannot be read: "),
        (np.array("seed: -1\x1b"), "cannot be read: "),
    ],
)
def test_meta_that_is_no_mapping(plain, tmp_path, meta, told):
    path = tmp_path / "x.npz"
    np.savez(path, **{**plain, "meta": meta})
    (line,) = refused(str(path))
    assert line.startswith(f"{path}: meta: {told}")


def test_a_feature_that_nobody_hears(refusal):
    names = [*load_anchors("baseline").meta.features[:-1], "mfcc.13"]
    (line,) = refusal(meta={"features": names})
    assert line.startswith("x.npz: meta: features.11: no feature 'mfcc.13' (has bass_fast, ")
    assert line.endswith("did you mean 'mfcc.3'?")


def test_frames_of_another_version(refusal):
    (line,) = refusal(meta={"analyser": VERSION + 1})
    assert line.endswith("the version of the frames there are; make it anew with tools/anchors.py")


def test_every_wrong_shape_at_once(refusal):
    lines = refusal(matrix=np.zeros((9, 12)), bias=np.zeros(10, int), feature_std=np.ones((12, 1)), meta={"shell": 2e3})
    assert lines == [
        "x.npz: meta: shell: found 2000.0, needs 1000.0 or less",
        "x.npz: matrix: found the shape (9, 12), needs (10, 12) for anchors, features",
        "x.npz: bias: found numbers of type int64, needs floats",
        "x.npz: feature_std: found the shape (12, 1), needs (12,) for features",
    ]


def test_every_wrong_value_at_once(refusal, plain):
    lines = refusal(
        bias=np.full(10, np.nan), feature_std=np.zeros(12), anchors=np.repeat(plain["anchors"][:5], 2, axis=0)
    )
    assert lines == [
        "x.npz: bias: holds what is no finite number",
        "x.npz: feature_std: needs to be more than 0 throughout",
        "x.npz: anchors: a blend of them may keep only 0 of its power, needs 0.01; "
        "leave out those that are near mixtures of others",
    ]
    assert refusal(anchors=np.eye(10)) == [
        "x.npz: anchors: latents of 10 numbers are too few for 10 anchors and the wander's 6 fields"
    ]
    one = {"anchors": plain["anchors"][:1], "matrix": plain["matrix"][:1], "bias": plain["bias"][:1]}
    assert refusal(**one) == ["x.npz: anchors: found 1, needs 2 to 64"]


def spec_of(text):
    return validate(TrajectorySpec, parse_document(text, lambda line: Location(line, f"x.yaml:{line}")))[0]


def test_a_presets_section():
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
