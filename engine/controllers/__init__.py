"""What a performer plugs in: MIDI and OSC at work on a session."""
