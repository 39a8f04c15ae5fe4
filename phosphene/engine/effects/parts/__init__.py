"""What operators are made of: machines that several share, or that are too large for one file."""
