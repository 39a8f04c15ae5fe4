"""A take, bounced, is what was heard: to the sample, through parameters, genomes, returns and a crash."""

import hashlib
import json

import numpy as np
import pytest

from phosphene.engine.audio import core as sound
from phosphene.engine.audio import meters
from phosphene.engine.audio.clocks import FILLER
from phosphene.engine.audio.core import CHANNELS, make_core
from phosphene.engine.effects.chain import plan as chain
from phosphene.engine.native import make_descriptor
from phosphene.engine.offline.bounce import BounceInput, bounce
from phosphene.engine.presets.load import load_preset, restore_preset
from phosphene.engine.rings import allocate, board, board_layout, ring
from phosphene.engine.rings.board import put
from phosphene.engine.rings.mailbox import post
from phosphene.engine.takes.file import (
    SOUND_AND_RETURN,
    CHANGES,
    GENOME,
    RECORD_HEADER,
    MAGIC,
    SOUND,
    Begin,
    Change,
    Swap,
    TakeReader,
    TakeWriter,
)
from tests.support.commands import run_command
from tests.support.sound_files import read_sound

RATE = 44_100
USUAL = [("dc_blocker", {"corner": 20.0}), ("volume", {"gain": -3.0})]
LOUDER = [("volume", {"gain": 2.0}), ("dc_blocker", {"corner": 8.0}), ("volume", {"gain": 1.0})]
QUIETER = [("volume", {"gain": -12.0})]
PRESET = load_preset()[0].to_dict()


def values(genome, serial):
    """A board with nothing on it but the parameters of a genome."""
    return np.nan_to_num(chain.build(genome, serial, RATE, CHANNELS).values).tolist()


def pairs(frames, *, back=False):
    """What came in, and what came back from the worker."""
    x = np.random.default_rng(frames).normal(0, 0.2, (frames, 4)).astype(np.float32)
    if not back:
        x[:, CHANNELS:] = 0
    return x


def swap(sample, serial, genome):
    """Another genome, its parameters put on the board before."""
    moved = chain.build(genome, serial, RATE, CHANNELS).values
    slots = np.flatnonzero(~np.isnan(moved))
    return [np.column_stack([np.full(len(slots), sample), slots, moved[slots]]), Swap(sample, serial, genome)]


STORY = [  # records in the order in which a session writes them; an array of three columns is changes
    Begin(0, 1, USUAL, values(USUAL, 1)),
    pairs(4_097),
    np.array(
        [
            [4_097, board_layout.gene_slot(1, 1, 0), -20.0],
            [4_501, board_layout.gene_slot(1, 0, 0), 30.0],
            [9_000, board_layout.gene_slot(1, 1, 0), 3.0],
        ]
    ),
    pairs(8_191, back=True),
    *swap(12_288, 2, LOUDER),
    pairs(1),
    pairs(6_001, back=True),
    *swap(18_290, 3, QUIETER),
    np.array([[20_001, board_layout.gene_slot(3, 0, 0), -6.0]]),
    pairs(12_345),
    Begin(30_700, 4, LOUDER, values(LOUDER, 4)),  # a crash; 65 frames before it are lost
    pairs(7_777),
    np.array([[38_477, board_layout.gene_slot(4, 0, 0), -1.0]]),
    pairs(9_999, back=True),
]


def tape(path, story=STORY, preset=PRESET):
    writer = TakeWriter(path, RATE, preset)
    for record in story:
        if isinstance(record, Begin):
            writer.begin(record)
        elif isinstance(record, Swap):
            writer.swap(record)
        elif record.shape[1] == 3:
            writer.changes(record)
        else:
            writer.sound(record)
    writer.close()
    return path


def reference(story, size):
    """What was heard, told in the plainest way: one core, blocks of a size, cut where something happens."""
    acts, sounds, at = [], [], 0
    for record in story:
        if isinstance(record, np.ndarray) and record.shape[1] == 4:
            sounds.append(record)
            at += len(record)
        elif isinstance(record, np.ndarray):
            acts += [Change(int(sample), int(slot), value) for sample, slot, value in record]
        else:
            acts.append(record)
            if record.sample > at:  # what was lost was silence
                sounds.append(np.zeros((record.sample - at, 4), np.float32))
                at = record.sample
    x, out, at = np.concatenate(sounds), [], 0
    play, kept = FILLER(sound.play.address), []
    params, gauges = allocate(board.layout(board_layout.GENOME_SLOTS)), allocate(meters.layout())
    core = make_core(RATE, params, gauges)
    words = make_descriptor(core)
    while at < len(x):
        while acts and acts[0].sample == at:
            act = acts.pop(0)
            if isinstance(act, Change):
                put(params, act.slot, act.value)
                continue
            if isinstance(act, Begin):
                for slot, value in enumerate(act.values):
                    put(params, slot, value)
                core = make_core(RATE, params, gauges)
                kept.append((core, words := make_descriptor(core)))
            kept.append(plan := chain.build(act.genome, act.serial, RATE, CHANNELS))
            post(core.plans, plan.words)
        end = min(at + size, len(x), *(act.sample for act in acts[:1]))
        block = np.ascontiguousarray(x[at:end, :CHANNELS])
        ring.push(core.returns, np.ascontiguousarray(x[at:end, CHANNELS:]))
        play(words.ctypes.data, block.ctypes.data, len(block))
        out.append(block)
        at = end
    return np.concatenate(out)


def bounced(path, out, **options):
    """What a bounce of a take comes to, and its record."""
    reader = TakeReader(path)
    material = BounceInput(reader, "take", restore_preset(reader.preset, path), path)
    record, _ = bounce(material, [out], depth="float", overwrite=True, **options)
    return read_sound(out)[0], record


@pytest.fixture(scope="module")
def heard():
    return reference(STORY, 64)


@pytest.mark.parametrize("size", [63, 256, 1024])
def test_the_reference_does_not_depend_on_its_blocks(size, heard):
    np.testing.assert_array_equal(reference(STORY, size), heard)


def test_a_take_is_what_was_heard(heard, tmp_path, capsys):
    path = tape(tmp_path / "set.take")
    code, _, errors = run_command(capsys, "bounce", "--take", path, "-o", tmp_path / "x.wav", "--depth", "float")
    assert (code, errors) == (0, [])
    x, rate = read_sound(tmp_path / "x.wav")
    assert rate == RATE
    np.testing.assert_array_equal(x, heard)
    record = json.loads((tmp_path / "run.json").read_text())
    assert (record["source"], record["frames"], record["preset"]) == ("take", len(heard), PRESET)
    assert record["input_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert run_command(capsys, "check", tmp_path / "run.json")[0] == 0
    _, alone = bounced(path, tmp_path / "x.wav", threads=False)
    assert alone.samples_sha256 == record["samples_sha256"]


@pytest.mark.parametrize("which", range(len(STORY)))
def test_every_record_of_the_take_is_heard(which, heard):
    """Or that it is in the take would prove nothing."""
    if which == 0 or isinstance(STORY[which], Begin):
        return
    other = reference(STORY[:which] + STORY[which + 1 :], 256)
    assert len(other) != len(heard) or np.abs(other - heard).max() > 1e-3


def test_a_take_cut_short_anywhere_is_a_shorter_take(heard, tmp_path):
    raw = tape(tmp_path / "set.take").read_bytes()
    first = len(MAGIC) + RECORD_HEADER.size
    first += RECORD_HEADER.unpack(raw[len(MAGIC) : first])[1]
    lengths = []
    for size in np.linspace(first + 7_000, len(raw) - 1, 12).astype(int):
        (tmp_path / "cut.take").write_bytes(raw[:size])
        if TakeReader(tmp_path / "cut.take").frames():
            x, _ = bounced(tmp_path / "cut.take", tmp_path / "x.wav", threads=False)
            np.testing.assert_array_equal(x, heard[: len(x)])
            lengths.append(len(x))
    assert lengths == sorted(lengths) and len(set(lengths)) > 4


@pytest.mark.parametrize("cut", [1, RECORD_HEADER.size + 1, 50_000])
def test_who_writes_on_behind_a_crash_loses_nothing(cut, heard, tmp_path):
    """The record that the crash cut short is the last of the first life: all of the second one is there."""
    path = tmp_path / "set.take"
    lives = next(n for n, record in enumerate(STORY[1:], 1) if isinstance(record, Begin))
    tape(path, STORY[:lives])
    with open(path, "ab") as file:
        file.write((RECORD_HEADER.pack(SOUND, 1 << 17) + bytes(1 << 17))[:cut])
    tape(path, STORY[lives:])
    np.testing.assert_array_equal(bounced(path, tmp_path / "x.wav")[0], heard)


def record(kind, payload):
    return RECORD_HEADER.pack(kind, len(payload)) + payload


def told(**changed):
    return json.dumps({"rate": RATE, "preset": PRESET, **changed}).encode()


GOOD = MAGIC + record(b"head", told()) + record(b"begn", json.dumps(STORY[0]._asdict()).encode())
HEARD = record(SOUND, bytes(8 * 1000))
UNKNOWN = json.dumps({"sample": 0, "serial": 2, "genome": [["volum", {"gain": 0}]]}).encode()
DAMAGED = {  # what is in the file: the exit code, and what is told
    b"": (2, "is not a take"),
    bytes(range(256)) * 50: (2, "is not a take"),
    MAGIC[:9]: (2, "is not a take"),
    MAGIC: (2, "cut off before its first record"),
    MAGIC + record(b"head", told())[:-1]: (2, "cut off before its first record"),
    MAGIC + HEARD: (2, "cut off before its first record"),
    MAGIC + record(b"head", b"{"): (2, "first record is damaged"),
    MAGIC + record(b"head", b"[1]"): (2, "first record is damaged"),
    MAGIC + record(b"head", told(rate=0)) + HEARD: (2, "played at 0 Hz"),
    MAGIC + record(b"head", told(preset={**PRESET, "sede": 1})) + HEARD: (2, "its preset: no key 'sede'"),
    MAGIC + record(b"head", told(preset=7)) + HEARD: (2, "its preset"),
    MAGIC + record(b"head", told()) + HEARD: (1, "damaged"),  # no genome was told
    GOOD: (2, "holds no sound"),
    GOOD + RECORD_HEADER.pack(SOUND, 1 << 63) + bytes(100): (2, "holds no sound"),
    GOOD + HEARD + record(b"what", b"is it"): (1, "unknown record"),
    GOOD + record(CHANGES, bytes(25)) + HEARD: (1, "damaged"),
    GOOD + record(CHANGES, np.array([0.0, board_layout.GENOME_SLOTS, 1.0]).tobytes()) + HEARD: (1, "damaged"),
    GOOD + record(CHANGES, np.array([0.0, -5.0, 1.0]).tobytes()) + HEARD: (1, "damaged"),
    GOOD + record(CHANGES, np.array([np.nan, 0.0, 1.0]).tobytes()) + HEARD: (1, "damaged"),
    GOOD + record(GENOME, b"{}") + HEARD: (1, "damaged"),
    GOOD + record(GENOME, UNKNOWN) + HEARD: (2, "did you mean 'volume'?"),
    GOOD + HEARD + record(SOUND_AND_RETURN, bytes(17)): (1, "damaged"),
}


@pytest.mark.parametrize(
    ("raw", "code", "why"), [(raw, *rest) for raw, rest in DAMAGED.items()], ids=range(len(DAMAGED))
)
def test_what_is_no_take_is_refused_in_one_line(raw, code, why, tmp_path, capsys):
    path = tmp_path / "set.take"
    path.write_bytes(raw)
    found, _, errors = run_command(capsys, "bounce", "--take", path, "-o", tmp_path / "x.wav")
    assert found == code, errors
    (line,) = errors
    assert line.startswith(f"phosphene: {path}: ") and why in line
    assert [each.name for each in tmp_path.iterdir()] == ["set.take"]


@pytest.mark.parametrize(
    ("name", "why"), [("no.take", "cannot be read"), (".", "is a folder"), ("x" * 300, "cannot be read")]
)
def test_a_take_that_is_not_there(name, why, tmp_path, capsys):
    code, _, (line,) = run_command(capsys, "bounce", "--take", tmp_path / name, "-o", tmp_path / "x.wav")
    assert code == 2 and why in line
