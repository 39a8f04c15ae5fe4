"""The tempo a performer sets: taps, nudges and holds, and Ableton Link."""
