"""Mp4Writer: frames and sound at their exact times, whatever happens to the process."""

import signal
import subprocess
import sys
import threading
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest

from phosphene.engine.encode.encoders import KEYFRAME_SECONDS
from phosphene.engine.encode.mp4 import Mp4Writer
from tests.support.commands import ROOT, TIMEOUT

RATE = 48_000
SIZE = (66, 50)  # neither a multiple of 4
DETERMINISTIC = {"preset": "ultrafast", "threads": 2}
RATES = [Fraction(24), Fraction(30_000, 1001), Fraction(30), Fraction(60_000, 1001), Fraction(60)]
BLACK, WHITE = 16, 235


def picture(luma, size=SIZE):
    yuv420 = np.full(size[0] * size[1] * 3 // 2, 128, np.uint8)
    yuv420[: size[0] * size[1]] = luma
    return yuv420


def noise(count, size=SIZE, seed=11):
    random = np.random.default_rng(seed)
    return [random.integers(0, 256, size[0] * size[1] * 3 // 2, np.uint8) for _ in range(count)]


def burst(seconds):
    """A short tone around 0, as a function of time."""
    return 0.7 * np.exp(-((seconds / 0.002) ** 2)) * np.cos(2 * np.pi * 1500 * seconds)


def write_all(film, pictures, sound, *, lead=0.0, block=1111):
    """Write all of it and close the film, the sound `lead` seconds ahead of the pictures."""
    written = 0
    for n, yuv420 in enumerate(pictures):
        while written < min(len(sound), (n / film.fps + lead) * film.rate):
            film.write_audio(sound[written : written + block])
            written += block
        film.write_frame(yuv420)
    film.end_video()
    for at in range(written, len(sound), block):
        film.write_audio(sound[at : at + block])
    film.end_audio()
    film.close()


def make_film(path, pictures, sound=None, *, fps=Fraction(30), rate=RATE, size=SIZE, lead=0.0, **options):
    if sound is None:
        sound = np.zeros((round(len(pictures) * rate / fps), 2), np.float32)
    film = Mp4Writer(path, size=size, fps=fps, rate=rate, **options)
    write_all(film, pictures, sound, lead=lead)
    return film


def decode(path, kind):
    """The decoded frames of a film's "video" or "audio", with the stream's time base and its duration in seconds."""
    with av.open(str(path)) as container:
        stream = getattr(container.streams, kind)[0]
        frames = [frame for packet in container.demux(stream) for frame in packet.decode()]
        return frames, stream.time_base, stream.duration * stream.time_base


def start_script(script, *arguments, **options):
    """A process that runs a script with the names of this module."""
    script = "from tests.encode.test_mp4 import *\n" + script
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", script, *map(str, arguments)], cwd=ROOT, **pipes, **options)


@pytest.mark.parametrize("count", [1, 2, 71])
@pytest.mark.parametrize("fps", RATES, ids=str)
def test_each_frame_has_its_exact_time(fps, count, tmp_path):
    lumas = [16 + 3 * n for n in range(count)]
    make_film(tmp_path / "x.mp4", [picture(luma) for luma in lumas], fps=fps)
    frames, base, duration = decode(tmp_path / "x.mp4", "video")
    assert [frame.pts * base for frame in frames] == [n / fps for n in range(count)]
    assert duration == count / fps
    assert {(frame.width, frame.height) for frame in frames} == {SIZE}
    video = [frame.to_ndarray()[: SIZE[1]].mean() for frame in frames]
    np.testing.assert_allclose(video, lumas, atol=1.0)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000])
def test_sound_keeps_its_length(rate, tmp_path):
    frames = 2 * rate + 13
    film = make_film(tmp_path / "x.mp4", [picture(16)] * 61, np.zeros((frames, 2), np.float32), rate=rate)
    audio, base, duration = decode(tmp_path / "x.mp4", "audio")
    assert (audio[0].pts, audio[0].sample_rate, audio[0].layout.name) == (0, rate, "stereo")
    assert base == Fraction(1, rate) and duration == Fraction(frames, rate)
    assert f"aac {min(320, 12 * rate // 1000)}k {rate}" in film.format, "AAC has 12 bits a frame and second, not more"


@pytest.mark.parametrize("lead", [-1.5, 1.5])
@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 176_400, 192_000])
@pytest.mark.parametrize("fps", RATES[:3], ids=str)
def test_picture_and_sound_stay_in_sync(fps, rate, lead, tmp_path):
    """A flash and a tone burst; the burst is located by correlation, to a fraction of a sample."""
    count, flashes = round(2.2 * fps), [round(0.3 * fps), round(1.7 * fps)]
    time = np.arange(round(count * rate / fps)) / rate
    wave = sum(burst(time - float(n / fps)) for n in flashes)
    sound = np.stack([wave, -wave], 1).astype(np.float32)
    pictures = [picture(WHITE if n in flashes else BLACK) for n in range(count)]
    make_film(tmp_path / "x.mp4", pictures, sound, fps=fps, rate=rate, lead=lead)

    video, base, _ = decode(tmp_path / "x.mp4", "video")
    shown = [frame.pts * base for frame in video if frame.to_ndarray()[0, 0] > 200]
    assert shown == [n / fps for n in flashes]
    audio, base, _ = decode(tmp_path / "x.mp4", "audio")
    x = np.concatenate([frame.to_ndarray() for frame in audio], 1)
    time = audio[0].pts * float(base) + np.arange(x.shape[1]) / audio[0].sample_rate
    shifts = np.arange(-48, 49) / 16 / audio[0].sample_rate
    for side, sign in zip(x, (1, -1)):
        for moment in map(float, shown):
            around = np.abs(time - moment) < 0.02  # ten times the burst's width; beyond, it is nothing
            t, part = time[around], sign * side[around]
            correlation = [part @ burst(t - moment - shift) for shift in shifts]
            assert abs(shifts[np.argmax(correlation)]) <= 0.5 / audio[0].sample_rate
            assert max(correlation) > 0.9 * (burst(t - moment) ** 2).sum(), "no burst was found"


def test_streams_are_described_correctly(tmp_path):
    film = make_film(tmp_path / "x.mp4", noise(100), threads=3, crf=20, preset="fast")
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


def test_bytes_do_not_depend_on_which_stream_is_ahead(tmp_path):
    """With x264's simplest preset: the others read uninitialised memory and sometimes decide by it."""
    pictures = noise(75)
    sound = np.random.default_rng(2).normal(0, 0.1, (round(2.5 * RATE), 2)).astype(np.float32)
    for lead in (-1.5, 0.0, 0.0, 1.5):
        path = tmp_path / f"{len([*tmp_path.iterdir()])}.mp4"
        make_film(path, pictures, sound, lead=lead, **DETERMINISTIC)
    film = Mp4Writer(tmp_path / "threads.mp4", size=SIZE, fps=Fraction(30), rate=RATE, **DETERMINISTIC)

    def write_video():
        for picture in pictures:
            film.write_frame(picture)
        film.end_video()

    def write_sound():
        for block in np.split(sound, 100):
            film.write_audio(block)
        film.end_audio()

    both = [threading.Thread(target=write_video), threading.Thread(target=write_sound)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(TIMEOUT)
    first, *others = [path.read_bytes() for path in sorted(tmp_path.iterdir())]
    assert len(others) == 4 and others == [first] * 4
    make_film(tmp_path / "other.mp4", [*pictures[1:], pictures[0]], sound, **DETERMINISTIC)
    assert (tmp_path / "other.mp4").read_bytes() != first


def test_crf_0_is_lossless(tmp_path):
    pictures, frames = noise(40), {}
    for crf in (0, 16):
        make_film(tmp_path / "x.mp4", pictures, crf=crf)
        frames[crf] = b"".join(frame.to_ndarray().tobytes() for frame in decode(tmp_path / "x.mp4", "video")[0])
    assert frames[0] == b"".join(map(bytes, pictures)) != frames[16]


KILLED = """
fps, count = Fraction(sys.argv[2]), int(sys.argv[3])
film, pictures = Mp4Writer(sys.argv[1], size=SIZE, fps=fps, rate=RATE), noise(50)
for n in range(count):
    film.write_frame(pictures[n % len(pictures)])
    film.write_audio(np.zeros((round(RATE / fps), 2), np.float32))
print("written", flush=True)
signal.pause()
"""


@pytest.mark.parametrize("seconds", [4, 10])
@pytest.mark.parametrize("fps", RATES, ids=str)
def test_film_of_a_killed_process_opens(fps, seconds, tmp_path):
    count = round(seconds * fps)
    with start_script(KILLED, tmp_path / "x.mp4", fps, count) as process:
        assert process.stdout.readline() == "written\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    frames, base, _ = decode(tmp_path / "x.mp4", "video")
    assert 0.95 * (count - KEYFRAME_SECONDS * fps) <= len(frames) <= count
    assert [frame.pts * base for frame in frames] == [n / fps for n in range(len(frames))]
    audio, base, _ = decode(tmp_path / "x.mp4", "audio")
    assert audio[0].pts == 0 and len(audio) * 1024 / RATE >= len(frames) / fps - 0.5


FULL = """
import os
import resource
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # to its writer, a file that may not grow is a full disk
pictures, sound = noise(60, (32, 32)), np.zeros((1600, 2), np.float32)

def attempt(path):
    film, faults = Mp4Writer(path, size=(32, 32), fps=Fraction(30), rate=RATE, preset="ultrafast"), []

    def feed(write, items, end):
        try:
            for item in items:
                write(item)
            end()
        except OSError as fault:
            faults.append(fault)

    both = [
        threading.Thread(target=feed, args=(film.write_frame, pictures, film.end_video)),
        threading.Thread(target=feed, args=(film.write_audio, [sound] * len(pictures), film.end_audio)),
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


def test_full_disk_raises_and_nothing_hangs(tmp_path):
    """In the first fragment, in the last one, and in the index behind them."""
    process = start_script(FULL, tmp_path / "x.mp4")
    out, _ = process.communicate(timeout=TIMEOUT)
    lines = [line.split() for line in out.splitlines()]
    assert process.returncode == 0 and len(lines) >= 20
    assert all(failed == too_small for failed, too_small in lines), lines
    assert {failed for failed, _ in lines} == {"0", "1"}


@pytest.mark.parametrize("place", ["no/x.mp4", "file/x.mp4", "."])
def test_path_that_cannot_be_written_raises(place, tmp_path):
    (tmp_path / "file").write_text("no folder")
    before = {*tmp_path.rglob("*")}
    with pytest.raises(OSError):
        Mp4Writer(tmp_path / place, size=SIZE, fps=Fraction(30), rate=RATE)
    assert {*tmp_path.rglob("*")} == before


def test_closed_film_refuses_more(tmp_path):
    """Finished or not; FFmpeg itself would crash."""
    film = Mp4Writer(tmp_path / "x.mp4", size=SIZE, fps=Fraction(30), rate=RATE)
    write_all(film, noise(70), np.zeros((70 * 1600, 2), np.float32))
    other = Mp4Writer(tmp_path / "y.mp4", size=SIZE, fps=Fraction(30), rate=RATE)
    for closed in (film, other):
        closed.close()
        closed.close()
        with pytest.raises((ValueError, EOFError)):
            for yuv420 in noise(200):
                closed.write_frame(yuv420)
        with pytest.raises((ValueError, EOFError)):
            closed.write_audio(np.zeros((10_000, 2), np.float32))


LONG = """
seconds, lead = int(sys.argv[2]), float(sys.argv[3])
pictures = noise(30, (320, 180))
make_film(sys.argv[1], pictures * seconds, size=(320, 180), lead=lead, preset="ultrafast")
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""  # its own peak: what the system reports for a child is at least its parent's


@pytest.mark.parametrize("lead", [-1.5, 1.5])
def test_memory_does_not_grow_with_length(lead, tmp_path):
    peaks = []
    for seconds in (10, 60):
        process = start_script(LONG, tmp_path / "x.mp4", seconds, lead)
        out, _ = process.communicate()
        assert process.returncode == 0
        peaks.append(int(out) * 1024)
    sound = 50 * RATE * 8  # held by the script itself
    assert peaks[1] - sound <= 1.1 * peaks[0], peaks
    assert (tmp_path / "x.mp4").stat().st_size > 0.1 * peaks[0], "the film is too small to prove anything"
