"""Letters for what is written over a picture: JetBrains Mono, drawn by tools/font.py; its licence is in OFL.txt."""
