"""Playlists: their order, the rules that change presets, and a one-line error for each mistake."""

from itertools import pairwise

import pytest

from phosphene.engine.common.errors import UsageError
from phosphene.engine.presets.load import load_preset
from phosphene.engine.session.playlist import ChangeRules, Playlist, PlaylistOrder, check_presets, load_playlist
from phosphene.engine.session.playlist_runner import PlaylistRunner


def names(order, steps):
    found = []
    for _ in range(steps):
        found.append(order.name)
        order.step(1)
    return found


def test_a_listed_order_repeats():
    assert names(PlaylistOrder(Playlist(presets=("a", "b", "c"))), 7) == list("abcabca")


@pytest.mark.parametrize("seed", range(5))
def test_a_random_round_plays_every_preset_once_and_none_twice_in_a_row(seed):
    playlist = Playlist(presets=tuple("abcdef"), order="random", seed=seed)
    played = names(PlaylistOrder(playlist), 60)
    assert all(sorted(played[at : at + 6]) == list("abcdef") for at in range(0, 60, 6))
    assert all(one != other for one, other in pairwise(played))
    assert names(PlaylistOrder(playlist), 60) == played
    assert names(PlaylistOrder(playlist.model_copy(update={"seed": seed + 100})), 60) != played


def test_a_random_order_can_be_stepped_back():
    order = PlaylistOrder(Playlist(presets=tuple("abcdef"), order="random", seed=3))
    forward = names(order, 9)
    back = []
    for _ in range(9):
        order.step(-1)
        back.append(order.name)
    assert back == forward[::-1]


def frame(bar=0.0, silence=0.0):
    return {"bar": bar, "silence": silence}


def due_seconds(rules, frames):
    """Seconds at which the next preset was due and came, for frames a tenth of a second apart."""
    found = []
    for index, each in enumerate(frames):
        if rules.is_due(each, index / 10):
            found.append(index / 10)
            rules.restart()
    return found


def test_bars_change_the_preset():
    frames = [frame(bar=7.3 + at / 20) for at in range(200)]  # half a bar a second
    assert due_seconds(ChangeRules(Playlist(presets=("a",), bars=4)), frames) == pytest.approx([8.0, 16.1], abs=0.2)
    assert due_seconds(ChangeRules(Playlist(presets=("a",))), frames) == []


def test_each_silence_changes_the_preset_once():
    frames = [frame(silence=float(30 <= at < 120 or at >= 150)) for at in range(200)]
    rules = ChangeRules(Playlist(presets=("a",), silence=2.0))
    assert due_seconds(rules, frames) == pytest.approx([5.0, 17.0], abs=0.11)


def test_minutes_change_the_preset():
    frames = [frame() for _ in range(2000)]
    assert due_seconds(ChangeRules(Playlist(presets=("a",), minutes=1.0)), frames) == pytest.approx(
        [60.0, 120.0, 180.0], abs=0.5
    )


def test_bars_count_on_after_lost_sound():
    frames = [frame(bar=400.0 + at / 20) for at in range(40)] + [frame(bar=at / 20) for at in range(200)]
    assert due_seconds(ChangeRules(Playlist(presets=("a",), bars=4)), frames) == pytest.approx([12.0, 20.1], abs=0.2)


WRONG = {
    "presets: []": "list.yaml:1: presets: found 0, needs 1 or more",
    "presets: [breath]\nbar: 4": "list.yaml:2: no key 'bar' (has bars, minutes, order, presets, seed, silence); did",
    "presets: [breath]\nbars: -1": "list.yaml:2: bars: -1 is outside 0 to 10000 bars",
    "presets: [breath]\norder: shuffle": "list.yaml:2: no order 'shuffle' (has listed, random)",
    "bars: 4": "presets: missing",
}


@pytest.mark.parametrize(("text", "message"), WRONG.items(), ids=WRONG)
def test_a_mistake_is_one_line(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.yaml").write_text(text)
    with pytest.raises(UsageError) as caught:
        load_playlist("list.yaml")
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_every_preset_is_checked_before_the_first_plays(tmp_path):
    (tmp_path / "mine.yaml").write_text("scene: scop")
    (tmp_path / "list.yaml").write_text("presets: [breath, ./mine.yaml, breth]")
    playlist = load_playlist(tmp_path / "list.yaml")
    with pytest.raises(UsageError) as caught:
        check_presets(playlist, "list.yaml", load_preset)
    first, second = str(caught.value).splitlines()
    assert "did you mean 'scope'?" in first and "did you mean 'breath'?" in second


class SilentPlayer:
    """A PresetPlayer that only keeps what it was given."""

    def __init__(self, name):
        self.name, self.is_settled, self.picture_failed, self.played = name, True, False, []

    def play(self, preset, name):
        self.name = name
        self.played.append((name, preset.seed))


@pytest.fixture
def files(tmp_path):
    for seed, name in enumerate("abc"):
        (tmp_path / f"{name}.yaml").write_text(f"seed: {seed}")
    return [str(tmp_path / f"{name}.yaml") for name in "abc"]


@pytest.fixture
def runner(files):
    playlist = Playlist(presets=tuple(files), bars=4)
    return PlaylistRunner(SilentPlayer(files[0]), playlist, lambda name: (load_preset(name)[0], [name]), automatic=True)


def seeds(runner):
    return [seed for _, seed in runner.player.played]


def test_keys_and_rules_change_presets_once_the_last_has_settled(runner):
    runner.next()
    runner.player.is_settled = False
    assert runner.poll(None, 0.0) == [] and not seeds(runner)
    runner.player.is_settled = True
    assert runner.poll(None, 0.0) == ["b: playing"] and seeds(runner) == [1]
    for second in range(12):
        runner.poll(frame(bar=second / 2), float(second))
    assert seeds(runner) == [1, 2]
    runner.next(), runner.next()
    runner.poll(None, 20.0)
    assert seeds(runner) == [1, 2, 1], "the last request counts"
    runner.next(-1)
    runner.poll(None, 21.0)
    assert seeds(runner) == [1, 2, 1, 0]


def test_a_preset_listed_twice_plays_its_bars_twice(files):
    twice = Playlist(presets=(files[0], files[0], files[1]), bars=4)
    runner = PlaylistRunner(SilentPlayer(files[0]), twice, lambda name: (load_preset(name)[0], [name]), automatic=True)
    notices = [runner.poll(frame(bar=second / 2), float(second)) for second in range(18)]
    assert [at for at, lines in enumerate(notices) if lines] == [8, 17] and seeds(runner) == [0, 1]


def test_files_that_a_save_adds_are_watched(files):
    paths = {files[0]: [files[0]]}
    runner = PlaylistRunner(
        SilentPlayer(files[0]),
        Playlist(presets=(files[0],)),
        lambda name: (load_preset(name)[0], paths[name]),
        automatic=False,
    )
    paths[files[0]] = files[:2]
    with open(files[0], "w") as file:
        file.write("seed: 77")
    assert runner.poll(None, 0.0)
    with open(files[1], "w") as file:
        file.write("seed: 789")
    assert runner.poll(None, 1.0) == [f"{files[1]}: reloaded"]


def test_a_saved_file_is_reloaded_unless_it_has_faults(runner, files):
    with open(files[0], "w") as file:
        file.write("seed: 77")
    assert runner.poll(None, 0.0) == [f"{files[0]}: reloaded"] and seeds(runner) == [77]
    with open(files[0], "w") as file:
        file.write("sead: 789")
    (notice,) = runner.poll(None, 0.0)
    assert notice.endswith("; the old preset keeps playing") and seeds(runner) == [77]


def test_a_preset_whose_picture_fails_is_replaced_by_the_one_before(runner):
    runner.next()
    runner.poll(None, 0.0)
    runner.player.picture_failed = True
    runner.poll(None, 1.0)
    assert seeds(runner) == [1, 0] and not runner.player.picture_failed
    runner.player.picture_failed = True
    runner.history.clear()
    runner.poll(None, 2.0)
    assert len(runner.player.played) == 3, "without a preset before, the next one comes"
