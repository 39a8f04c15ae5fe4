"""Building blocks of the operators: code that several share, or that is too large for one file."""
