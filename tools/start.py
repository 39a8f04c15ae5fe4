"""Set up Phosphene where it was cloned, and run it. Needs nothing but Python 3.11.

    python3 tools/start.py demo            set up, render twelve seconds to out/demo.mp4 and out/demo.wav
    python3 tools/start.py test            set up, run all checks and tests: most in parallel, those in real time alone
    python3 tools/start.py test ARGS       set up, run pytest with these arguments
    python3 tools/start.py live ARGS       any other word is a phosphene command

Safe to call again at any time: it keeps what is complete and repeats what was interrupted.
"""

# Any Python 3.6 must be able to parse this file, to print that it is too old.

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / "phosphene.stamp"
WINDOWS = sys.platform == "win32"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
MIN_PYTHON = (3, 11)
UNFINISHED = "unfinished"
LAST_LINES = 15  # of a failed command's output that are printed

EXTRAS = {"run": "", "test": "[dev,control]"}  # each level includes the ones before it
DEMO = (
    "bounce --source synth --seconds 12 --seed 7 --size 640x360 --fps 30 -o out/demo.mp4 -o out/demo.wav --overwrite"
).split()

LIBRARIES = {  # libraries that are loaded, and their package for each package manager
    "libportaudio.so.2": {"apt-get": "libportaudio2", "dnf": "portaudio", "pacman": "portaudio"},
    "libEGL.so.1": {"apt-get": "libegl1", "dnf": "libglvnd-egl", "pacman": "libglvnd"},
    "libGL.so.1": {"apt-get": "libgl1", "dnf": "libglvnd-glx", "pacman": "libglvnd"},
    "libX11.so.6": {"apt-get": "libx11-6", "dnf": "libX11", "pacman": "libx11"},
    "libXcursor.so.1": {"apt-get": "libxcursor1", "dnf": "libXcursor", "pacman": "libxcursor"},
    "libXinerama.so.1": {"apt-get": "libxinerama1", "dnf": "libXinerama", "pacman": "libxinerama"},
    "libXrandr.so.2": {"apt-get": "libxrandr2", "dnf": "libXrandr", "pacman": "libxrandr"},
}
PLUGINS = (
    "libasound2-plugins",
    "libgl1-mesa-dri",
)  # loaded by other libraries; on Debian, dpkg knows whether they are there
FOR_TESTS = {  # Debian's packages, and the commands or libraries that replace each
    "pulseaudio": ("pulseaudio", "pipewire-pulse"),
    "pulseaudio-utils": ("pactl",),
    "xvfb": ("Xvfb",),
    "libxtst6": ("libXtst.so.6",),
}
INSTALL_ARGS = {"apt-get": ["install", "-y", "--no-remove"], "dnf": ["install", "-y"], "pacman": ["-S", "--noconfirm"]}


class SetupError(Exception):
    """Why nothing can run, in one line, and the exit code: 2 if the user must act, 1 for a failure."""

    def __init__(self, line, code):
        super().__init__(line)
        self.code = code


def print_error(line):
    print(line, file=sys.stderr, flush=True)


# System packages


def can_load(library):
    import ctypes

    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def installed_packages(packages):
    """The Debian packages of these that are installed."""
    query = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *packages]
    answer = subprocess.run(query, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True)
    return {line.split()[0] for line in answer.stdout.splitlines() if line.endswith(" installed")}


def package_manager():
    """The command of the system's package manager; None if it is not known."""
    if shutil.which("apt-get") and shutil.which("dpkg-query"):
        return "apt-get"
    return next((name for name in ("dnf", "pacman") if shutil.which(name)), None)


def missing_packages(level, by, *, can_load=can_load, installed_packages=installed_packages, which=shutil.which):
    """Packages that this level needs and the machine lacks, by their names for the package manager `by`.

    On macOS and Windows the wheels bring everything.
    """
    if not sys.platform.startswith("linux"):
        return []
    missing = [packages.get(by, library) for library, packages in LIBRARIES.items() if not can_load(library)]
    if by == "apt-get":
        present = installed_packages(PLUGINS)
        missing += [package for package in PLUGINS if package not in present]
        if level == "test":
            for package, names in FOR_TESTS.items():
                if not any(can_load(name) if ".so" in name else which(name) for name in names):
                    missing.append(package)
        if not PYTHON.exists() and not can_make_venv():
            missing.append("python3.%d-venv" % sys.version_info[1])
    return sorted(set(missing))


def can_make_venv():
    """Debian has this part of Python in a package of its own."""
    from importlib.util import find_spec

    return find_spec("ensurepip") is not None


def install_hint(missing, by, root):
    """What the user has to type, in one line."""
    if by is None:
        return "install what brings " + ", ".join(missing)
    return "type: " + " ".join([*([] if root else ["sudo"]), by, *INSTALL_ARGS[by], *missing])


def install(missing, by, root):
    """Install system packages, as root on Debian and its relatives; elsewhere raise with the line to type."""
    line = install_hint(missing, by, root)
    if by != "apt-get" or not root:
        raise SetupError("system packages are missing; " + line, 2)
    print_error("installing " + " ".join(missing))
    command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=120", *INSTALL_ARGS[by], "--no-install-recommends", *missing]
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    if run_quietly(command, env=environment)[0]:
        run_quietly(["apt-get", "-q", "update"], env=environment)  # a fresh container has no package lists
        code, output = run_quietly(command, env=environment)
        if code:
            print_error(output)
            raise SetupError("apt-get could not install what is missing; " + line, 1)


# The virtual environment


def fingerprint(level):
    """Changes with everything that changes what pip installs, and with the place of the checkout."""
    digest = hashlib.sha256()
    for file in (ROOT / "pyproject.toml", ROOT / "constraints.txt", VENV / "pyvenv.cfg"):
        digest.update(file.read_bytes() if file.exists() else b"")
        digest.update(b"\0")
    for word in (str(ROOT), os.path.realpath(str(PYTHON)), level):
        digest.update(word.encode() + b"\0")
    return digest.hexdigest()


def stamp():
    """The fingerprint of the last set-up, UNFINISHED, or an empty text."""
    try:
        return STAMP.read_text()
    except OSError:
        return ""


def is_set_up(level):
    """True if .venv has the packages of `level`."""
    levels = list(EXTRAS)
    return stamp() in [fingerprint(other) for other in levels[levels.index(level) :]]


def venv_works():
    """True if .venv has a Python that runs, is new enough and has pip, and its last set-up was not interrupted."""
    if stamp() == UNFINISHED or not PYTHON.exists():
        return False
    probe = "import sys, pip; sys.exit(sys.version_info < %r)" % (MIN_PYTHON,)
    return run_quietly([str(PYTHON), "-c", probe])[0] == 0


def fill_venv(level):
    """Create .venv if necessary, and install the packages of `level`."""
    if not venv_works():
        print_error("making .venv")
        shutil.rmtree(str(VENV), ignore_errors=True)
        VENV.mkdir(exist_ok=True)
        STAMP.write_text(UNFINISHED)
        own = getattr(sys, "_base_executable", None) or sys.executable  # not that of .venv, which was deleted
        code, output = run_quietly([own, "-m", "venv", str(VENV)])
        if code:
            print_error(output)
            raise SetupError("could not make .venv with %s" % own, 1)
    print_error("installing Python packages (a minute or two the first time)")
    STAMP.write_text(UNFINISHED)
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--no-input", "--disable-pip-version-check"]
    code, output = run_quietly([*pip, "-c", "constraints.txt", "-e", "." + EXTRAS[level]])
    STAMP.unlink()
    if code:
        print_error(output)
        raise SetupError("pip could not install Phosphene's packages into .venv (its output is above)", 1)
    fresh = STAMP.with_name(STAMP.name + ".new")
    fresh.write_text(fingerprint(level))
    fresh.replace(STAMP)


@contextlib.contextmanager
def setup_lock():
    """One set-up at a time. The system releases the lock when its holder dies."""
    if sys.platform == "win32":
        import msvcrt

        handle = os.open(__file__, os.O_RDONLY)
        os.lseek(handle, 1 << 30, os.SEEK_SET)  # far behind the end, since locked bytes cannot be read
        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
                break
            except OSError:  # it gives up after ten seconds
                pass
    else:
        import fcntl

        handle = os.open(str(ROOT), os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(handle)


def set_up(level):
    """Install everything that `level` needs. Takes milliseconds when it is there."""
    by = package_manager()
    if is_set_up(level) and not missing_packages(level, by):
        return
    with setup_lock():
        missing = missing_packages(level, by)
        if missing:
            install(missing, by, not WINDOWS and os.geteuid() == 0)
        if not is_set_up(level):  # unless another start has just done it
            fill_venv(level)


# Running


def run_quietly(command, **options):
    """Run a command without output: its exit code, and the last lines that it printed."""
    done = subprocess.run(
        command,
        cwd=str(ROOT),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        errors="replace",
        **options,
    )
    return done.returncode, "\n".join(done.stdout.splitlines()[-LAST_LINES:])


def run_attached(command):
    """Run a command in the foreground; Ctrl-C is left to it. Gives its exit code as a shell would."""
    children, stopped = [], []  # a signal may come before Popen returns

    def stop(*_):
        stopped.append(True)
        for child in children:
            child.terminate()

    signal.signal(signal.SIGTERM, stop)
    child = subprocess.Popen(command)
    children.append(child)
    if stopped:
        child.terminate()
    while True:
        try:
            code = child.wait()
            return code if code >= 0 else 128 - code
        except KeyboardInterrupt:  # the child got it, too, and decides
            pass


def replace_process(command):
    """Replace this process by the command, with its signals and its exit code."""
    if WINDOWS:
        return run_attached(command)
    sys.stdout.flush()
    os.execv(command[0], command)


def phosphene_command(args):
    return [str(BIN / ("phosphene.exe" if WINDOWS else "phosphene")), *args]


def demo():
    (ROOT / "out").mkdir(exist_ok=True)
    os.chdir(str(ROOT))
    code = run_attached(phosphene_command(DEMO))
    if code == 0:
        print("the results are in %s and %s" % (ROOT / "out" / "demo.mp4", ROOT / "out" / "demo.wav"))
    return code


WARM_UP = "from phosphene.engine.cli import warmup; warmup.is_warm() or warmup.warm()"


def test(args):
    """Run pytest with these arguments. Without any: lint, check types beside compiling, then run all tests.

    Most tests run in parallel, a process a core. Those with the marker `realtime` wait for sound and windows, and are
    disturbed by others that run beside them: they come last, alone.
    """
    os.chdir(str(ROOT))
    pytest = [str(PYTHON), "-m", "pytest"]
    if args:
        return replace_process([*pytest, *args])
    processes = str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    codes = [run_attached([str(PYTHON), "-m", "ruff", "check", "."])]
    types = subprocess.Popen([str(PYTHON), "-m", "mypy"])
    codes += [run_attached([str(PYTHON), "-c", WARM_UP]), types.wait()]
    os.environ["LP_NUM_THREADS"] = "1"  # software OpenGL: one thread a process
    codes.append(run_attached([*pytest, "-n", processes, "--dist", "loadfile", "-m", "not soak and not realtime"]))
    del os.environ["LP_NUM_THREADS"]
    codes.append(run_attached([*pytest, "-m", "realtime and not soak"]))
    return next((code for code in codes if code), 0)


def main(args):
    if sys.version_info < MIN_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        print_error("Phosphene needs Python %d.%d or newer, and this is %s" % (*MIN_PYTHON, found))
        return 2
    if args in ([], ["-h"], ["--help"]):
        print(__doc__.strip(), file=sys.stdout if args else sys.stderr)
        return 0 if args else 2
    if args[0] == "demo" and len(args) > 1:
        print_error("demo takes no arguments; for other films type: tools/start.py bounce --help")
        return 2
    try:
        set_up("test" if args[0] == "test" else "run")
    except SetupError as refusal:
        print_error(str(refusal))
        return refusal.code
    except OSError as trouble:
        print_error("could not set up %s: %s" % (VENV, trouble))
        return 1
    except KeyboardInterrupt:
        print_error("interrupted; the next start repeats what is incomplete")
        return 130
    if args[0] == "demo":
        return demo()
    if args[0] == "test":
        return test(args[1:])
    return replace_process(phosphene_command(args))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
