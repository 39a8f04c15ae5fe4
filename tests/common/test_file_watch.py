"""FileWatch: every save is noticed once, however the editor saves."""

import os

import pytest

from phosphene.engine.common.file_watch import FileWatch


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("a")
    return path


def save(path, text, nanoseconds):
    path.write_text(text)
    os.utime(path, ns=(nanoseconds, nanoseconds))


def test_save_is_noticed_once(file):
    watch = FileWatch(file)
    assert not watch.changed()
    save(file, "b", 10**18)
    assert watch.changed() and not watch.changed()


def test_other_size_at_the_same_time_is_noticed(file):
    save(file, "b", 10**18)
    watch = FileWatch(file)
    save(file, "bb", 10**18)
    assert watch.changed()


def test_save_by_renaming_is_noticed_when_the_file_is_back(file, tmp_path):
    watch = FileWatch(str(file))
    file.unlink()
    assert not watch.changed(), "a missing file has not changed"
    save(tmp_path / "new", "c", 10**18)
    (tmp_path / "new").rename(file)
    assert watch.changed() and not watch.changed()


def test_file_that_appears_has_changed(tmp_path):
    watch = FileWatch(tmp_path / "later")
    assert not watch.changed()
    (tmp_path / "later").write_text("")
    assert watch.changed()
