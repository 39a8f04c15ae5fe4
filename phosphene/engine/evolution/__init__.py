"""Evolution: searches for the genome whose sound is best, or closest to a target."""
