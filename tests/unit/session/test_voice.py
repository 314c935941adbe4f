"""From the pressed button to the text in the composer, with a scripted microphone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mmdesk.core.errors import (
    EngineCrashed,
    MicrophoneLost,
    MicrophoneMissing,
    SoundSilent,
    SoundUnwritable,
    SpeechModelMissing,
)
from mmdesk.core.events import (
    AttachmentReady,
    AttachmentRefused,
    AttachmentRemoved,
    AudioDecoded,
    AudioProgress,
    AudioTranscribed,
    MicrophoneClosed,
    MicrophonesListed,
    NothingHeard,
    PlaybackChanged,
    RecordingKept,
    SpeechCaptured,
    SpeechGrown,
    TranscriptFailed,
    TranscriptPartial,
    TranscriptReady,
    TurnFinished,
    VoiceChanged,
    VoiceState,
)
from mmdesk.core.speech import Activity
from mmdesk.session.sound_files import clock
from tests.unit.session.desk import Desk
from tests.unit.session.scripted import PATIENCE_S, SECOND, SILENT, SPOKEN, said


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def capture(desk: Desk, utterance: str = "u1", activity: Activity = SPOKEN) -> None:
    """Hand in an utterance, as the listener does when it was told to stop."""
    desk.events.put(SpeechCaptured(utterance, SECOND, activity))
    desk.events.put(MicrophoneClosed())


def speak(desk: Desk, utterance: str = "u1", activity: Activity = SPOKEN) -> None:
    """Hold the button, speak and let go."""
    desk.session.voice.start()
    desk.until(VoiceChanged, lambda: desk.session.voice.state is VoiceState.LISTENING)
    desk.session.voice.finish()
    capture(desk, utterance, activity)


def ready(desk: Desk) -> TranscriptReady:
    event = desk.until(TranscriptReady)
    assert isinstance(event, TranscriptReady)
    return event


def idle(desk: Desk) -> bool:
    """Handle what has come; return whether nothing is on its way."""
    rest(desk)
    return desk.session.voice.state is VoiceState.IDLE


def rest(desk: Desk) -> None:
    """Handle events until none comes for a while."""
    while not desk.events.quiet():
        desk.shown += desk.session.handle(desk.events.seen[-1])


def test_what_was_said_stands_in_the_composer_and_stays_with_the_question(desk: Desk) -> None:
    speak(desk)
    heard = ready(desk)
    assert heard.transcript.text == "What color is it?"
    assert heard.samples == SECOND
    assert not heard.send
    desk.until(RecordingKept)
    desk.ask(heard.transcript.text)
    question = desk.session.entries[0].message
    assert question.text == "What color is it?"
    assert [recording.seconds for recording in question.recordings] == [1.0]
    assert idle(desk)


def test_the_recording_is_kept_on_disk_with_its_message(desk: Desk) -> None:
    speak(desk)
    desk.ask(ready(desk).transcript.text)
    conversation = desk.session.conversation
    assert conversation is not None
    opened = desk.reopened(conversation).conversation
    assert opened is not None
    (recording,) = opened.entries[0].message.recordings
    assert recording.path.is_file()
    assert recording.seconds == 1.0


def test_without_the_switch_no_recording_is_written(desk: Desk) -> None:
    desk.session.voice.settings = replace(desk.session.voice.settings, keep_recordings=False)
    speak(desk)
    desk.ask(ready(desk).transcript.text)
    assert desk.session.entries[0].message.recordings == ()
    assert desk.sound.kept == []


def test_a_recording_stays_behind_when_the_switch_is_turned_off_before_sending(desk: Desk) -> None:
    speak(desk)
    text = ready(desk).transcript.text
    desk.until(RecordingKept)
    desk.session.voice.settings = replace(desk.session.voice.settings, keep_recordings=False)
    desk.ask(text)
    assert desk.session.entries[0].message.recordings == ()


def test_a_question_waits_for_its_recording(desk: Desk) -> None:
    desk.sound.gate.clear()
    speak(desk)
    text = ready(desk).transcript.text
    desk.session.submit(text)
    assert not desk.session.busy
    desk.sound.gate.set()
    desk.until(TurnFinished)
    assert len(desk.session.entries[0].message.recordings) == 1


def test_a_recording_that_cannot_be_written_does_not_hold_the_question_back(desk: Desk) -> None:
    desk.sound.refusal = SoundUnwritable(name="", reason="no space left", path="/tmp")
    speak(desk)
    ready(desk)
    kept = desk.until(RecordingKept)
    assert isinstance(kept, RecordingKept)
    assert isinstance(kept.error, SoundUnwritable)
    desk.ask("What color is it?")
    assert desk.session.entries[0].message.recordings == ()


@pytest.mark.parametrize("hands_free", [False, True])
def test_silence_sends_nothing_and_asks_no_model(desk: Desk, hands_free: bool) -> None:
    desk.session.voice.settings = replace(desk.session.voice.settings, send_at_once=True)
    desk.session.voice.start(hands_free=hands_free)
    capture(desk, activity=SILENT)
    assert isinstance(desk.until(NothingHeard), NothingHeard)
    assert desk.engine.heard == []
    assert idle(desk)


def test_a_hallucination_about_a_faint_noise_is_not_shown(desk: Desk) -> None:
    desk.engine.hears = [said("Thank you for watching!", sure=-0.9)]
    speak(desk, activity=Activity(0.2, 0.6))
    assert isinstance(desk.until(NothingHeard), NothingHeard)
    assert idle(desk)


def test_hands_free_sends_each_utterance_and_goes_on(desk: Desk) -> None:
    desk.session.voice.start(hands_free=True)
    for utterance in ("u1", "u2"):
        desk.events.put(SpeechCaptured(utterance, SECOND, SPOKEN))
        heard = ready(desk)
        assert heard.send
        assert desk.session.voice.state is VoiceState.LISTENING
        desk.ask(heard.transcript.text)
    assert desk.session.voice.hands_free
    desk.session.voice.finish()
    assert "stop" in desk.listener.calls
    desk.events.put(MicrophoneClosed())
    desk.until(MicrophoneClosed)
    assert not desk.session.voice.hands_free


def test_partial_transcripts_come_one_at_a_time_and_carry_the_language(desk: Desk) -> None:
    desk.session.voice.start()
    desk.until(VoiceChanged, lambda: desk.session.voice.state is VoiceState.LISTENING)
    desk.engine.hear_gate.clear()
    desk.engine.hears = [said("图里", "zh"), said("图里有几个", "zh"), said("图里有几个圆？", "zh")]
    for seconds in (1, 2, 3):
        desk.events.put(SpeechGrown("u1", SECOND * seconds))
        desk.session.handle(desk.events.next())
    desk.engine.hear_gate.set()
    partial = desk.until(TranscriptPartial)
    assert isinstance(partial, TranscriptPartial)
    assert (partial.text, partial.seconds) == ("图里", 1.0)
    desk.events.put(SpeechGrown("u1", SECOND * 4))
    desk.until(TranscriptPartial)
    desk.session.voice.finish()
    desk.events.put(SpeechCaptured("u1", SECOND * 5, SPOKEN))
    assert ready(desk).transcript.text == "图里有几个圆？"
    asked = [(len(each.samples) // len(SECOND), each.language) for each in desk.engine.heard]
    assert asked == [(1, None), (4, "zh"), (5, "zh")]
    assert [each.final for each in desk.engine.heard] == [False, False, True]


def test_a_locked_language_is_asked_for(desk: Desk) -> None:
    desk.session.voice.settings = replace(desk.session.voice.settings, language="zh")
    speak(desk)
    ready(desk)
    assert desk.engine.heard[-1].language == "zh"


def test_a_lost_microphone_keeps_what_was_said(desk: Desk) -> None:
    desk.session.voice.start()
    error = MicrophoneLost(device="mic", seconds=1)
    desk.events.put(SpeechCaptured("u1", SECOND, SPOKEN, error))
    desk.events.put(MicrophoneClosed(error))
    closed = desk.until(MicrophoneClosed)
    assert isinstance(closed, MicrophoneClosed)
    assert closed.error is error
    assert ready(desk).transcript.text == "What color is it?"


def test_a_failed_transcription_can_be_tried_again(desk: Desk) -> None:
    desk.engine.hears = [SpeechModelMissing(path="/nowhere")]
    speak(desk)
    failed = desk.until(TranscriptFailed)
    assert isinstance(failed, TranscriptFailed)
    assert isinstance(failed.error, SpeechModelMissing)
    desk.session.voice.retry("u1")
    assert ready(desk).transcript.text == "What color is it?"


def test_hands_free_ends_where_nothing_can_be_written_down(desk: Desk) -> None:
    desk.engine.hears = [SpeechModelMissing(path="/nowhere")]
    desk.session.voice.start(hands_free=True)
    desk.events.put(SpeechCaptured("u1", SECOND, SPOKEN))
    desk.until(TranscriptFailed)
    assert "stop" in desk.listener.calls


def test_a_crash_brings_the_engine_back_and_hears_again(desk: Desk) -> None:
    desk.ask("first")
    desk.engine.hears = [EngineCrashed(reason="killed")]
    speak(desk)
    assert ready(desk).transcript.text == "What color is it?"
    assert len(desk.engine.loaded) == 2


def test_cancel_forgets_what_is_being_written_down(desk: Desk) -> None:
    desk.engine.hear_gate.clear()
    speak(desk)
    desk.until(MicrophoneClosed)
    assert desk.session.voice.state is VoiceState.TRANSCRIBING
    desk.session.voice.cancel()
    assert idle(desk)
    desk.engine.hear_gate.set()
    rest(desk)
    assert not any(isinstance(event, TranscriptReady) for event in desk.shown)


def test_what_ended_just_before_a_cancel_is_forgotten_too(desk: Desk) -> None:
    desk.session.voice.start(hands_free=True)
    desk.until(VoiceChanged, lambda: desk.session.voice.state is VoiceState.LISTENING)
    desk.events.put(SpeechCaptured("u1", SECOND, SPOKEN))  # on its way as Esc is pressed
    desk.session.voice.cancel()
    assert idle(desk)
    assert not any(isinstance(event, TranscriptReady) for event in desk.shown)
    speak(desk, "u2")
    assert ready(desk).utterance == "u2"


def test_what_was_said_to_another_conversation_is_not_sent_at_once(desk: Desk) -> None:
    desk.session.voice.settings = replace(desk.session.voice.settings, send_at_once=True)
    desk.engine.hear_gate.clear()
    speak(desk)
    desk.until(MicrophoneClosed)
    desk.session.new_conversation()
    desk.engine.hear_gate.set()
    assert not ready(desk).send


def test_deleted_text_takes_its_recording_along(desk: Desk) -> None:
    speak(desk)
    ready(desk)
    kept = desk.until(RecordingKept)
    assert isinstance(kept, RecordingKept)
    assert kept.recording is not None
    desk.session.voice.forget("u1")
    desk.ask("typed instead")
    assert desk.session.entries[0].message.recordings == ()
    assert not kept.recording.path.exists()


def test_a_word_is_played_once_its_time_is_known(desk: Desk) -> None:
    speak(desk)
    ready(desk)
    desk.engine.hears = [said("What color is it?", word_times=True)]
    desk.session.voice.play_word("u1", 1)
    event = desk.until(PlaybackChanged)
    assert event == PlaybackChanged("u1/1")
    ((key, sound, start, end),) = desk.sound.played
    assert (key, sound) == ("u1/1", SECOND)
    assert start < 0.1 < 0.2 < (end or 0.0)  # the word, and a little around it
    asked = len(desk.engine.heard)
    desk.session.voice.play_word("u1", 2)
    assert [each[0] for each in desk.sound.played] == ["u1/1", "u1/2"]
    assert len(desk.engine.heard) == asked
    desk.session.voice.play_word("u1", 99)
    desk.session.voice.play_utterance("u1")
    whole: tuple[str, object, float, float | None] = ("u1", SECOND, 0.0, None)
    assert desk.sound.played[-1] == whole
    desk.until(PlaybackChanged, lambda: desk.shown[-1] == PlaybackChanged("u1"))
    desk.session.voice.play_utterance("u1")
    assert desk.sound.played == []  # a second press stops it


def test_a_word_keeps_the_language_in_which_it_was_heard(desk: Desk) -> None:
    speak(desk)
    ready(desk)
    desk.session.voice.settings = replace(desk.session.voice.settings, language="zh")
    desk.engine.hears = [said("What color is it?", word_times=True)]
    desk.session.voice.play_word("u1", 1)
    desk.until(PlaybackChanged)
    assert desk.engine.heard[-1].language == "en"


def test_a_word_that_is_found_too_late_is_not_played_into_the_microphone(desk: Desk) -> None:
    speak(desk)
    ready(desk)
    desk.engine.hears = [said("What color is it?", word_times=True)]
    desk.engine.hear_gate.clear()
    desk.session.voice.play_word("u1", 1)
    desk.session.voice.stop_playing()
    desk.engine.hear_gate.set()
    rest(desk)
    assert desk.sound.played == []


def test_the_microphones_are_listed_or_the_reason_is_said(desk: Desk) -> None:
    desk.session.voice.list_microphones()
    listed = desk.until(MicrophonesListed)
    assert isinstance(listed, MicrophonesListed)
    assert listed.devices[0].name == "default"
    desk.sound.refusal = MicrophoneMissing()
    desk.session.voice.list_microphones()
    listed = desk.until(MicrophonesListed)
    assert isinstance(listed, MicrophonesListed)
    assert isinstance(listed.error, MicrophoneMissing)


# Sound files


def test_a_short_sound_file_becomes_the_question(desk: Desk) -> None:
    desk.session.attach([Path("question.wav")])
    heard = ready(desk)
    assert heard.transcript.text == "What color is it?"
    assert desk.session.attachments == ()
    rest(desk)
    assert any(isinstance(event, AttachmentRemoved) for event in desk.shown)
    desk.ask(heard.transcript.text)
    assert desk.session.entries[0].message.recordings[0].name == "question.wav"
    assert desk.sound.kept == []


def test_a_sound_file_without_speech_is_refused(desk: Desk) -> None:
    desk.sound.found = SILENT
    desk.session.attach([Path("silence.wav")])
    refused = desk.until(AttachmentRefused)
    assert isinstance(refused, AttachmentRefused)
    assert isinstance(refused.error, SoundSilent)
    assert desk.session.attachments == ()


def test_a_sound_file_that_was_taken_out_while_it_was_read_is_not_heard(desk: Desk) -> None:
    desk.session.attach([Path("question.wav")])
    desk.until(AudioDecoded)
    desk.session.detach(desk.session.attachments[0].id)
    rest(desk)
    assert not any(isinstance(event, TranscriptReady | NothingHeard) for event in desk.shown)
    assert desk.sound.kept == []


def test_a_cancelled_edit_ends_what_is_done_with_its_files(desk: Desk) -> None:
    desk.ask("first")
    desk.session.edit_last()
    desk.engine.hear_gate.clear()
    desk.session.attach([Path("question.wav")])
    desk.until(AudioDecoded)
    desk.session.cancel_edit()
    desk.engine.hear_gate.set()
    rest(desk)
    assert not any(isinstance(event, TranscriptReady) for event in desk.shown)


def test_long_sound_files_leave_the_pool_to_others(desk: Desk) -> None:
    desk.reader.seconds = 60.0
    desk.sound.stretches = [(0.0, SECOND)]
    desk.engine.hear_gate.clear()
    desk.session.attach([Path(f"{number}.wav") for number in range(4)])
    desk.until(AudioProgress)
    desk.session.attach([Path("a.png")])
    desk.until(AttachmentReady)
    desk.engine.hear_gate.set()
    for _ in range(4):
        desk.until(AudioTranscribed)


def test_music_before_the_first_words_decides_on_no_language(desk: Desk) -> None:
    desk.reader.seconds = 60.0
    desk.sound.stretches = [(0.0, SECOND), (30.0, SECOND), (40.0, SECOND)]
    desk.engine.hears = [said("♪", "cy"), said("Good morning.", "en"), said("Goodbye.", "en")]
    desk.session.attach([Path("meeting.wav")])
    desk.until(AudioTranscribed)
    assert [each.language for each in desk.engine.heard] == [None, None, "en"]


def test_a_long_sound_file_is_attached_as_text(desk: Desk) -> None:
    desk.reader.seconds = 3700.0
    desk.sound.stretches = [(3.0, SECOND * 20), (3660.0, SECOND * 5)]
    desk.engine.hears = [said("Good morning.", "en"), said("Goodbye.", "en")]
    desk.session.attach([Path("meeting.wav")])
    done = desk.until(AudioTranscribed)
    assert isinstance(done, AudioTranscribed)
    assert done.transcript.text == "[0:03] Good morning.\n[1:01:00] Goodbye."
    assert [each.language for each in desk.engine.heard] == [None, "en"]
    progress = [each.done for each in desk.shown if isinstance(each, AudioProgress)]
    assert progress == [0.0, 23.0, 3665.0]
    desk.ask("Summarise it.")
    (kept,) = desk.session.entries[0].message.transcripts
    assert (kept.name, kept.seconds, kept.language) == ("meeting.wav", 3700.0, "en")


def test_a_long_sound_file_can_be_cancelled(desk: Desk) -> None:
    desk.reader.seconds = 60.0
    desk.sound.stretches = [(0.0, SECOND), (30.0, SECOND)]
    desk.engine.hear_gate.clear()
    desk.session.attach([Path("meeting.wav")])
    desk.until(AudioProgress)
    desk.session.detach(desk.session.attachments[0].id)
    desk.engine.hear_gate.set()
    rest(desk)
    assert len(desk.engine.heard) <= 1
    assert not any(isinstance(event, AudioTranscribed) for event in desk.shown)


def test_a_long_sound_file_in_which_nobody_speaks_is_refused(desk: Desk) -> None:
    desk.reader.seconds = 60.0
    desk.session.attach([Path("noise.wav")])
    refused = desk.until(AttachmentRefused)
    assert isinstance(refused, AttachmentRefused)
    assert isinstance(refused.error, SoundSilent)


def test_closing_ends_a_transcription_that_waits(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.reader.seconds = 60.0
    desk.sound.stretches = [(0.0, SECOND)] * 100
    desk.engine.hear_gate.clear()
    desk.session.attach([Path("meeting.wav")])
    desk.until(AudioProgress)
    ended = threading.Thread(target=desk.close)
    ended.start()
    ended.join(PATIENCE_S)
    assert not ended.is_alive()


def test_times_are_written_as_people_read_them() -> None:
    assert [clock(each) for each in (0, 7.9, 760, 3725)] == ["0:00", "0:07", "12:40", "1:02:05"]
