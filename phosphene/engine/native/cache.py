"""The folder of compiled kernels: one for each state of the source.

numba notices a change in the file of the function it cached, but not in the files of the kernels inlined into it.
So the folder's name is a hash of every room that contains kernels, and a change there starts a new folder.
"""

import contextlib
import errno
import hashlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
ROOMS = ("native", "common", "rings", "effects", "listening", "evolution", "modulation", "audio", "encode")
MAX_FOLDERS = 4  # a few checkouts and versions side by side


def cache_home() -> Path:
    """The user's cache folder for Phosphene. Creates it if it is missing; falls back to a temporary one."""
    if "PHOSPHENE_CACHE" in os.environ:
        home = Path(os.environ["PHOSPHENE_CACHE"])
    elif sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "Phosphene"
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Caches" / "Phosphene"
    else:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "phosphene"
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not os.access(home, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        return _use_temporary_home(home, error)
    return home


def _use_temporary_home(home: Path, error: OSError) -> Path:
    """A private temporary folder for this process and its children. Reports it in one line."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir()) / f"phosphene-{user}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    private = stat.S_ISDIR(found.st_mode) and (os.name == "nt" or (found.st_uid == user and not found.st_mode & 0o077))
    if not private:  # kernels are loaded from here, so no other user may write them
        folder = Path(tempfile.mkdtemp(prefix="phosphene-"))
    os.environ["PHOSPHENE_CACHE"] = str(folder)
    sys.stderr.write(f"phosphene: the cache {home} cannot be written ({error.strerror}); using {folder}\n")
    return folder


def source_digest(rooms: Iterable[str], *extra: str) -> str:
    """A hash of the source of some rooms and of other texts, as 16 hexadecimal digits.

    Parameters
    ----------
    rooms : iterable of str
        Folders or files below `phosphene/engine`: "listening", "effects/chain".
    *extra : str
        Whatever else a cached result depends on.

    Raises
    ------
    FileNotFoundError
        If a room does not exist: its changes would go unnoticed.
    """
    files: list[Path] = []
    for room in rooms:
        path = SOURCE / room
        found = [path] if path.is_file() else [*path.rglob("*.py")]
        if not found:
            raise FileNotFoundError(f"no source in {path}; a cache names it as a room it depends on")
        files += found
    digest = hashlib.sha256("".join(extra).encode())
    for file in sorted(files):
        digest.update(file.relative_to(SOURCE).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def fingerprint() -> str:
    """The digest of the kernels' source and of its path, since numba remembers functions by path."""
    return source_digest(ROOMS, str(SOURCE))


def set_numba_cache_dir() -> Path:
    """Point numba's cache at the folder of this source, and delete folders of older source.

    A NUMBA_CACHE_DIR set by the user is left as it is.
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
