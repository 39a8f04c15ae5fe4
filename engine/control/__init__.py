"""What a performer does: what was changed, when, and how to play it again."""
