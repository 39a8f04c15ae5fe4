"""Fuzzing: every file loads or is refused with readable errors; a preset that is saved and loaded stays the same."""

import json
import math

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.common.params import Param
from phosphene.engine.effects import EFFECTS
from phosphene.engine.modulation.generators import ENVELOPE, EVENTS, LFO, SHAPES, WALK
from phosphene.engine.modulation.inputs import LISTENING_INPUTS
from phosphene.engine.modulation.matrix import WHENS
from phosphene.engine.modulation.row_schema import AMOUNT, ATTACK, RELEASE
from phosphene.engine.presets.load import load_preset


def number(param):
    whole = st.integers(math.ceil(param.low), math.floor(param.high)) if param.high - param.low >= 1 else st.nothing()
    return st.floats(param.low, param.high) | whole


def numbers(params):
    return {param.name: number(param) for param in params}


def mapping(params):
    return st.fixed_dictionaries({}, optional=numbers(params))


GENE = st.one_of(
    [
        st.fixed_dictionaries({"op": st.just(op)}, optional={"params": mapping(effect.PARAMS)})
        for op, effect in EFFECTS.items()
    ]
)
SOURCES = st.dictionaries(
    st.from_regex("[a-z][a-z0-9_]{0,31}", fullmatch=True),
    st.one_of(
        st.fixed_dictionaries({"kind": st.just("lfo")}, optional={"shape": st.sampled_from(SHAPES), **numbers(LFO)}),
        st.fixed_dictionaries({"kind": st.just("walk")}, optional=numbers(WALK)),
        st.fixed_dictionaries(
            {"kind": st.just("envelope")}, optional={"on": st.sampled_from(EVENTS), **numbers(ENVELOPE)}
        ),
    ),
    max_size=4,
)
ROW = st.fixed_dictionaries(
    {
        "from": st.sampled_from([f"listening.{name}" for name in LISTENING_INPUTS] + ["clock.day", "listening.mel.63"]),
        "to": st.sampled_from(["visuals.scope.hue", "visuals.flash.fade"]),
    },
    optional={
        "range": st.lists(st.floats(0.1, 0.9), min_size=2, max_size=2),
        "curve": st.sampled_from(["linear", "s", "steps"]),
        "steps": st.integers(2, 64),
        "when": st.sampled_from(WHENS),
        "optional": st.booleans(),
        **numbers((ATTACK, RELEASE, AMOUNT)),
    },
)
PRESET = st.fixed_dictionaries(
    {},
    optional={
        "about": st.text(st.characters(exclude_categories=["Cs"])),
        "seed": st.integers(0, 2**63 - 1),
        "genome": st.lists(GENE, max_size=16),
        "sources": SOURCES,
        "matrix": st.lists(ROW, max_size=5),
        "synth": mapping([Param(name, 0.0, low=field.metadata[0].ge, high=field.metadata[1].le) for name, field in
                          type(load_preset()[0].synth).model_fields.items()]),
    },
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(PRESET)
@example({"about": "\x85"})
@example({"about": "\x7f\x85\u2028\ufeff 1e5\n\t\U0001f3b9"})
def test_saved_preset_loads_unchanged(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "round.yaml"

    def through(text):
        file.write_bytes(text.encode())
        return load_preset(file)[0]

    preset = through(yaml.safe_dump(content))
    assert through(preset.to_yaml()) == through(json.dumps(preset.to_dict()).replace("\x7f", "\\u007f")) == preset
    assert through(yaml.safe_dump(preset.to_dict())).to_yaml() == preset.to_yaml()


PIECES = st.sampled_from(
    [b"\n", b"  ", b"\t", b": ", b"- ", b"[", b"]", b"{", b"}", b",", b"'", b'"', b"|", b">", b"#", b"&a ", b"*a",
     b"!!int ", b"%", b"? ", b"---", b"\\", b"\0", b"\xff", b"\xc2\x85", b"-", b"1e9", b".nan", b"true", b"op", b"gain",
     b"@", b"\r"]
) | st.binary(max_size=4)  # fmt: skip
VALID = b"about: |\n  two\n  lines\nseed: 3\ngenome:\n- op: volume\n  params: {gain: 3.0}\nsynth: {tempo: 9}\n"
CHANGE = st.tuples(st.integers(0, len(VALID)), st.integers(0, 6), PIECES)
OVERRIDE = st.lists(
    st.sampled_from("genome seed synth params op gain 0 1 2 . . = = [ ] { } : 3 true \ud800 \n".split(" "))
)


@settings(max_examples=300, deadline=None)
@given(st.lists(CHANGE, max_size=6), st.lists(OVERRIDE, max_size=3))
def test_mutated_preset_loads_or_is_refused(tmp_path_factory, changes, words):
    raw = VALID
    for at, gone, piece in changes:
        raw = raw[:at] + piece + raw[at + gone :]
    load_or_refuse(tmp_path_factory.getbasetemp() / "mutated.yaml", raw, ["".join(word) for word in words])


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.lists(PIECES, max_size=30).map(b"".join))
def test_noise_loads_or_is_refused(tmp_path_factory, raw):
    load_or_refuse(tmp_path_factory.getbasetemp() / "noise.yaml", raw)


def load_or_refuse(file, raw, sets=()):
    """Loading raises only errors for users, each line with its location; what was corrected is valid."""
    file.write_bytes(raw)
    try:
        load_preset(file, sets)
    except PhospheneError as error:
        assert all(line.startswith((str(file), "--set ")) and line.isprintable() for line in str(error).split("\n"))
    try:
        preset, _ = load_preset(file, sets, permissive=True)
    except PhospheneError:
        return
    file.write_bytes(preset.to_yaml().encode())
    assert load_preset(file) == (preset, [])
