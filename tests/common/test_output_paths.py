"""Output names: the ending must be one that can be written, and the input is never replaced."""

from pathlib import Path

import pytest

from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.output_paths import check_ending, check_not_input

ENDINGS = {
    ("-o", "x.mov", (".flac", ".wav", ".mp4")): "-o x.mov: ends in '.mov', can end in .flac, .wav or .mp4",
    ("-o", "x", (".flac", ".wav")): "-o x: ends in '', can end in .flac or .wav",
    ("--plot", "a/b.jpg", (".png",)): "--plot a/b.jpg: ends in '.jpg', can end in .png",
}


@pytest.mark.parametrize("case, message", ENDINGS.items(), ids=ENDINGS.values())
def test_other_ending_is_refused(case, message):
    option, path, allowed = case
    with pytest.raises(UsageError) as caught:
        check_ending(option, Path(path), allowed)
    assert str(caught.value) == message and caught.value.code == 2


def test_allowed_ending_passes_in_any_case():
    check_ending("-o", Path("x.MP4"), (".wav", ".mp4"))


def test_output_must_not_be_the_input(tmp_path):
    (tmp_path / "x.wav").write_text("")
    (tmp_path / "link.wav").symlink_to(tmp_path / "x.wav")
    with pytest.raises(UsageError, match=r"-o .*link\.wav: is the input file; name another file"):
        check_not_input("-o", tmp_path / "link.wav", tmp_path / "x.wav")
    check_not_input("-o", tmp_path / "new.wav", tmp_path / "x.wav")
    check_not_input("-o", None, tmp_path / "x.wav")
    check_not_input("-o", tmp_path / "x.wav", None)
