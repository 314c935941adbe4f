"""Whisper: what was said, written down.

Everything but :mod:`mmdesk.speech.local`, :mod:`mmdesk.speech.checkpoint` and what those need
imports torch and whisper.
"""
