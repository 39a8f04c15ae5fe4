"""tools/start.py: set-up, its errors, and the commands it runs."""

import ast
import importlib.util
import subprocess
import sys
import threading
from pathlib import Path

import pytest

START = Path(__file__).parents[2] / "tools" / "start.py"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="runs shell scripts in place of Python and pip")
FAKE_PIP = """#!/bin/sh
echo "$@" >> "{log}"
case "$*" in *"pip install"*) {pip} ;; esac
"""


def load(file):
    spec = importlib.util.spec_from_file_location("start", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def start(tmp_path, monkeypatch):
    """start.py as found in an empty clone, on a system that lacks nothing."""
    home = tmp_path / "clone"
    (home / "tools").mkdir(parents=True)
    (home / "tools" / "start.py").write_bytes(START.read_bytes())
    (home / "pyproject.toml").write_text("[project]\n")
    (home / "constraints.txt").write_text("numpy==2\n")
    module = load(home / "tools" / "start.py")
    monkeypatch.setattr(module, "missing_packages", lambda level, by: [])
    return module


def give_venv(start, pip="exit 0"):
    """A .venv whose Python only logs its arguments."""
    start.BIN.mkdir(parents=True, exist_ok=True)
    log = start.ROOT / "arguments.log"
    start.PYTHON.write_text(FAKE_PIP.format(log=log, pip=pip))
    start.PYTHON.chmod(0o755)
    (start.VENV / "pyvenv.cfg").write_text("version = 3.11.7\n")
    return log


def installs(log):
    return [line for line in log.read_text().splitlines() if "pip install" in line] if log.exists() else []


def run(*args, **options):
    return subprocess.run([sys.executable, str(START), *args], capture_output=True, text=True, **options)


# Words


def test_old_pythons_can_parse_the_file():
    ast.parse(START.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_an_old_python_is_refused_in_one_line(start, monkeypatch, capsys):
    monkeypatch.setattr(start.sys, "version_info", (3, 9, 2, "final", 0))
    assert start.main(["demo"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "3.11" in error and "3.9.2" in error


def test_no_arguments_is_an_error_and_help_is_not(tmp_path):
    mistaken, help_run = run(cwd=tmp_path), run("--help", cwd=tmp_path)
    assert (mistaken.returncode, help_run.returncode) == (2, 0)
    assert mistaken.stdout == "" and mistaken.stderr == help_run.stdout
    assert "demo" in help_run.stdout and len(help_run.stdout.splitlines()) < 12


def test_demo_takes_no_arguments(start, capsys):
    assert start.main(["demo", "--seconds", "3"]) == 2
    assert "bounce" in capsys.readouterr().err


# The system


NOTHING = {"can_load": lambda name: False, "installed_packages": lambda names: set(), "which": lambda command: None}
ALL = {"can_load": lambda library: True, "installed_packages": set, "which": lambda command: "/usr/bin/" + command}


@pytest.fixture
def linux(monkeypatch):
    module = load(START)
    monkeypatch.setattr(module.sys, "platform", "linux")
    monkeypatch.setattr(module, "can_make_venv", lambda: True)
    return module


def test_installed_packages_are_not_missing(linux):
    assert [
        linux.missing_packages(level, by, **ALL) for level in ("run", "test") for by in ("apt-get", "dnf", None)
    ] == [[]] * 6


def test_a_bare_debian_misses_everything(linux):
    venv_works, drawing = ["libasound2-plugins", "libportaudio2"], ["libegl1", "libgl1", "libgl1-mesa-dri"]
    window = ["libx11-6", "libxcursor1", "libxinerama1", "libxrandr2"]
    for_run, for_tests = [*venv_works, *drawing, *window], ["libxtst6", "pulseaudio", "pulseaudio-utils", "xvfb"]
    assert linux.missing_packages("run", "apt-get", **NOTHING) == sorted(for_run)
    assert linux.missing_packages("test", "apt-get", **NOTHING) == sorted(for_run + for_tests)


def test_other_package_managers_get_their_own_names(linux):
    window = ["libX11", "libXcursor", "libXinerama", "libXrandr"]
    assert linux.missing_packages("test", "dnf", **NOTHING) == [*window, "libglvnd-egl", "libglvnd-glx", "portaudio"]
    window = ["libx11", "libxcursor", "libxinerama", "libxrandr"]
    assert linux.missing_packages("run", "pacman", **NOTHING) == ["libglvnd", *window, "portaudio"]
    assert "libportaudio.so.2" in linux.missing_packages("run", None, **NOTHING)


def test_a_library_without_a_package_is_enough(linux):
    by_hand = dict(NOTHING, can_load=lambda library: "portaudio" in library)
    assert "libportaudio2" not in linux.missing_packages("run", "apt-get", **by_hand)


def test_pulseaudio_never_replaces_pipewire(linux):
    pipewire = dict(ALL, which=lambda command: None if command == "pulseaudio" else command)
    assert linux.missing_packages("test", "apt-get", **pipewire) == []
    assert "--no-remove" in linux.install_hint(["pulseaudio"], "apt-get", root=False)


def test_debian_s_venv_is_only_needed_to_create_one(linux, tmp_path, monkeypatch):
    monkeypatch.setattr(linux, "can_make_venv", lambda: False)
    package = f"python3.{sys.version_info[1]}-venv"
    monkeypatch.setattr(linux, "PYTHON", tmp_path / "absent")
    assert linux.missing_packages("run", "apt-get", **ALL) == [package]
    monkeypatch.setattr(linux, "PYTHON", Path(sys.executable))
    assert linux.missing_packages("run", "apt-get", **ALL) == []


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_macos_and_windows_need_no_packages(linux, monkeypatch, platform):
    monkeypatch.setattr(linux.sys, "platform", platform)
    assert linux.missing_packages("test", None, **NOTHING) == []


@pytest.mark.parametrize(
    ("by", "root", "line"),
    [
        ("apt-get", False, "type: sudo apt-get install -y --no-remove libegl1 libgl1"),
        ("dnf", False, "type: sudo dnf install -y libegl1 libgl1"),
        ("pacman", True, "type: pacman -S --noconfirm libegl1 libgl1"),
        (None, True, "install what brings libegl1, libgl1"),
    ],
)
def test_without_root_it_prints_what_to_type(linux, monkeypatch, by, root, line):
    monkeypatch.setattr(linux, "run_quietly", lambda *a, **k: pytest.fail("it tried to install"))
    with pytest.raises(linux.SetupError) as refusal:
        linux.install(["libegl1", "libgl1"], by, root)
    assert str(refusal.value).endswith(line) and "\n" not in str(refusal.value)
    assert refusal.value.code == 2


def test_root_on_debian_installs_and_updates_stale_lists(linux, monkeypatch):
    commands, answers = [], [(100, "no such package"), (0, ""), (0, "")]

    def attempt(command, **options):
        commands.append(command)
        return answers[len(commands) - 1]

    monkeypatch.setattr(linux, "run_quietly", attempt)
    linux.install(["libegl1"], "apt-get", True)
    assert ["update" in command for command in commands] == [False, True, False]
    assert commands[0] == commands[2] and commands[0][-1] == "libegl1"


def test_when_apt_fails_the_line_to_type_is_printed(linux, monkeypatch, capsys):
    monkeypatch.setattr(linux, "run_quietly", lambda command, **k: (100, "Unable to fetch"))
    with pytest.raises(linux.SetupError) as refusal:
        linux.install(["libegl1"], "apt-get", True)
    assert refusal.value.code == 1 and "type: apt-get install" in str(refusal.value)
    assert "Unable to fetch" in capsys.readouterr().err


def test_a_setup_error_is_one_line_and_an_exit_code(start, monkeypatch, capsys):
    monkeypatch.setattr(start, "missing_packages", lambda level, by: ["portaudio"])
    monkeypatch.setattr(start, "package_manager", lambda: "dnf")
    assert start.main(["live"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not start.VENV.exists(), "it began although it could not end"


# The .venv


@POSIX
def test_the_second_start_does_not_call_pip(start):
    log = give_venv(start)
    start.set_up("run")
    assert len(installs(log)) == 1 and start.is_set_up("run")
    before = log.read_text()
    start.set_up("run")
    assert log.read_text() == before


@POSIX
def test_the_packages_for_tests_include_those_for_a_run(start):
    log = give_venv(start)
    start.set_up("run")
    start.set_up("test")
    start.set_up("run")
    first, second = installs(log)
    assert first.endswith("-e .") and second.endswith("-e .[dev,control]")


@POSIX
@pytest.mark.parametrize("file", ["pyproject.toml", "constraints.txt", ".venv/pyvenv.cfg"])
def test_a_changed_project_is_installed_again(start, file):
    log = give_venv(start)
    start.set_up("run")
    (start.ROOT / file).write_text("changed")
    assert not start.is_set_up("run")
    start.set_up("run")
    assert len(installs(log)) == 2 and start.is_set_up("run")


@POSIX
def test_a_moved_clone_is_installed_again(start):
    give_venv(start)
    start.PYTHON.replace(start.ROOT.parent / "python")  # a .venv's Python is a link to one that stays
    start.PYTHON.symlink_to(start.ROOT.parent / "python")
    start.set_up("run")
    assert start.is_set_up("run")
    moved = start.ROOT.rename(start.ROOT.with_name("moved"))
    assert not load(moved / "tools" / "start.py").is_set_up("run")


@POSIX
def test_a_failing_pip_is_printed_and_leaves_no_stamp(start, capsys):
    log = give_venv(start, pip="seq 100; echo no matching distribution; exit 1")
    assert start.main(["live"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert "no matching distribution" in lines and "pip" in lines[-1]
    assert "1" not in lines, "only the end of a long output is shown"
    assert start.stamp() == "" and not start.is_set_up("run")
    give_venv(start)
    start.set_up("run")
    assert len(installs(log)) == 2 and start.is_set_up("run")


@POSIX
def test_an_interrupted_set_up_starts_again(start, monkeypatch):
    log = give_venv(start, pip="kill -9 $PPID")
    script = f"import importlib.util as u; s = u.spec_from_file_location('start', {str(start.__file__)!r})\n"
    script += "m = u.module_from_spec(s); s.loader.exec_module(m); m.fill_venv('run')"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True).returncode == -9
    assert start.stamp() == start.UNFINISHED and not start.is_set_up("run")

    made, run_quietly = [], start.run_quietly

    def watch(command, **options):
        if "venv" not in command:
            return run_quietly(command, **options)
        made.append(sorted(file.name for file in start.VENV.iterdir()))
        give_venv(start)
        return 0, ""

    monkeypatch.setattr(start, "run_quietly", watch)
    start.set_up("run")
    assert made == [["phosphene.stamp"]], "only the stamp of the interrupted run may remain"
    assert len(installs(log)) == 2 and start.is_set_up("run")


@POSIX
@pytest.mark.parametrize("python", ["exit 1", None], ids=["too old or without pip", "gone"])
def test_a_broken_venv_is_replaced(start, python):
    give_venv(start)
    start.PYTHON.unlink()
    if python:
        start.PYTHON.write_text(f"#!/bin/sh\n{python}\n")
        start.PYTHON.chmod(0o755)
    else:
        start.PYTHON.symlink_to("/nowhere/python3")
    assert not start.venv_works()


@POSIX
def test_two_starts_at_once_install_once(start):
    log = give_venv(start, pip="sleep 0.2")
    both = [threading.Thread(target=start.set_up, args=("run",)) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(installs(log)) == 1 and start.is_set_up("run")


@POSIX
def test_the_lock_is_released_when_its_holder_dies(start):
    script = f"import importlib.util as u; s = u.spec_from_file_location('start', {str(start.__file__)!r})\n"
    script += "m = u.module_from_spec(s); s.loader.exec_module(m); c = m.setup_lock(); c.__enter__()\n"
    script += "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert subprocess.run([sys.executable, "-c", script]).returncode == -9
    with start.setup_lock():
        pass


# Out of the way


@pytest.fixture
def clone(start):
    """An empty clone, set up, whose phosphene is a script."""
    give_venv(start)
    start.set_up("test")
    real = START.read_text(encoding="utf-8").replace("if __name__", "lacking = lambda *a: []\n\nif __name__")
    Path(start.__file__).write_text(real)  # run as a program, it must not look at this machine
    return start


def script(start, name, text):
    file = start.BIN / name
    file.write_text("#!/bin/sh\n" + text)
    file.chmod(0o755)


def begin(start, *args, **options):
    command = [sys.executable, start.__file__, *args]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


@POSIX
def test_other_words_go_to_phosphene(clone, tmp_path):
    script(clone, "phosphene", 'echo $$; pwd; for word in "$@"; do echo "<$word>"; done; echo loud >&2; exit 7')
    child = begin(clone, "live", "a b", "--help", cwd=tmp_path)
    out, err = child.communicate()
    assert out.splitlines() == [str(child.pid), str(tmp_path), "<live>", "<a b>", "<--help>"]
    assert (child.returncode, err) == (7, "loud\n"), "the wrapper spoke, or stayed in between"


@POSIX
def test_a_warm_start_only_runs_the_command(clone, monkeypatch):
    began = []
    monkeypatch.setattr(clone, "run_quietly", lambda *a, **k: pytest.fail("a process was started"))
    monkeypatch.setattr(clone, "setup_lock", lambda: pytest.fail("a lock was taken"))
    monkeypatch.setattr(clone.os, "execv", lambda *a: began.append(a))
    clone.main(["live", "--source", "synth"])
    command = str(clone.BIN / "phosphene")
    assert began == [(command, [command, "live", "--source", "synth"])]


@POSIX
@pytest.mark.parametrize("code", [0, 5])
def test_the_exit_code_is_pytests(clone, code, tmp_path):
    give_venv(clone)
    clone.PYTHON.write_text(f'#!/bin/sh\necho "$(pwd) $@"; exit {code}\n')
    child = begin(clone, "test", "-k", "a b", cwd=tmp_path)
    out, err = child.communicate()
    assert (child.returncode, err) == (code, "")
    assert out.strip() == f"{clone.ROOT} -m pytest -k a b"


@POSIX
@pytest.mark.parametrize("codes", [(0, 0, 0), (3, 0, 0), (0, 4, 0), (0, 0, 5)])
def test_without_arguments_all_checks_and_tests_run(clone, codes, tmp_path, monkeypatch):
    monkeypatch.delenv("LP_NUM_THREADS", raising=False)
    give_venv(clone)
    types, parallel, realtime = codes
    cases = f'*mypy) exit {types};; *"not realtime"*) exit {parallel};; *realtime*) exit {realtime};;'
    clone.PYTHON.write_text(f'#!/bin/sh\necho "$LP_NUM_THREADS: $@"; case "$*" in {cases} esac\n')
    child = begin(clone, "test", cwd=tmp_path)
    lint, *beside, first, second = child.communicate()[0].splitlines()
    assert child.returncode == max(codes)
    assert lint == ": -m ruff check ."
    assert sorted(line.partition(" ")[2][:7] for line in beside) == ["-c from", "-m mypy"]
    assert first.startswith("1: -m pytest -n ") and first.endswith("-m not soak and not realtime")
    assert second == ": -m pytest -m realtime and not soak"


@POSIX
def test_demo_renders_in_the_clone_and_prints_where(clone, tmp_path):
    script(clone, "phosphene", 'echo "$@"; pwd')
    child = begin(clone, "demo", cwd=tmp_path)
    arguments, where, line_printed = child.communicate()[0].splitlines()
    assert child.returncode == 0 and where == str(clone.ROOT) and (clone.ROOT / "out").is_dir()
    assert arguments.startswith("bounce --source synth --seconds 12 --seed 7 --size 640x360 --fps 30 ")
    results = [args.split()[0] for args in arguments.split(" -o ")[1:]]
    assert results == ["out/demo.mp4", "out/demo.wav"] and arguments.endswith("--overwrite")
    assert all(str(clone.ROOT / result) in line_printed for result in results)


@POSIX
def test_a_failed_demo_prints_no_result(clone):
    script(clone, "phosphene", "exit 3")
    child = begin(clone, "demo")
    out, _ = child.communicate()
    assert (child.returncode, out) == (3, "")


@POSIX
@pytest.mark.parametrize("word", ["live", "demo"])
def test_a_signal_stops_the_command(clone, word):
    script(clone, "phosphene", 'trap "echo stopped; exit 9" TERM\necho running\nwhile :; do sleep 0.05; done')
    child = begin(clone, word)
    assert child.stdout.readline() == "running\n"
    child.terminate()
    out, _ = child.communicate(timeout=20)
    assert (out, child.returncode) == ("stopped\n", 9)
