"""Controllers of a live session: MIDI devices and OSC, each behind the `Controller` protocol."""
