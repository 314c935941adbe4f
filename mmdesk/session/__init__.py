"""Use cases: one conversation turn, the worker, and every thread there is. No Qt, no torch."""
