"""A module a command, found by its name."""
