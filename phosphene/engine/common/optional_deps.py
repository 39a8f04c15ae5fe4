"""The extra `control`: libraries for MIDI, OSC and Link, which are optional."""

from importlib.util import find_spec

INSTALL_COMMAND = "pip install -c constraints.txt -e '.[control]'"


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
    return f"needs {' and '.join(missing)}, which {verb} with the extra 'control'; type: {INSTALL_COMMAND}"
