"""The extra `control`: libraries for MIDI, OSC and Link, which are optional."""

import shlex
import sys
from importlib.util import find_spec
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]  # where it is not, this is site-packages


def install_command(extra: str = "") -> str:
    """The command that installs Phosphene with an extra; it works from any folder."""
    extras = f"[{extra}]" if extra else ""
    words = [sys.executable, "-m", "pip", "install"]
    if (CHECKOUT / "pyproject.toml").is_file():
        words += ["-c", str(CHECKOUT / "constraints.txt"), "-e", f"{CHECKOUT}{extras}"]
    else:
        words.append(f"phosphene{extras}")
    return shlex.join(words)


def missing_packages(**modules: str) -> str | None:
    """Which packages are missing and how to install them; None if all are there.

    Parameters
    ----------
    **modules : str
        The module by which each package is imported: `python_osc="pythonosc"`.
    """
    missing = [package.replace("_", "-") for package, module in modules.items() if not find_spec(module)]
    if not missing:
        return None
    verb = "comes" if len(missing) == 1 else "come"
    return f"needs {' and '.join(missing)}, which {verb} with the extra 'control'; type: {install_command('control')}"
