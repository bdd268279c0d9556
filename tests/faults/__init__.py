"""The fault matrix: what a user sees of each fault at each source (`docs/reliability.md`)."""
