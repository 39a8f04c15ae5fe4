"""Takes: the recorded input of a live session, to render it again."""
