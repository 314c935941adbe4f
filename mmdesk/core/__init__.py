"""Values and protocols that every other package shares; standard library only."""
