"""Measurements of how good the answers are; each prints one object per figure with `--json`."""
