"""Microphone, voice activity, recordings and playback, in the window's process.

Everything here runs on threads of its own, made by the ``start_thread`` that the constructors are
given, and imports what it stands on (sounddevice, soxr, onnxruntime, soundfile) there: the window
neither waits for a sound system nor pays for one that nobody uses. torch is never imported.
"""
