"""Optional packages: a missing one is named together with the command that installs it."""

from phosphene.engine.common.optional_deps import install_command, missing_packages


def test_missing_packages_are_named_with_the_command_that_installs_them():
    assert missing_packages(pyyaml="yaml", numpy="numpy") is None
    one = missing_packages(numpy="numpy", python_nothing="no_such_module")
    assert one == f"needs python-nothing, which comes with the extra 'control'; type: {install_command('control')}"
    two = missing_packages(a_b="no_such_module", c="nor_this")
    assert two == f"needs a-b and c, which come with the extra 'control'; type: {install_command('control')}"
