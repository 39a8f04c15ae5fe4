"""A session on film while it lasts: what its processes give, and what becomes of that."""
