"""Atomic files: a file is complete or absent, and the one that was there stays until its successor is complete."""

import errno
import os
import resource
import subprocess
import sys

import pytest

from phosphene.engine.common.atomic_files import check_writable, temporary_path, write_atomically, write_text
from phosphene.engine.common.errors import PhospheneError, UsageError


@pytest.fixture(params=[False, True], ids=["new file", "existing file"])
def target(tmp_path, request):
    """A file to write, and whether it holds something already."""
    path = tmp_path / "result.txt"
    if request.param:
        path.write_text("before")
    return path


def unchanged(target, existed):
    """Nothing is in the folder but the file as it was before."""
    names = [file.name for file in target.parent.iterdir()]
    return names == (["result.txt"] if existed else []) and (not existed or target.read_text() == "before")


def test_file_appears_when_the_block_ends(target):
    existed = target.exists()
    with write_atomically(target) as (part,):
        part.write_text("after")
        assert target.exists() == existed and (not existed or target.read_text() == "before")
        assert part.parent == target.parent and part.suffix == ".part" and part.name.startswith(".")
    assert target.read_text() == "after" and [*target.parent.iterdir()] == [target]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_exception_leaves_nothing_behind(target, error):
    existed = target.exists()
    with pytest.raises(error), write_atomically(target) as (part,):
        part.write_text("half")
        raise error
    assert unchanged(target, existed)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_full_disk_is_reported_in_one_line(target):
    existed = target.exists()
    with pytest.raises(PhospheneError) as caught, write_atomically(target) as (part,):
        part.symlink_to("/dev/full")
        part.write_text("too much")
    assert str(caught.value) == f"{target}: could not be written (No space left on device)"
    assert caught.value.code == 1 and caught.value.__cause__.errno == errno.ENOSPC
    assert unchanged(target, existed)


def test_file_beyond_the_size_limit_leaves_nothing_behind(target):
    existed, before = target.exists(), resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        with pytest.raises(PhospheneError, match=r"result\.txt: could not be written \(File too large\)"):
            write_text(target, "x" * 2000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert unchanged(target, existed)


def test_missing_folder_is_reported_in_one_line(tmp_path):
    with pytest.raises(PhospheneError, match=r"x\.txt: could not be written \(No such file or directory\)"):
        write_text(tmp_path / "none" / "x.txt", "")


def test_several_files_appear_together_or_not_at_all(tmp_path):
    paths = [tmp_path / "a.wav", tmp_path / "b.json"]
    with pytest.raises(RuntimeError), write_atomically(*paths) as parts:
        parts[0].write_text("a")
        raise RuntimeError
    assert not [*tmp_path.iterdir()]
    with write_atomically(*paths) as parts:
        for part in parts:
            part.write_text(part.name)
    assert sorted(tmp_path.iterdir()) == paths


def test_file_that_was_never_written_is_an_error(tmp_path):
    with pytest.raises(PhospheneError, match=r"a\.wav: could not be written"), write_atomically(tmp_path / "a.wav"):
        pass


def test_temporary_names_do_not_collide(tmp_path):
    names = {temporary_path(tmp_path / name).name for name in ("a.wav", "a.flac", "b.wav")}
    assert len(names) == 3
    script = "from phosphene.engine.common.atomic_files import temporary_path; from pathlib import Path"
    script += "; print(temporary_path(Path('a.wav')))"
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()
    assert other != str(temporary_path(tmp_path / "a.wav").name), "two processes write under two names"


def test_longest_name_can_be_written(tmp_path):
    path = tmp_path / ("n" * 251 + ".txt")
    write_text(path, "x")
    assert path.read_text() == "x" and len(temporary_path(path).name) < 64


def test_text_is_utf8(tmp_path):
    write_text(tmp_path / "x", "é\n")
    assert (tmp_path / "x").read_bytes() == "é\n".encode()


def test_existing_file_needs_permission_to_overwrite(tmp_path):
    path = tmp_path / "x.wav"
    check_writable(path, overwrite=False)
    path.write_text("")
    check_writable(path, overwrite=True)
    with pytest.raises(UsageError, match=r"x\.wav: exists; name another file, or add --overwrite"):
        check_writable(path, overwrite=False)


def test_folder_is_no_file_to_write(tmp_path):
    with pytest.raises(UsageError, match="is a folder; name a file in it"):
        check_writable(tmp_path, overwrite=True)
    with pytest.raises(UsageError, match=f"there is no folder {tmp_path}/none"):
        check_writable(tmp_path / "none" / "x.wav", overwrite=True)
    with pytest.raises(UsageError, match=r"cannot be written \(File name too long\)"):
        check_writable(tmp_path / ("n" * 300), overwrite=True)


@pytest.mark.parametrize("writable", [True, False])
def test_folder_must_be_writable(tmp_path, monkeypatch, writable):
    monkeypatch.setattr(os, "access", lambda path, mode: writable)  # root may write to any folder
    if writable:
        check_writable(tmp_path / "x.wav", overwrite=False)
        return
    with pytest.raises(PhospheneError, match=rf"x\.wav: the folder {tmp_path} is not writable"):
        check_writable(tmp_path / "x.wav", overwrite=False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any folder")
def test_read_only_folder_is_reported(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(PhospheneError, match="is not writable"):
            check_writable(tmp_path / "x.wav", overwrite=False)
        with pytest.raises(PhospheneError, match=r"could not be written \(Permission denied\)"):
            write_text(tmp_path / "x.wav", "")
    finally:
        tmp_path.chmod(0o700)
