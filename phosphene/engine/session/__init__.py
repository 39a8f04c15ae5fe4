"""The main process of a live session: child processes, presets, the operator's controls and the terminal."""
