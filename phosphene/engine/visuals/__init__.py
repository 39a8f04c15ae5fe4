"""Pictures: passes joined to scenes, drawn in time with what is heard."""
