"""The tiny models of the engine's tests, in a process of their own."""

from tests.unit.engine.conftest import engine, llava, picture

__all__ = ["engine", "llava", "picture"]
