"""Side-by-side measurements. Not tests: a slow machine fails nothing."""
