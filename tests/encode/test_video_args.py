"""Sizes and frame rates on the command line: valid and invalid ones."""

import subprocess
import sys
from argparse import ArgumentTypeError
from fractions import Fraction

import pytest

from phosphene.engine.encode import video_args
from tests.support.commands import ROOT


@pytest.mark.parametrize(
    ("word", "rate"),
    [
        ("30", "30"),
        ("29.97", "30000/1001"),
        ("23.976", "24000/1001"),
        ("23.98", "24000/1001"),
        ("59.94", "60000/1001"),
        ("119.88", "120000/1001"),
        ("30000/1001", "30000/1001"),
        ("48000/2002", "24000/1001"),
        ("30.0", "30"),
        ("12.5", "25/2"),
        ("29.9", "299/10"),
        ("1", "1"),
        ("1000", "1000"),
    ],
)
def test_fps_is_parsed_exactly(word, rate):
    assert video_args.parse_fps(word) == Fraction(rate)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        *[
            (word, "such as 30, 29.97 or 30000/1001")
            for word in ("", "x", "nan", "inf", "1/0", "1e3", " 30", "30/", "/2")
        ],
        *[(word, "such as 30, 29.97 or 30000/1001") for word in ("12.34567", "1/1.5", "9" * 5000, "٣٠")],
        *[(word, "outside 1 to 1000") for word in ("0", "-30", "0.5", "1001", "1000001/1000", "9" * 400)],
    ],
    ids=lambda value: value[:12],
)
def test_invalid_fps_is_refused(word, why):
    with pytest.raises(ArgumentTypeError, match=why):
        video_args.parse_fps(word)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("1280", "write one like 1280x720"),
        ("1280x", "write one like 1280x720"),
        ("x720", "write one like 1280x720"),
        ("-1280x720", "write one like 1280x720"),
        ("1280x720x3", "write one like 1280x720"),
        ("1280.0x720", "write one like 1280x720"),
        ("9999999x720", "write one like 1280x720"),
        ("641x360", "must be even; type 642x360"),
        ("640x361", "must be even; type 640x362"),
        ("641x361", "must be even; type 642x362"),
        ("14x16", "outside 16 to 16384"),
        ("16x0", "outside 16 to 16384"),
        ("16386x16", "outside 16 to 16384"),
        ("16384x16384", "more than"),
    ],
)
def test_invalid_size_is_refused(word, why):
    with pytest.raises(ArgumentTypeError, match=why):
        video_args.parse_size(word)


def test_size_that_needs_too_much_memory_is_refused(monkeypatch):
    for installed, sizes in ((2_000_000_000, ("3840x2160",)), (16_000_000_000, ("3840x2160", "7680x4320")), (None, ())):
        monkeypatch.setattr(video_args, "total_memory", lambda installed=installed: installed)
        for word in ("3840x2160", "7680x4320", "12000x8000"):
            if installed is None or word in sizes:
                video_args.parse_size(word)
            else:
                with pytest.raises(ArgumentTypeError, match=r"needs \d+ GB of memory, this machine has \d+$"):
                    video_args.parse_size(word)


def test_parsing_imports_no_heavy_library():
    heavy = {"av", "numba", "numpy"}
    script = f"import phosphene.engine.encode.video_args, sys; sys.exit(bool({heavy} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0
