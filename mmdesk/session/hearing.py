"""What of the sound is worth hearing, and whether what a model wrote down was said at all."""

from __future__ import annotations

from mmdesk.core.speech import SAMPLE_BYTES, SAMPLE_RATE, Activity, Transcript

LEAST_SPEECH_S = 0.15
"""A shorter voice is a click, a breath or a chair."""
_MARGIN_S = 0.4
"""Kept before and after the voice: its first and last sounds are often too soft to be found."""
_FAINT_PEAK = 0.75
_FAINT_S = 0.4


def someone_spoke(activity: Activity) -> bool:
    """Return whether there is a voice worth writing down."""
    return activity.speech_seconds >= LEAST_SPEECH_S


def around_voice(samples: bytes, activity: Activity) -> bytes:
    """Return the samples from a little before the voice to a little after it.

    A button that was held long makes the encoder look at nothing, which is slow and invites
    inventions.
    """
    first = max(0, int((activity.start - _MARGIN_S) * SAMPLE_RATE)) * SAMPLE_BYTES
    last = int((activity.end + _MARGIN_S) * SAMPLE_RATE) * SAMPLE_BYTES
    return samples[first:last]


def was_said(transcript: Transcript, activity: Activity) -> bool:
    """Return whether a transcript is what someone said.

    Whisper writes "Thank you for watching" about silence. Voice activity, ``<|nospeech|>`` and the
    text's log-probability judge together: the fainter the voice, the surer the model must be.
    The thresholds 0.6 and -1.0 are those of Whisper's own ``transcribe``.
    """
    if not someone_spoke(activity) or not any(char.isalnum() for char in transcript.text):
        return False
    faint = activity.peak < _FAINT_PEAK or activity.speech_seconds < _FAINT_S
    if faint:
        return transcript.no_speech < 0.3 and transcript.log_probability > -0.7
    if transcript.no_speech > 0.6 and transcript.log_probability < -0.5:
        return False
    return transcript.log_probability > -1.5
