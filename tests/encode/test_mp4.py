"""A film: the pictures and the sound it was given, each at its moment, and whatever happens to the process."""

import signal
import subprocess
import sys
import threading
from fractions import Fraction

import av
import numpy as np
import pytest

from phosphene.engine.common.errors import UsageError
from phosphene.engine.encode import encoders, video_args
from phosphene.engine.encode.encoders import ENCODERS, KEYFRAME_SECONDS, Encoder
from phosphene.engine.encode.mp4 import Mp4Writer
from tests.support.commands import ROOT, TIMEOUT

RATE = 48_000
SIZE = (66, 50)  # neither a multiple of 4
SIMPLEST = {"preset": "ultrafast", "threads": 2}
RATES = [Fraction(24), Fraction(30_000, 1001), Fraction(30), Fraction(60_000, 1001), Fraction(60)]
BLACK, WHITE = 16, 235


def picture(luma, size=SIZE):
    i420 = np.full(size[0] * size[1] * 3 // 2, 128, np.uint8)
    i420[: size[0] * size[1]] = luma
    return i420


def noise(count, size=SIZE, seed=11):
    random = np.random.default_rng(seed)
    return [random.integers(0, 256, size[0] * size[1] * 3 // 2, np.uint8) for _ in range(count)]


def burst(seconds):
    """A short tone around 0, as a function of time."""
    return 0.7 * np.exp(-((seconds / 0.002) ** 2)) * np.cos(2 * np.pi * 1500 * seconds)


def shoot(film, pictures, sound, *, lead=0.0, block=1111):
    """Give a film all of it, the sound `lead` seconds ahead of the pictures."""
    told = 0
    for n, i420 in enumerate(pictures):
        while told < min(len(sound), (n / film.fps + lead) * film.rate):
            film.sound(sound[told : told + block])
            told += block
        film.picture(i420)
    film.end_picture()
    for at in range(told, len(sound), block):
        film.sound(sound[at : at + block])
    film.end_sound()
    film.close()


def made(path, pictures, sound=None, *, fps=Fraction(30), rate=RATE, size=SIZE, lead=0.0, **options):
    if sound is None:
        sound = np.zeros((round(len(pictures) * rate / fps), 2), np.float32)
    film = Mp4Writer(path, size=size, fps=fps, rate=rate, **options)
    shoot(film, pictures, sound, lead=lead)
    return film


def decoded(path, kind):
    """The frames of a film's pictures or sound, and their stream's time base, rate and duration in seconds."""
    with av.open(str(path)) as container:
        stream = getattr(container.streams, kind)[0]
        frames = [frame for packet in container.demux(stream) for frame in packet.decode()]
        return frames, stream.time_base, stream.duration * stream.time_base


def child(script, *arguments, **options):
    """A process that runs a script which knows this module."""
    script = "from tests.test_film import *\n" + script
    pipes = {"stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", script, *map(str, arguments)], cwd=ROOT, **pipes, **options)


@pytest.mark.parametrize("count", [1, 2, 71])
@pytest.mark.parametrize("fps", RATES, ids=str)
def test_each_picture_is_there_at_its_exact_moment(fps, count, tmp_path):
    lumas = [16 + 3 * n for n in range(count)]
    made(tmp_path / "x.mp4", [picture(luma) for luma in lumas], fps=fps)
    frames, base, duration = decoded(tmp_path / "x.mp4", "video")
    assert [frame.pts * base for frame in frames] == [n / fps for n in range(count)]
    assert duration == count / fps
    assert {(frame.width, frame.height) for frame in frames} == {SIZE}
    seen = [frame.to_ndarray()[: SIZE[1]].mean() for frame in frames]
    np.testing.assert_allclose(seen, lumas, atol=1.0)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000])
def test_the_sound_is_as_long_as_it_was(rate, tmp_path):
    frames = 2 * rate + 13
    film = made(tmp_path / "x.mp4", [picture(16)] * 61, np.zeros((frames, 2), np.float32), rate=rate)
    heard, base, duration = decoded(tmp_path / "x.mp4", "audio")
    assert (heard[0].pts, heard[0].sample_rate, heard[0].layout.name) == (0, rate, "stereo")
    assert base == Fraction(1, rate) and duration == Fraction(frames, rate)
    assert f"aac {min(320, 12 * rate // 1000)}k {rate}" in film.format, "AAC has 12 bits a frame and second, not more"


@pytest.mark.parametrize("lead", [-1.5, 1.5])
@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 176_400, 192_000])
@pytest.mark.parametrize("fps", RATES[:3], ids=str)
def test_what_is_seen_and_heard_at_once_stays_so(fps, rate, lead, tmp_path):
    """A flash and a burst of tone; the burst is found by correlation, much finer than in samples."""
    count, flashes = round(2.2 * fps), [round(0.3 * fps), round(1.7 * fps)]
    time = np.arange(round(count * rate / fps)) / rate
    wave = sum(burst(time - float(n / fps)) for n in flashes)
    sound = np.stack([wave, -wave], 1).astype(np.float32)
    pictures = [picture(WHITE if n in flashes else BLACK) for n in range(count)]
    made(tmp_path / "x.mp4", pictures, sound, fps=fps, rate=rate, lead=lead)

    seen, base, _ = decoded(tmp_path / "x.mp4", "video")
    shown = [frame.pts * base for frame in seen if frame.to_ndarray()[0, 0] > 200]
    assert shown == [n / fps for n in flashes]
    heard, base, _ = decoded(tmp_path / "x.mp4", "audio")
    x = np.concatenate([frame.to_ndarray() for frame in heard], 1)
    time = heard[0].pts * float(base) + np.arange(x.shape[1]) / heard[0].sample_rate
    shifts = np.arange(-48, 49) / 16 / heard[0].sample_rate
    for side, sign in zip(x, (1, -1)):
        for moment in map(float, shown):
            likeness = [sign * side @ burst(time - moment - shift) for shift in shifts]
            assert abs(shifts[np.argmax(likeness)]) <= 0.5 / heard[0].sample_rate
            assert max(likeness) > 0.9 * (burst(time - moment) ** 2).sum(), "that was no burst"


def test_what_it_says_of_itself(tmp_path):
    film = made(tmp_path / "x.mp4", noise(100), threads=3, crf=20, preset="fast")
    assert film.format == "mp4 h264 x264 yuv420p crf 20 fast, 3 threads, aac 320k 48000"
    with av.open(str(tmp_path / "x.mp4")) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        context = video.codec_context
        assert (context.name, audio.codec_context.name, context.pix_fmt) == ("h264", "aac", "yuv420p")
        tags = (context.color_primaries, context.color_trc, context.colorspace, context.color_range)
        assert tags == (1, 1, 1, 1), "BT.709 thrice, and limited range"
        assert video.sample_aspect_ratio == 1 and video.average_rate == 30
        assert "creation_time" not in {**container.metadata, **video.metadata, **audio.metadata}
        keys = [packet.pts * video.time_base for packet in container.demux(video) if packet.is_keyframe]
    assert keys[0] == 0 and max(np.diff([*map(float, keys)])) <= KEYFRAME_SECONDS
    content = (tmp_path / "x.mp4").read_bytes()
    assert b"Lavf" not in content and b"Lavc" not in content
    assert content.rindex(b"moov") > content.rindex(b"moof") > content.index(b"mdat")


def test_the_same_bytes_whoever_is_ahead(tmp_path):
    """By x264's simplest preset: the others read memory that nobody has written, and decide by it now and then."""
    pictures = noise(75)
    sound = np.random.default_rng(2).normal(0, 0.1, (round(2.5 * RATE), 2)).astype(np.float32)
    for lead in (-1.5, 0.0, 0.0, 1.5):
        path = tmp_path / f"{len([*tmp_path.iterdir()])}.mp4"
        made(path, pictures, sound, lead=lead, **SIMPLEST)
    film = Mp4Writer(tmp_path / "threads.mp4", size=SIZE, fps=Fraction(30), rate=RATE, **SIMPLEST)
    both = [
        threading.Thread(target=lambda: ([film.picture(each) for each in pictures], film.end_picture())),
        threading.Thread(target=lambda: ([film.sound(block) for block in np.split(sound, 100)], film.end_sound())),
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(TIMEOUT)
    first, *others = [path.read_bytes() for path in sorted(tmp_path.iterdir())]
    assert len(others) == 4 and others == [first] * 4
    made(tmp_path / "other.mp4", [*pictures[1:], pictures[0]], sound, **SIMPLEST)
    assert (tmp_path / "other.mp4").read_bytes() != first


def test_without_loss_the_pictures_are_those_that_were_given(tmp_path):
    pictures, frames = noise(40), {}
    for crf in (0, 16):
        made(tmp_path / "x.mp4", pictures, crf=crf)
        frames[crf] = b"".join(frame.to_ndarray().tobytes() for frame in decoded(tmp_path / "x.mp4", "video")[0])
    assert frames[0] == b"".join(map(bytes, pictures)) != frames[16]


KILLED = """
fps, count = Fraction(sys.argv[2]), int(sys.argv[3])
film, pictures = Mp4Writer(sys.argv[1], size=SIZE, fps=fps, rate=RATE), noise(50)
for n in range(count):
    film.picture(pictures[n % len(pictures)])
    film.sound(np.zeros((round(RATE / fps), 2), np.float32))
print("sent", flush=True)
signal.pause()
"""


@pytest.mark.parametrize("seconds", [4, 10])
@pytest.mark.parametrize("fps", RATES, ids=str)
def test_killed_in_the_middle_it_opens(fps, seconds, tmp_path):
    count = round(seconds * fps)
    with child(KILLED, tmp_path / "x.mp4", fps, count) as process:
        assert process.stdout.readline() == "sent\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    frames, base, _ = decoded(tmp_path / "x.mp4", "video")
    assert 0.95 * (count - KEYFRAME_SECONDS * fps) <= len(frames) <= count
    assert [frame.pts * base for frame in frames] == [n / fps for n in range(len(frames))]
    heard, base, _ = decoded(tmp_path / "x.mp4", "audio")
    assert heard[0].pts == 0 and len(heard) * 1024 / RATE >= len(frames) / fps - 0.5


FULL = """
import os
import resource
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that may not grow is a full disk, to who writes it
pictures, sound = noise(60, (32, 32)), np.zeros((1600, 2), np.float32)

def attempt(path):
    film, faults = Mp4Writer(path, size=(32, 32), fps=Fraction(30), rate=RATE, preset="ultrafast"), []

    def given(give, what, end):
        try:
            for each in what:
                give(each)
            end()
        except OSError as fault:
            faults.append(fault)

    both = [
        threading.Thread(target=given, args=(film.picture, pictures, film.end_picture)),
        threading.Thread(target=given, args=(film.sound, [sound] * len(pictures), film.end_sound)),
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    film.close()
    return bool(faults)

attempt(sys.argv[1])
whole = os.path.getsize(sys.argv[1])
for room in sorted({*np.linspace(4096, whole + 4096, 17).astype(int).tolist(), *range(whole - 3, whole + 2)}):
    os.remove(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    print(int(attempt(sys.argv[1])), int(room < whole))
"""


def test_a_full_disk_is_told_and_nothing_hangs(tmp_path):
    """At any moment: in the first fragment, in the last, in the index behind them."""
    process = child(FULL, tmp_path / "x.mp4")
    told, _ = process.communicate(timeout=TIMEOUT)
    lines = [line.split() for line in told.splitlines()]
    assert process.returncode == 0 and len(lines) >= 20
    assert all(failed == too_small for failed, too_small in lines), lines
    assert {failed for failed, _ in lines} == {"0", "1"}


@pytest.mark.parametrize("place", ["no/x.mp4", "file/x.mp4", "."])
def test_a_place_where_nothing_can_be_written(place, tmp_path):
    (tmp_path / "file").write_text("no folder")
    before = {*tmp_path.rglob("*")}
    with pytest.raises(OSError):
        Mp4Writer(tmp_path / place, size=SIZE, fps=Fraction(30), rate=RATE)
    assert {*tmp_path.rglob("*")} == before


def test_a_closed_film_takes_no_more(tmp_path):
    """Finished or not; FFmpeg itself would crash."""
    film = Mp4Writer(tmp_path / "x.mp4", size=SIZE, fps=Fraction(30), rate=RATE)
    shoot(film, noise(70), np.zeros((70 * 1600, 2), np.float32))
    other = Mp4Writer(tmp_path / "y.mp4", size=SIZE, fps=Fraction(30), rate=RATE)
    for closed in (film, other):
        closed.close()
        closed.close()
        with pytest.raises((ValueError, EOFError)):
            for i420 in noise(200):
                closed.picture(i420)
        with pytest.raises((ValueError, EOFError)):
            closed.sound(np.zeros((10_000, 2), np.float32))


LONG = """
seconds, lead = int(sys.argv[2]), float(sys.argv[3])
pictures = noise(30, (320, 180))
made(sys.argv[1], pictures * seconds, size=(320, 180), lead=lead, preset="ultrafast")
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""  # its own peak: what the system tells of a child is at least what its parent had


@pytest.mark.parametrize("lead", [-1.5, 1.5])
def test_memory_does_not_grow_with_length(lead, tmp_path):
    peaks = []
    for seconds in (10, 60):
        process = child(LONG, tmp_path / "x.mp4", seconds, lead)
        told, _ = process.communicate()
        assert process.returncode == 0
        peaks.append(int(told) * 1024)
    sound = 50 * RATE * 8  # which this test holds
    assert peaks[1] - sound <= 1.1 * peaks[0], peaks
    assert (tmp_path / "x.mp4").stat().st_size > 0.1 * peaks[0], "so little would fit into what is allowed"


def test_an_encoder_is_said_to_work_where_it_makes_a_film(tmp_path, capfd, caplog):
    level = av.logging.get_level()
    found = encoders.check_encoders()
    assert found == encoders.check_encoders() and found.keys() == ENCODERS.keys() and found["x264"] is None
    for codec, fault in found.items():
        path = tmp_path / f"{codec}.mp4"
        if fault is None:
            encoders.require_encoder(codec)
            made(path, noise(5, (256, 256)), size=(256, 256), codec=codec)
            assert len(decoded(path, "video")[0]) == 5
        else:
            with pytest.raises(UsageError) as told:
                encoders.require_encoder(codec)
            assert str(told.value).startswith(f"--codec {codec}: does not open here ({fault}); has x264")
            with pytest.raises(UsageError, match=codec):
                made(path, [], size=(256, 256), codec=codec)
            assert not path.exists()
    assert av.logging.get_level() == level
    assert capfd.readouterr() == ("", "") and not caplog.records


def test_why_an_encoder_does_not_work_is_told_in_one_line(monkeypatch, tmp_path):
    monkeypatch.setitem(ENCODERS, "nvenc", Encoder("h264_nowhere", "cq", 1, {}))
    with pytest.raises(UsageError, match=r"^--codec nvenc: does not open here \(.*without h264_nowhere\); has x264$"):
        encoders.require_encoder("nvenc")
    monkeypatch.setitem(ENCODERS, "nvenc", Encoder("libx264", "crf", 0, {"tune": "violin"}))
    for _ in range(2):  # a message that FFmpeg repeats is a message
        with pytest.raises(UsageError, match=r"^--codec nvenc: does not open here \(.*violin.*\); has x264$"):
            encoders.require_encoder("nvenc")
    with pytest.raises(UsageError, match=r"^--codec x264: does not take 20000x16 at 30 \(.*20000x16.*\)$"):
        Mp4Writer(tmp_path / "x.mp4", size=(20_000, 16), fps=Fraction(30), rate=RATE)


def test_a_size_is_what_an_encoder_takes(tmp_path):
    """The least and the widest allowed really are, and a bit more really is not."""
    for word in ("16x16", "18x34", "1280x720", f"{video_args.SIDES[1]}x16", f"16x{video_args.SIDES[1]}"):
        size = video_args.parse_size(word)
        assert f"{size[0]}x{size[1]}" == word
        made(tmp_path / "x.mp4", noise(1, size), size=size, preset="ultrafast", threads=1)
        (frame,), _, _ = decoded(tmp_path / "x.mp4", "video")
        assert (frame.width, frame.height) == size
    for size in ((video_args.SIDES[1] + 2, 16), (16, video_args.SIDES[1] + 2)):
        with pytest.raises(UsageError):
            Mp4Writer(tmp_path / "x.mp4", size=size, fps=Fraction(30), rate=RATE)
