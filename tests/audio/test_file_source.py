"""Sound from files: every frame of them, once, at the right place, at the right level, or one clear line."""

import wave

import numpy as np
import pytest

from phosphene.engine.audio.sources.file import FileSource
from phosphene.engine.common.errors import PhospheneError, UsageError
from tests.support.commands import run_command
from tests.support.sound_files import noise, read_sound, sine, write_sound

RATE = 48_000
EXACT = {"float.wav": "pcm_f32le", "short.wav": "pcm_s16le", "x.flac": "flac"}
LOSSY = {"x.mp3": "libmp3lame", "x.ogg": "libopus", "x.m4a": "aac", "x.mp4": "aac"}


def heard(source, sizes=(4096,)):
    """All that is left of a source, read in blocks of these sizes in turn."""
    blocks, turn = [], 0
    while True:
        block = np.full((sizes[turn % len(sizes)], 2), np.nan, np.float32)
        count = source.read(block)
        blocks.append(block[:count])
        if count < len(block):
            return np.concatenate(blocks)
        turn += 1


def taken(source, frames):
    """The next frames of a source."""
    block = np.full((frames, 2), np.nan, np.float32)
    return block[: source.read(block)]


def decibels(x):
    return 20 * np.log10(np.abs(x).max() + 1e-20)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """One stereo sound in every format: left and right two sines, half a second behind silence."""
    folder, frames = tmp_path_factory.mktemp("shelf"), 3 * RATE + 11
    x = np.stack([sine(440, RATE, frames), sine(1234, RATE, frames, 0.25)], axis=1).astype(np.float32)
    x[: RATE // 2] = 0
    for name, codec in {**EXACT, **LOSSY}.items():
        write_sound(folder / name, x, RATE, codec)
    return folder, x


@pytest.mark.parametrize("name", EXACT)
def test_lossless_files_are_read_exactly(name, shelf):
    folder, _ = shelf
    source = FileSource(folder / name)
    x = heard(source, sizes=(1, 1000, 4097))
    np.testing.assert_array_equal(x, read_sound(folder / name)[0])
    assert source.length == source.position == len(x) == len(shelf[1]) and source.rate == RATE


@pytest.mark.parametrize("name", LOSSY)
def test_lossy_files_keep_time_and_level(name, shelf):
    folder, x = shelf
    y = heard(FileSource(folder / name))
    assert abs(len(y) - len(x)) <= 1024  # AAC says only how many whole frames there are
    wrong = (y[: len(x)] - x[: len(y)])[RATE:-2048]
    assert 20 * np.log10(np.sqrt(np.mean(wrong**2))) < -34  # one frame too late would be -30


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (11_025, 2), (44_100, 1), (192_000, 2)])
def test_any_rate(rate, channels, tmp_path):
    x = noise(rate // 2, channels)
    source = FileSource(write_sound(tmp_path / "x.wav", x, rate))
    assert source.rate == rate
    np.testing.assert_array_equal(heard(source), np.broadcast_to(x, (len(x), 2)))  # mono on both sides, as loud


def test_eight_channels_with_a_layout_are_folded_down(tmp_path):
    for side, channel in enumerate(("FL", "FR")):
        x = np.zeros((RATE // 4, 8), np.float32)
        x[:, side] = sine(440, RATE, len(x))
        y = heard(FileSource(write_sound(tmp_path / f"{channel}.wav", x, RATE, layout="7.1")))
        np.testing.assert_allclose(y[:, side], x[:, side], atol=1e-6)
        assert not y[:, 1 - side].any()


def test_eight_channels_without_a_layout_go_left_and_right_in_turn(tmp_path):
    x = np.random.default_rng(1).integers(-9_000, 9_000, (5_000, 8), np.int16)
    with wave.open(str(tmp_path / "x.wav"), "wb") as file:
        file.setnchannels(8)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(x.tobytes())
    y = heard(FileSource(tmp_path / "x.wav"))
    wanted = np.stack([x[:, 0::2].mean(axis=1), x[:, 1::2].mean(axis=1)], axis=1) / (1 << 15)
    np.testing.assert_allclose(y, wanted, atol=1e-6)


def test_concatenated_files_are_read_to_the_end(tmp_path):
    parts = [sine(440, 44_100, 44_100)[:, None], np.stack([sine(440, 44_100, 44_100)] * 2, axis=1)]
    whole = b""
    for n, x in enumerate(parts):  # a recording of a radio station turns from mono to stereo like this
        whole += write_sound(tmp_path / f"{n}.mp3", x, 44_100, "libmp3lame").read_bytes()
    (tmp_path / "x.mp3").write_bytes(whole)
    y = heard(FileSource(tmp_path / "x.mp3"))
    assert abs(len(y) - 2 * 44_100) < 4_000
    for part in (y[2_000:40_000], y[-40_000:-5_000]):
        assert np.abs(part).max(axis=0) == pytest.approx(0.475, abs=0.01)  # LAME scales by 0.95


@pytest.mark.parametrize("name", EXACT)
def test_seeking_changes_no_sample(name, shelf):
    folder, x = shelf
    source = FileSource(folder / name)
    whole, last = heard(source), len(x)
    jumps = [0, 1, 2, 4095, 4096, 4097, RATE // 4, RATE // 4 + 1, RATE, last - 4097, last - 2, last - 1, last, last + 5]
    for position in [*jumps, *np.random.default_rng(4).integers(0, last, 25).tolist()]:
        source.seek(position)
        assert source.position == position
        np.testing.assert_array_equal(taken(source, 5_000), whole[position : position + 5_000], str(position))
    source.seek(last - 100_000)
    np.testing.assert_array_equal(heard(source), whole[last - 100_000 :])


@pytest.mark.parametrize("name", LOSSY)
def test_seeking_in_a_lossy_file_finds_the_place(name, shelf):
    folder, _ = shelf
    source = FileSource(folder / name)
    whole = heard(source)
    for position in (1, RATE // 2 - 100, RATE, 2 * RATE + 77):
        source.seek(position)
        piece = taken(source, 5_000)
        assert decibels(piece - whole[position : position + 5_000]) < -60, position
    assert source.broken == 0


@pytest.mark.parametrize("sizes", [(4_000,), (65, 4096), (30_000,)])
def test_a_loop_neither_drops_nor_doubles_a_frame(sizes, tmp_path):
    x = noise(12_345)
    for name, codec in EXACT.items():
        path = write_sound(tmp_path / name, x, RATE, codec)
        once, source = heard(FileSource(path)), FileSource(path, loop=True)
        round_and_round = np.tile(once, (5, 1))
        assert source.length is None
        for at in (0, 12_344, 12_345, 12_346, 2 * 12_345 + 17):  # and from behind the end, which is inside
            source.seek(at)
            for size in sizes * 3:
                begin = source.position
                np.testing.assert_array_equal(taken(source, size), round_and_round[begin % 12_345 :][:size])
                assert source.position == begin + size


@pytest.mark.parametrize(("rate", "wanted"), [(44_100, 48_000), (48_000, 44_100), (8_000, 192_000), (96_000, 48_000)])
@pytest.mark.parametrize("share", [0.01, 0.3])
def test_another_rate_keeps_length_frequency_and_level(rate, wanted, share, tmp_path):
    hertz, frames = share * min(rate, wanted), rate + 7
    path = write_sound(tmp_path / "x.wav", sine(hertz, rate, frames)[:, None].astype(np.float32), rate)
    source = FileSource(path, wanted)
    y = heard(source, sizes=(997,))
    assert source.rate == wanted and abs(source.length - frames * wanted / rate) <= 1
    assert abs(len(y) - frames * wanted / rate) <= 1
    edge = wanted // 20
    assert decibels((y - sine(hertz, wanted, len(y))[:, None])[edge:-edge]) < -80
    source.seek(wanted // 2)
    piece = taken(source, wanted // 4)
    assert decibels((piece - y[wanted // 2 :][: len(piece)])[edge:]) < -80


def test_nan_in_a_file_becomes_silence_with_one_remark(tmp_path, capsys):
    x = noise(RATE // 2)
    bad = x.copy()
    bad[100], bad[2_000, 0], bad[2_001, 1], bad[-1, 0] = np.nan, np.inf, -np.inf, np.nan
    x[100], x[2_000, 0], x[2_001, 1], x[-1, 0] = 0, 0, 0, 0
    remarks = {}
    for name, sound in {"good": x, "bad": bad}.items():
        (tmp_path / name).mkdir()
        write_sound(tmp_path / f"{name}.wav", sound, RATE)
        words = ["bounce", tmp_path / f"{name}.wav", "-o", tmp_path / name / "y.wav", "--depth", "float"]
        code, output, errors = run_command(capsys, *words)
        assert (code, errors) == (0, [])
        remarks[name] = [line for line in output.splitlines() if "not numbers" in line]
    good, bad = (read_sound(tmp_path / name / "y.wav")[0] for name in ("good", "bad"))
    np.testing.assert_array_equal(bad, good)
    assert remarks["good"] == [] and len(remarks["bad"]) == 1
    assert "5 samples" in remarks["bad"][0]


def test_nan_is_not_spread_by_resampling(tmp_path):
    x = noise(RATE)
    bad = x.copy()
    bad[30_000], x[30_000] = np.inf, 0
    good, bad = (heard(FileSource(write_sound(tmp_path / "x.wav", sound, RATE), 44_100)) for sound in (x, bad))
    np.testing.assert_array_equal(bad, good)


@pytest.mark.parametrize("name", [*EXACT, *LOSSY])
@pytest.mark.parametrize("share", [0.999, 0.6, 0.2])
def test_a_truncated_file_is_read_as_far_as_it_goes(name, share, shelf, tmp_path):
    folder, _ = shelf
    whole = heard(FileSource(folder / name))
    raw = (folder / name).read_bytes()
    (tmp_path / name).write_bytes(raw[: int(share * len(raw))])
    try:
        y = heard(FileSource(tmp_path / name))
    except UsageError as refusal:
        assert name in ("x.m4a", "x.mp4")  # their table of contents stands at the end
        assert str(refusal).startswith(f"{tmp_path / name}: is not a file that FFmpeg can read (")
        return
    assert (share - 0.25) * len(whole) < len(y) <= len(whole)
    np.testing.assert_allclose(y[:-5_000], whole[: len(y)][:-5_000], atol=1e-4)


def test_damaged_packets_are_left_out_and_counted(shelf, tmp_path, capsys):
    folder, x = shelf
    raw = bytearray((folder / "x.flac").read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + 64] = bytes(64)
    (tmp_path / "x.flac").write_bytes(raw)
    code, _, errors = run_command(capsys, "bounce", tmp_path / "x.flac", "-o", tmp_path / "y.wav")
    assert (code, errors) == (0, [])
    assert len(read_sound(tmp_path / "y.wav")[0]) > 0.8 * len(x)


def nothing(path):
    path.write_bytes(b"")


def text(path):
    path.write_text("This is not music.\n" * 100)


def silent_film(path):
    import av

    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")))
        container.mux(stream.encode(None))


def no_frames(path):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)


def too_slow(path):
    write_sound(path, noise(100), 50)


REFUSED = {
    nothing: "is empty",
    text: "is not a file that FFmpeg can read",
    lambda path: path.mkdir(): "is a folder",
    lambda path: None: "no such file",
    silent_film: "holds no sound (found video)",
    no_frames: "no sound in it could be decoded",
    too_slow: "50 Hz, needs",
}


@pytest.mark.parametrize(("make", "why"), REFUSED.items(), ids=REFUSED.values())
def test_files_without_sound_are_refused_in_one_line(make, why, tmp_path, capsys):
    path = tmp_path / "x.wav"
    make(path)
    code, _, errors = run_command(capsys, "bounce", path, "-o", tmp_path / "y.wav")
    assert code == (1 if make is no_frames else 2)
    (line,) = errors
    assert line.startswith(f"phosphene: {path}: ") and why in line
    assert {each.name for each in tmp_path.iterdir()} <= {"x.wav"}


@pytest.mark.parametrize("name", ["x" * 300 + ".wav", "x\udcff.wav", "no/such/folder.wav", ""])
def test_impossible_file_names_are_refused(name, tmp_path):
    with pytest.raises(PhospheneError, match=r"no such file|cannot be read|is a folder"):
        FileSource(tmp_path / name)
