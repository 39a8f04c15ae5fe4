"""Names of output files: their endings, and that none replaces its input."""

import pytest

from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.output_paths import check_ending, check_not_input


def test_an_allowed_ending_has_any_case(tmp_path):
    for name in ("x.wav", "x.WAV", "a.b.Wav"):
        check_ending("-o", tmp_path / name, (".wav", ".flac"))


@pytest.mark.parametrize(
    ("allowed", "listed"),
    [((".png",), ".png"), ((".flac", ".wav"), ".flac or .wav"), ((".a", ".b", ".c"), ".a, .b or .c")],
)
def test_another_ending_is_refused(allowed, listed, tmp_path):
    with pytest.raises(UsageError) as raised:
        check_ending("--plot", tmp_path / "x.mp3", allowed)
    assert str(raised.value) == f"--plot {tmp_path / 'x.mp3'}: ends in '.mp3', can end in {listed}"


def test_an_output_that_is_the_input_is_refused(tmp_path):
    source = tmp_path / "x.wav"
    source.touch()
    (tmp_path / "hard.wav").hardlink_to(source)
    (tmp_path / "soft.wav").symlink_to(source)
    for name in ("x.wav", "hard.wav", "soft.wav", "../" + tmp_path.name + "/x.wav"):
        with pytest.raises(UsageError, match="is the input file; name another file"):
            check_not_input("-o", tmp_path / name, source)


def test_other_outputs_are_accepted(tmp_path):
    source = tmp_path / "x.wav"
    check_not_input("-o", tmp_path / "y.wav", source)  # neither exists
    source.touch()
    for path, given in ((tmp_path / "y.wav", source), (None, source), (source, None)):
        check_not_input("-o", path, given)
