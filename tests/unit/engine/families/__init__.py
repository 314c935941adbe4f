"""Tiny checkpoints with the real architecture and processor class of every family."""
