"""Where compiled kernels are kept between runs: one folder for each state of the source.

numba notices a change in the file of the function it cached, not in the files of the kernels
inlined into it. So the folder is named after the source of every room that holds kernels: a change
there is a new folder.
"""

import hashlib
import os
import shutil
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
ROOMS = ("native", "common", "rings", "effects", "listening", "evolution", "modulation", "audio", "encode")
MAX_FOLDERS = 4  # folders: a few checkouts and versions side by side


def cache_home():
    """The user's cache folder for Phosphene, made if it is missing."""
    if "PHOSPHENE_CACHE" in os.environ:
        home = Path(os.environ["PHOSPHENE_CACHE"])
    elif sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "Phosphene"
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Caches" / "Phosphene"
    else:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "phosphene"
    home.mkdir(parents=True, exist_ok=True)
    return home


def source_digest(rooms, *others):
    """A name for the source of some rooms as it stands now, and for what else matters."""
    whole = hashlib.sha256("".join(others).encode())
    for file in sorted(file for room in rooms for file in [SOURCE / room, *(SOURCE / room).rglob("*.py")]):
        if not file.is_file():
            continue
        whole.update(file.relative_to(SOURCE).as_posix().encode())
        whole.update(file.read_bytes())
    return whole.hexdigest()[:16]


def fingerprint():
    """A name for the kernels' source as it stands now, and where: numba remembers by path."""
    return source_digest(ROOMS, str(SOURCE))


def set_numba_cache_dir():
    """Tell numba where to keep what it compiles, and drop what older source left behind.

    A NUMBA_CACHE_DIR set by the user wins.
    """
    if "NUMBA_CACHE_DIR" in os.environ:
        return Path(os.environ["NUMBA_CACHE_DIR"])
    kernels = cache_home() / "kernels"
    folder = kernels / fingerprint()
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    for old in sorted(kernels.iterdir(), key=lambda f: f.stat().st_mtime, reverse=True)[MAX_FOLDERS:]:
        shutil.rmtree(old, ignore_errors=True)
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    if "numba" in sys.modules:  # it read the environment when it was imported
        sys.modules["numba"].config.CACHE_DIR = str(folder)
    return folder
