"""Run records: they load back unchanged, and a record without its essentials is refused."""

import json

from phosphene.engine.presets.run_record import RunRecord, load_record
from tests.support.small_engine import RECORD, SCHEMAS, refusal


def test_record_loads_back_unchanged(small_engine, write_file):
    record = RunRecord(**RECORD | {"preset": {"about": "\x7f\U0001f3b9"}})
    loaded, _ = load_record(write_file(record.to_json(), "run.json"))
    assert loaded.preset == SCHEMAS.preset.model_validate({"about": "\x7f\U0001f3b9"})
    assert load_record(write_file(loaded.to_json(), "run.json"))[0] == loaded
    assert [*json.loads(record.to_json())] == sorted(RECORD)


def test_incomplete_record_cannot_be_corrected(small_engine, write_file):
    wrong = RECORD | {"samples_sha256": "abc", "source": "synt", "frames": "48e3", "rate": 0, "versions": {"numpy": 2}}
    del wrong["format"]
    wrong["preset"] = {"genome": [{"op": "volume", "params": {"gain": 25}}]}
    lines = refusal(load_record, write_file(json.dumps(wrong, indent=1), "run.json")).split("\n")
    assert [line.split(":", 2)[2].strip() for line in lines] == [
        "format: missing",
        "preset.genome.0.params.gain: 25 is outside -60 to 24 dB",
        "versions.numpy: found 2, needs text",
        "no source 'synt' (has file, mic, silence, synth, take); did you mean 'synth'?",
        "samples_sha256: found text 'abc', needs 64 hexadecimal digits",
        "frames: found text '48e3', needs a whole number",
        "rate: found 0, needs 1 or more",
    ]
    lines = refusal(load_record, "run.json", permissive=True)
    assert [line.split(": ")[1] for line in lines.split("\n")] == [
        "format",
        "no source 'synt' (has file, mic, silence, synth, take); did you mean 'synth'?",
        "samples_sha256",
    ]
