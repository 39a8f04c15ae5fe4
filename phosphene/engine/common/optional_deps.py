"""The extra `control`: libraries that only some performers need."""

from importlib.util import find_spec

INSTALL_COMMAND = "pip install -c constraints.txt -e '.[control]'"


def missing_packages(**modules):
    """Why they cannot be had, as `package="module"`; None if they can."""
    missing = [package.replace("_", "-") for package, module in modules.items() if not find_spec(module)]
    if not missing:
        return None
    come = "comes" if len(missing) == 1 else "come"
    return f"needs {' and '.join(missing)}, which {come} with the extra 'control'; type: {INSTALL_COMMAND}"
