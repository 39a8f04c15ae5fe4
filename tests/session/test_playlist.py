"""Playlists: the rules by which presets take turns, and the one line that each mistake is told in."""

from itertools import pairwise
from types import SimpleNamespace

import pytest

from phosphene.engine.common.errors import UsageError
from phosphene.engine.presets.load import load_preset
from phosphene.engine.session.playlist import PlaylistOrder, Playlist, ChangeRules, check_presets, load_playlist
from phosphene.engine.session.playlist_runner import PlaylistRunner


def names(order, steps):
    found = []
    for _ in range(steps):
        found.append(order.name)
        order.step(1)
    return found


def test_a_list_is_played_in_its_order_and_again():
    assert names(PlaylistOrder(Playlist(presets=("a", "b", "c"))), 7) == list("abcabca")


@pytest.mark.parametrize("seed", range(5))
def test_at_random_all_come_before_one_comes_again_and_none_twice_running(seed):
    playlist = Playlist(presets=tuple("abcdef"), order="random", seed=seed)
    played = names(PlaylistOrder(playlist), 60)
    assert all(sorted(played[at : at + 6]) == list("abcdef") for at in range(0, 60, 6))
    assert all(one != other for one, other in pairwise(played))
    assert names(PlaylistOrder(playlist), 60) == played
    assert names(PlaylistOrder(playlist.model_copy(update={"seed": seed + 100})), 60) != played


def test_one_may_go_back_as_it_came():
    order = PlaylistOrder(Playlist(presets=tuple("abcdef"), order="random", seed=3))
    forth = names(order, 9)
    back = []
    for _ in range(9):
        order.step(-1)
        back.append(order.name)
    assert back == forth[::-1]


def frame(bar=0.0, silence=0.0):
    return {"bar": bar, "silence": silence}


def when(rules, frames):
    """Seconds at which it was time, of frames a tenth of a second apart; another preset came each time."""
    found = []
    for at, each in enumerate(frames):
        if rules.due(each, at / 10):
            found.append(at / 10)
            rules.begin()
    return found


def test_every_n_bars():
    frames = [frame(bar=7.3 + at / 20) for at in range(200)]  # half a bar a second
    assert when(ChangeRules(Playlist(presets=("a",), bars=4)), frames) == pytest.approx([8.0, 16.1], abs=0.2)
    assert when(ChangeRules(Playlist(presets=("a",))), frames) == []


def test_on_silence_once_a_silence():
    frames = [frame(silence=float(30 <= at < 120 or at >= 150)) for at in range(200)]
    assert when(ChangeRules(Playlist(presets=("a",), silence=2.0)), frames) == pytest.approx([5.0, 17.0], abs=0.11)


def test_after_minutes():
    frames = [frame() for _ in range(2000)]
    assert when(ChangeRules(Playlist(presets=("a",), minutes=1.0)), frames) == pytest.approx(
        [60.0, 120.0, 180.0], abs=0.5
    )


def test_bars_are_counted_on_where_the_sound_began_anew():
    frames = [frame(bar=400.0 + at / 20) for at in range(40)] + [frame(bar=at / 20) for at in range(200)]
    assert when(ChangeRules(Playlist(presets=("a",), bars=4)), frames) == pytest.approx([12.0, 20.1], abs=0.2)


WRONG = {
    "presets: []": "list.yaml:1: presets: found 0, needs 1 or more",
    "presets: [breath]\nbar: 4": "list.yaml:2: no key 'bar' (has bars, minutes, order, presets, seed, silence); did",
    "presets: [breath]\nbars: -1": "list.yaml:2: bars: -1 is outside 0 to 10000 bars",
    "presets: [breath]\norder: shuffle": "list.yaml:2: no order 'shuffle' (has listed, random)",
    "bars: 4": "presets: missing",
}


@pytest.mark.parametrize(("text", "told"), WRONG.items(), ids=WRONG)
def test_a_mistake_is_told_in_a_line(tmp_path, monkeypatch, text, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.yaml").write_text(text)
    with pytest.raises(UsageError) as caught:
        load_playlist("list.yaml")
    assert told in str(caught.value) and "\n" not in str(caught.value)


def test_every_preset_is_looked_at_before_it_begins(tmp_path):
    (tmp_path / "mine.yaml").write_text("scene: scop")
    (tmp_path / "list.yaml").write_text("presets: [breath, ./mine.yaml, breth]")
    playlist = load_playlist(tmp_path / "list.yaml")
    with pytest.raises(UsageError) as caught:
        check_presets(playlist, "list.yaml", load_preset)
    first, second = str(caught.value).splitlines()
    assert "did you mean 'scope'?" in first and "did you mean 'breath'?" in second


class Session:
    """What a programme needs of one, without sound: it plays, and says when it is done."""

    def __init__(self, name):
        self.name, self.settled, self.sick, self.played = name, True, False, []

    def play(self, preset, name):
        self.name = name
        self.played.append((name, preset.seed))


@pytest.fixture
def files(tmp_path):
    for seed, name in enumerate("abc"):
        (tmp_path / f"{name}.yaml").write_text(f"seed: {seed}")
    return [str(tmp_path / f"{name}.yaml") for name in "abc"]


@pytest.fixture
def programme(files):
    playlist = Playlist(presets=tuple(files), bars=4)
    return PlaylistRunner(Session(files[0]), playlist, lambda name: (load_preset(name)[0], [name]), automatic=True)


def seeds(programme):
    return [seed for _, seed in programme.session.played]


def test_hands_and_rules_change_presets_and_none_before_its_turn(programme):
    programme.next()
    programme.session.settled = False
    assert programme.look(None, 0.0) == [] and not seeds(programme)
    programme.session.settled = True
    assert programme.look(None, 0.0) == ["b: plays"] and seeds(programme) == [1]
    for second in range(12):
        programme.look(frame(bar=second / 2), float(second))
    assert seeds(programme) == [1, 2]
    programme.next(), programme.next()
    programme.look(None, 20.0)
    assert seeds(programme) == [1, 2, 1], "the last word"
    programme.next(-1)
    programme.look(None, 21.0)
    assert seeds(programme) == [1, 2, 1, 0]


def test_the_same_preset_again_has_its_bars_too(files):
    twice = Playlist(presets=(files[0], files[0], files[1]), bars=4)
    programme = PlaylistRunner(Session(files[0]), twice, lambda name: (load_preset(name)[0], [name]), automatic=True)
    told = [programme.look(frame(bar=second / 2), float(second)) for second in range(18)]
    assert [at for at, lines in enumerate(told) if lines] == [8, 17] and seeds(programme) == [0, 1]


def test_what_a_save_brings_in_is_watched_from_then_on(files):
    paths = {files[0]: [files[0]]}
    programme = PlaylistRunner(
        Session(files[0]),
        Playlist(presets=(files[0],)),
        lambda name: (load_preset(name)[0], paths[name]),
        automatic=False,
    )
    paths[files[0]] = files[:2]
    with open(files[0], "w") as file:
        file.write("seed: 77")
    assert programme.look(None, 0.0)
    with open(files[1], "w") as file:
        file.write("seed: 789")
    assert programme.look(None, 1.0) == [f"{files[1]}: played anew"]


def test_a_file_that_is_saved_is_played_anew_and_a_fault_leaves_the_old_one(programme, files):
    with open(files[0], "w") as file:
        file.write("seed: 77")
    assert programme.look(None, 0.0) == [f"{files[0]}: played anew"] and seeds(programme) == [77]
    with open(files[0], "w") as file:
        file.write("sead: 789")
    (told,) = programme.look(None, 0.0)
    assert told.endswith("; the old one plays on") and seeds(programme) == [77]


def test_a_sick_preset_gives_way_to_the_one_before(programme):
    programme.next()
    programme.look(None, 0.0)
    programme.session.sick = True
    programme.look(None, 1.0)
    assert seeds(programme) == [1, 0] and not programme.session.sick
    programme.session = SimpleNamespace(**{**vars(programme.session), "sick": True, "play": programme.session.play})
    programme.past.clear()
    programme.look(None, 2.0)
    assert len(programme.session.played) == 3, "where nothing was before, another one comes"
