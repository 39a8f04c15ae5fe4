"""The offline engine: films and sound files of what would have been heard."""
