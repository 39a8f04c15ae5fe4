"""Set up Phosphene where it was cloned, and run it. Needs nothing but Python 3.11.

    python3 tools/start.py demo            set up, render twelve seconds to out/demo.mp4 and out/demo.wav
    python3 tools/start.py test [words]    set up, run the tests; words go to pytest
    python3 tools/start.py live [words]    any other word is a phosphene command

Safe to call again at any time: what is in place is not touched, what is half made is made again.
"""

# This file must be understood by any Python 3.6, or an old one could not be told that it is old.

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
OLDEST = (3, 11)
UNFINISHED = "unfinished"
TOLD = 15  # lines of a failed command's output that are shown

EXTRAS = {"run": "", "test": "[dev,control]"}  # each level holds the ones before it
DEMO = (
    "bounce --source synth --seconds 12 --seed 7 --size 640x360 --fps 30 -o out/demo.mp4 -o out/demo.wav --overwrite"
).split()

LIBRARIES = {  # what is loaded, and its package for each installer
    "libportaudio.so.2": {"apt-get": "libportaudio2", "dnf": "portaudio", "pacman": "portaudio"},
    "libEGL.so.1": {"apt-get": "libegl1", "dnf": "libglvnd-egl", "pacman": "libglvnd"},
    "libGL.so.1": {"apt-get": "libgl1", "dnf": "libglvnd-glx", "pacman": "libglvnd"},
    "libX11.so.6": {"apt-get": "libx11-6", "dnf": "libX11", "pacman": "libx11"},
    "libXcursor.so.1": {"apt-get": "libxcursor1", "dnf": "libXcursor", "pacman": "libxcursor"},
    "libXinerama.so.1": {"apt-get": "libxinerama1", "dnf": "libXinerama", "pacman": "libxinerama"},
    "libXrandr.so.2": {"apt-get": "libxrandr2", "dnf": "libXrandr", "pacman": "libxrandr"},
}
PLUGINS = ("libasound2-plugins", "libgl1-mesa-dri")  # loaded by others; on Debian, dpkg knows
FOR_TESTS = {  # Debian's packages, and the commands or libraries that make each unnecessary
    "pulseaudio": ("pulseaudio", "pipewire-pulse"),
    "pulseaudio-utils": ("pactl",),
    "xvfb": ("Xvfb",),
    "libxtst6": ("libXtst.so.6",),
}
YES = {"apt-get": ["install", "-y", "--no-remove"], "dnf": ["install", "-y"], "pacman": ["-S", "--noconfirm"]}


class Refusal(Exception):
    """Why nothing can run, in one line, and the exit code that says whose turn it is."""

    def __init__(self, line, code):
        super().__init__(line)
        self.code = code


def say(line):
    print(line, file=sys.stderr, flush=True)


# What the system must bring


def loads(library):
    import ctypes

    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def installed(packages):
    """Those of the Debian packages that are installed."""
    query = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *packages]
    answer = subprocess.run(query, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True)
    return {line.split()[0] for line in answer.stdout.splitlines() if line.endswith(" installed")}


def installer():
    """The system's way to install packages, by the name of its command; None if it is not known."""
    if shutil.which("apt-get") and shutil.which("dpkg-query"):
        return "apt-get"
    return next((name for name in ("dnf", "pacman") if shutil.which(name)), None)


def lacking(level, by, *, loads=loads, installed=installed, which=shutil.which):
    """Names of the packages that this level needs and the machine has not, as the installer `by` calls them.

    The wheels for macOS and Windows bring all of it.
    """
    if not sys.platform.startswith("linux"):
        return []
    absent = [packages.get(by, library) for library, packages in LIBRARIES.items() if not loads(library)]
    if by == "apt-get":
        present = installed(PLUGINS)
        absent += [package for package in PLUGINS if package not in present]
        if level == "test":
            for package, names in FOR_TESTS.items():
                if not any(loads(name) if ".so" in name else which(name) for name in names):
                    absent.append(package)
        if not PYTHON.exists() and not can_make_venv():
            absent.append("python3.%d-venv" % sys.version_info[1])
    return sorted(set(absent))


def can_make_venv():
    """Debian keeps this part of Python in a package of its own."""
    from importlib.util import find_spec

    return find_spec("ensurepip") is not None


def remedy(absent, by, root):
    """What the user must do, in one line."""
    if by is None:
        return "install what brings " + ", ".join(absent)
    return "type: " + " ".join([*([] if root else ["sudo"]), by, *YES[by], *absent])


def install(absent, by, root):
    """Install system packages where that is ours to do: as root, on Debian and its kin."""
    line = remedy(absent, by, root)
    if by != "apt-get" or not root:
        raise Refusal("system packages are missing; " + line, 2)
    say("installing " + " ".join(absent))
    command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=120", *YES[by], "--no-install-recommends", *absent]
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    if attempt(command, env=quiet)[0]:
        attempt(["apt-get", "-q", "update"], env=quiet)  # a fresh container knows no package at all
        code, output = attempt(command, env=quiet)
        if code:
            say(output)
            raise Refusal("apt-get could not install what is missing; " + line, 1)


# What .venv must hold


def fingerprint(level):
    """Changes with whatever would change what pip installs, or whether it still works where it is."""
    digest = hashlib.sha256()
    for file in (ROOT / "pyproject.toml", ROOT / "constraints.txt", VENV / "pyvenv.cfg"):
        digest.update(file.read_bytes() if file.exists() else b"")
        digest.update(b"\0")
    for word in (str(ROOT), os.path.realpath(str(PYTHON)), level):
        digest.update(word.encode() + b"\0")
    return digest.hexdigest()


def stamp():
    """What the last set-up left: a fingerprint, UNFINISHED, or nothing."""
    try:
        return STAMP.read_text()
    except OSError:
        return ""


def ready(level):
    """True if .venv holds what `level` asks for, or more."""
    levels = list(EXTRAS)
    return stamp() in [fingerprint(other) for other in levels[levels.index(level) :]]


def sound():
    """True if .venv has a Python that runs, is new enough and has pip, and no set-up of it was cut short."""
    if stamp() == UNFINISHED or not PYTHON.exists():
        return False
    probe = "import sys, pip; sys.exit(sys.version_info < %r)" % (OLDEST,)
    return attempt([str(PYTHON), "-c", probe])[0] == 0


def fill(level):
    """Make .venv if need be, and bring it to `level`."""
    if not sound():
        say("making .venv")
        shutil.rmtree(str(VENV), ignore_errors=True)
        VENV.mkdir(exist_ok=True)
        STAMP.write_text(UNFINISHED)
        own = getattr(sys, "_base_executable", None) or sys.executable  # not .venv's own, which is gone
        code, output = attempt([own, "-m", "venv", str(VENV)])
        if code:
            say(output)
            raise Refusal("could not make .venv with %s" % own, 1)
    say("installing Python packages (a minute or two the first time)")
    STAMP.write_text(UNFINISHED)
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--no-input", "--disable-pip-version-check"]
    code, output = attempt([*pip, "-c", "constraints.txt", "-e", "." + EXTRAS[level]])
    STAMP.unlink()
    if code:
        say(output)
        raise Refusal("pip could not install Phosphene's packages into .venv (its words are above)", 1)
    fresh = STAMP.with_name(STAMP.name + ".new")
    fresh.write_text(fingerprint(level))
    fresh.replace(STAMP)


@contextlib.contextmanager
def alone():
    """One set-up at a time. The lock is the system's, so it goes when its holder dies."""
    if sys.platform == "win32":
        import msvcrt

        handle = os.open(__file__, os.O_RDONLY)
        os.lseek(handle, 1 << 30, os.SEEK_SET)  # far behind the end: locked bytes cannot be read by others
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
    """After this, everything `level` needs is in place. Costs milliseconds when it already was."""
    by = installer()
    if ready(level) and not lacking(level, by):
        return
    with alone():
        absent = lacking(level, by)
        if absent:
            install(absent, by, not WINDOWS and os.geteuid() == 0)
        if not ready(level):  # unless the one waited for has done it
            fill(level)


# Running


def attempt(command, **options):
    """Run a command unseen: its exit code, and the end of what it said."""
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
    return done.returncode, "\n".join(done.stdout.splitlines()[-TOLD:])


def attend(command):
    """Run a command in the open, leave Ctrl-C to it, and give its exit code as a shell would."""
    children, stopped = [], []  # a signal may come before Popen has given the child back

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
        except KeyboardInterrupt:  # it heard that too, and decides
            pass


def become(command):
    """Be the command: its signals and its exit code are its own."""
    if WINDOWS:
        return attend(command)
    sys.stdout.flush()
    os.execv(command[0], command)


def phosphene(words):
    return [str(BIN / ("phosphene.exe" if WINDOWS else "phosphene")), *words]


def demo():
    (ROOT / "out").mkdir(exist_ok=True)
    os.chdir(str(ROOT))
    code = attend(phosphene(DEMO))
    if code == 0:
        print("the results are in %s and %s" % (ROOT / "out" / "demo.mp4", ROOT / "out" / "demo.wav"))
    return code


def test(words):
    os.chdir(str(ROOT))
    return become([str(PYTHON), "-m", "pytest", *words])


def main(words):
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        say("Phosphene needs Python %d.%d or newer, and this is %s" % (*OLDEST, found))
        return 2
    if words in ([], ["-h"], ["--help"]):
        print(__doc__.strip(), file=sys.stdout if words else sys.stderr)
        return 0 if words else 2
    if words[0] == "demo" and len(words) > 1:
        say("demo takes no further words; to choose, type: tools/start.py bounce --help")
        return 2
    try:
        set_up("test" if words[0] == "test" else "run")
    except Refusal as refusal:
        say(str(refusal))
        return refusal.code
    except OSError as trouble:
        say("could not set up %s: %s" % (VENV, trouble))
        return 1
    except KeyboardInterrupt:
        say("interrupted; the next start will mend what is half made")
        return 130
    if words[0] == "demo":
        return demo()
    if words[0] == "test":
        return test(words[1:])
    return become(phosphene(words))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
