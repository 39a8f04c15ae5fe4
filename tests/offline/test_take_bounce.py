"""A bounced take is what was heard live, to the sample: parameters, genomes, returns and a crash included."""

import hashlib
import json

import numpy as np
import pytest

from phosphene.engine.audio import core as sound
from phosphene.engine.audio import meters
from phosphene.engine.audio.clocks import FILL_FUNCTION
from phosphene.engine.audio.core import CHANNELS, make_core
from phosphene.engine.effects.chain import plan as chain
from phosphene.engine.native import make_descriptor
from phosphene.engine.offline.bounce import BounceInput, bounce
from phosphene.engine.presets.load import load_preset, restore_preset
from phosphene.engine.rings import allocate, board, board_layout, ring
from phosphene.engine.rings.board import put
from phosphene.engine.rings.mailbox import post
from phosphene.engine.takes.file import (
    CHANGES,
    GENOME,
    MAGIC,
    RECORD_HEADER,
    SOUND,
    SOUND_AND_RETURN,
    Begin,
    Change,
    Swap,
    TakeReader,
    TakeWriter,
)
from tests.support.commands import run_command
from tests.support.sound_files import read_sound

RATE = 44_100
NORMAL = [("dc_blocker", {"corner": 20.0}), ("volume", {"gain": -3.0})]
LOUDER = [("volume", {"gain": 2.0}), ("dc_blocker", {"corner": 8.0}), ("volume", {"gain": 1.0})]
QUIETER = [("volume", {"gain": -12.0})]
PRESET = load_preset()[0].to_dict()


def values(genome, serial):
    """The values of a board that holds only the parameters of a genome."""
    return np.nan_to_num(chain.build(genome, serial, RATE, CHANNELS).values).tolist()


def input_and_return(frames, *, back=False):
    """Four columns of noise: the input, and the return of the worker (silent without `back`)."""
    x = np.random.default_rng(frames).normal(0, 0.2, (frames, 4)).astype(np.float32)
    if not back:
        x[:, CHANNELS:] = 0
    return x


def swap(sample, serial, genome):
    """The records of a change of genome: its parameters, then the swap."""
    params = chain.build(genome, serial, RATE, CHANNELS).values
    slots = np.flatnonzero(~np.isnan(params))
    return [np.column_stack([np.full(len(slots), sample), slots, params[slots]]), Swap(sample, serial, genome)]


RECORDS = [  # in the order in which a session writes them; an array of three columns holds parameter changes
    Begin(0, 1, NORMAL, values(NORMAL, 1)),
    input_and_return(4_097),
    np.array(
        [
            [4_097, board_layout.gene_slot(1, 1, 0), -20.0],
            [4_501, board_layout.gene_slot(1, 0, 0), 30.0],
            [9_000, board_layout.gene_slot(1, 1, 0), 3.0],
        ]
    ),
    input_and_return(8_191, back=True),
    *swap(12_288, 2, LOUDER),
    input_and_return(1),
    input_and_return(6_001, back=True),
    *swap(18_290, 3, QUIETER),
    np.array([[20_001, board_layout.gene_slot(3, 0, 0), -6.0]]),
    input_and_return(12_345),
    Begin(30_700, 4, LOUDER, values(LOUDER, 4)),  # a crash; 65 frames before it are lost
    input_and_return(7_777),
    np.array([[38_477, board_layout.gene_slot(4, 0, 0), -1.0]]),
    input_and_return(9_999, back=True),
]


def write_take(path, records=RECORDS, preset=PRESET):
    writer = TakeWriter(path, RATE, preset)
    for record in records:
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


def reference(records, size):
    """What is heard, computed in the simplest way: one core, blocks of a size, split at every event."""
    events, sounds, at = [], [], 0
    for record in records:
        if isinstance(record, np.ndarray) and record.shape[1] == 4:
            sounds.append(record)
            at += len(record)
        elif isinstance(record, np.ndarray):
            events += [Change(int(sample), int(slot), value) for sample, slot, value in record]
        else:
            events.append(record)
            if record.sample > at:  # lost sound is silence
                sounds.append(np.zeros((record.sample - at, 4), np.float32))
                at = record.sample
    x, out, at = np.concatenate(sounds), [], 0
    play, kept = FILL_FUNCTION(sound.play.address), []
    params, meter_board = allocate(board.layout(board_layout.GENOME_SLOTS)), allocate(meters.layout())
    core = make_core(RATE, params, meter_board)
    words = make_descriptor(core)
    while at < len(x):
        while events and events[0].sample == at:
            event = events.pop(0)
            if isinstance(event, Change):
                put(params, event.slot, event.value)
                continue
            if isinstance(event, Begin):
                for slot, value in enumerate(event.values):
                    put(params, slot, value)
                core = make_core(RATE, params, meter_board)
                kept.append((core, words := make_descriptor(core)))
            kept.append(plan := chain.build(event.genome, event.serial, RATE, CHANNELS))
            post(core.plans, plan.words)
        end = min(at + size, len(x), *(event.sample for event in events[:1]))
        block = np.ascontiguousarray(x[at:end, :CHANNELS])
        ring.push(core.returns, np.ascontiguousarray(x[at:end, CHANNELS:]))
        play(words.ctypes.data, block.ctypes.data, len(block))
        out.append(block)
        at = end
    return np.concatenate(out)


def bounce_take(path, out, **options):
    """Bounce a take; returns its samples and its run record."""
    reader = TakeReader(path)
    source = BounceInput(reader, "take", restore_preset(reader.preset, path), path)
    record, _ = bounce(source, [out], depth="float", overwrite=True, **options)
    return read_sound(out)[0], record


@pytest.fixture(scope="module")
def expected():
    """What the records sound like."""
    return reference(RECORDS, 64)


@pytest.mark.parametrize("size", [63, 256, 1024])
def test_reference_does_not_depend_on_the_block_size(size, expected):
    np.testing.assert_array_equal(reference(RECORDS, size), expected)


def test_take_is_what_was_heard(expected, tmp_path, capsys):
    path = write_take(tmp_path / "set.take")
    code, _, errors = run_command(capsys, "bounce", "--take", path, "-o", tmp_path / "x.wav", "--depth", "float")
    assert (code, errors) == (0, [])
    x, rate = read_sound(tmp_path / "x.wav")
    assert rate == RATE
    np.testing.assert_array_equal(x, expected)
    record = json.loads((tmp_path / "run.json").read_text())
    assert (record["source"], record["frames"], record["preset"]) == ("take", len(expected), PRESET)
    assert record["input_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert run_command(capsys, "check", tmp_path / "run.json")[0] == 0
    _, alone = bounce_take(path, tmp_path / "x.wav", threads=False)
    assert alone.samples_sha256 == record["samples_sha256"]


@pytest.mark.parametrize("which", range(len(RECORDS)))
def test_every_record_changes_the_sound(which, expected):
    """Otherwise its presence in the take proves nothing."""
    if which == 0 or isinstance(RECORDS[which], Begin):
        return
    other = reference(RECORDS[:which] + RECORDS[which + 1 :], 256)
    assert len(other) != len(expected) or np.abs(other - expected).max() > 1e-3


def test_truncated_take_is_a_shorter_take(expected, tmp_path):
    raw = write_take(tmp_path / "set.take").read_bytes()
    first = len(MAGIC) + RECORD_HEADER.size
    first += RECORD_HEADER.unpack(raw[len(MAGIC) : first])[1]
    lengths = []
    for size in np.linspace(first + 7_000, len(raw) - 1, 12).astype(int):
        (tmp_path / "cut.take").write_bytes(raw[:size])
        if TakeReader(tmp_path / "cut.take").frames():
            x, _ = bounce_take(tmp_path / "cut.take", tmp_path / "x.wav", threads=False)
            np.testing.assert_array_equal(x, expected[: len(x)])
            lengths.append(len(x))
    assert lengths == sorted(lengths) and len(set(lengths)) > 4


@pytest.mark.parametrize("cut", [1, RECORD_HEADER.size + 1, 50_000])
def test_appending_after_a_crash_loses_nothing(cut, expected, tmp_path):
    """The record that the crash cut short is the last of the first process; all of the second one is there."""
    path = tmp_path / "set.take"
    restart = next(n for n, record in enumerate(RECORDS[1:], 1) if isinstance(record, Begin))
    write_take(path, RECORDS[:restart])
    with open(path, "ab") as file:
        file.write((RECORD_HEADER.pack(SOUND, 1 << 17) + bytes(1 << 17))[:cut])
    write_take(path, RECORDS[restart:])
    np.testing.assert_array_equal(bounce_take(path, tmp_path / "x.wav")[0], expected)


def pack(kind, payload):
    return RECORD_HEADER.pack(kind, len(payload)) + payload


def head(**changed):
    return json.dumps({"rate": RATE, "preset": PRESET, **changed}).encode()


GOOD = MAGIC + pack(b"head", head()) + pack(b"begn", json.dumps(RECORDS[0]._asdict()).encode())
AUDIO = pack(SOUND, bytes(8 * 1000))
UNKNOWN = json.dumps({"sample": 0, "serial": 2, "genome": [["volum", {"gain": 0}]]}).encode()
DAMAGED = {  # what is in the file: exit code, part of the message
    b"": (2, "is not a take"),
    bytes(range(256)) * 50: (2, "is not a take"),
    MAGIC[:9]: (2, "is not a take"),
    MAGIC: (2, "cut off before its first record"),
    MAGIC + pack(b"head", head())[:-1]: (2, "cut off before its first record"),
    MAGIC + AUDIO: (2, "cut off before its first record"),
    MAGIC + pack(b"head", b"{"): (2, "first record is damaged"),
    MAGIC + pack(b"head", b"[1]"): (2, "first record is damaged"),
    MAGIC + pack(b"head", head(rate=0)) + AUDIO: (2, "played at 0 Hz"),
    MAGIC + pack(b"head", head(preset={**PRESET, "sede": 1})) + AUDIO: (2, "its preset: no key 'sede'"),
    MAGIC + pack(b"head", head(preset=7)) + AUDIO: (2, "its preset"),
    MAGIC + pack(b"head", head()) + AUDIO: (1, "damaged"),  # no genome before the sound
    GOOD: (2, "holds no sound"),
    GOOD + RECORD_HEADER.pack(SOUND, 1 << 63) + bytes(100): (2, "holds no sound"),
    GOOD + AUDIO + pack(b"what", b"is it"): (1, "unknown record"),
    GOOD + pack(CHANGES, bytes(25)) + AUDIO: (1, "damaged"),
    GOOD + pack(CHANGES, np.array([0.0, board_layout.GENOME_SLOTS, 1.0]).tobytes()) + AUDIO: (1, "damaged"),
    GOOD + pack(CHANGES, np.array([0.0, -5.0, 1.0]).tobytes()) + AUDIO: (1, "damaged"),
    GOOD + pack(CHANGES, np.array([np.nan, 0.0, 1.0]).tobytes()) + AUDIO: (1, "damaged"),
    GOOD + pack(GENOME, b"{}") + AUDIO: (1, "damaged"),
    GOOD + pack(GENOME, UNKNOWN) + AUDIO: (2, "did you mean 'volume'?"),
    GOOD + AUDIO + pack(SOUND_AND_RETURN, bytes(17)): (1, "damaged"),
}


@pytest.mark.parametrize(
    ("raw", "code", "why"), [(raw, *rest) for raw, rest in DAMAGED.items()], ids=range(len(DAMAGED))
)
def test_damaged_take_is_refused_in_one_line(raw, code, why, tmp_path, capsys):
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
def test_missing_take_is_refused(name, why, tmp_path, capsys):
    code, _, (line,) = run_command(capsys, "bounce", "--take", tmp_path / name, "-o", tmp_path / "x.wav")
    assert code == 2 and why in line
