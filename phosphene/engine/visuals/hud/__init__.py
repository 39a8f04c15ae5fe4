"""HUD: what the operator reads over the picture, and what they do beside it."""
