"""Text from outside: read with its line numbers, overridden, validated, mended or refused."""
