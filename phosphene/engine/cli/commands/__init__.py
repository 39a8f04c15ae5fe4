"""One module per command: HELP, EXAMPLE, add(parser) for its arguments, and run(args)."""

COMMANDS = (  # in the order of `phosphene --help`
    "live",
    "bounce",
    "apply",
    "evolve",
    "listen",
    "presets",
    "preview",
    "check",
    "controls",
    "doctor",
)
