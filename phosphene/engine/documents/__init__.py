"""Text files from outside: read with line numbers, overridden, validated, and corrected or refused."""
