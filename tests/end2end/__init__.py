"""The real window, in a process of its own, driven from outside."""
