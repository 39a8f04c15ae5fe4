"""Encoders: those that are said to work do, and the others are refused with their reason."""

from fractions import Fraction

import av
import pytest

from phosphene.engine.common.errors import UsageError
from phosphene.engine.encode import encoders, video_args
from phosphene.engine.encode.encoders import ENCODERS, Encoder
from phosphene.engine.encode.mp4 import Mp4Writer
from tests.encode.test_mp4 import RATE, decode, make_film, noise


def test_check_encoders_agrees_with_making_a_film(tmp_path, capfd, caplog):
    level = av.logging.get_level()
    found = encoders.check_encoders()
    assert found == encoders.check_encoders() and found.keys() == ENCODERS.keys() and found["x264"] is None
    for codec, fault in found.items():
        path = tmp_path / f"{codec}.mp4"
        if fault is None:
            encoders.require_encoder(codec)
            make_film(path, noise(5, (256, 256)), size=(256, 256), codec=codec)
            assert len(decode(path, "video")[0]) == 5
        else:
            with pytest.raises(UsageError) as raised:
                encoders.require_encoder(codec)
            assert str(raised.value).startswith(f"--codec {codec}: does not open here ({fault}); has x264")
            with pytest.raises(UsageError, match=codec):
                make_film(path, [], size=(256, 256), codec=codec)
            assert not path.exists()
    assert av.logging.get_level() == level
    assert capfd.readouterr() == ("", "") and not caplog.records


def test_reason_of_a_failing_encoder_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setitem(ENCODERS, "nvenc", Encoder("h264_nowhere", "cq", 1, {}))
    with pytest.raises(UsageError, match=r"^--codec nvenc: does not open here \(.*without h264_nowhere\); has x264$"):
        encoders.require_encoder("nvenc")
    monkeypatch.setitem(ENCODERS, "nvenc", Encoder("libx264", "crf", 0, {"tune": "violin"}))
    for _ in range(2):  # FFmpeg suppresses a repeated message; its reason must come anyway
        with pytest.raises(UsageError, match=r"^--codec nvenc: does not open here \(.*violin.*\); has x264$"):
            encoders.require_encoder("nvenc")
    with pytest.raises(UsageError, match=r"^--codec x264: does not take 20000x16 at 30 \(.*20000x16.*\)$"):
        Mp4Writer(tmp_path / "x.mp4", size=(20_000, 16), fps=Fraction(30), rate=RATE)


def test_allowed_sizes_are_those_of_the_encoder(tmp_path):
    """The smallest and the widest allowed sizes work; slightly larger ones do not."""
    for word in ("16x16", "18x34", "1280x720", f"{video_args.MAX_SIDE}x16", f"16x{video_args.MAX_SIDE}"):
        size = video_args.parse_size(word)
        assert f"{size[0]}x{size[1]}" == word
        make_film(tmp_path / "x.mp4", noise(1, size), size=size, preset="ultrafast", threads=1)
        (frame,), _, _ = decode(tmp_path / "x.mp4", "video")
        assert (frame.width, frame.height) == size
    for size in ((video_args.MAX_SIDE + 2, 16), (16, video_args.MAX_SIDE + 2)):
        with pytest.raises(UsageError):
            Mp4Writer(tmp_path / "x.mp4", size=size, fps=Fraction(30), rate=RATE)
