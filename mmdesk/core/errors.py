"""The whole error tree. Every error has a ``.message`` and a ``.hint`` for the person.

::

    MmdeskError
    ├── InternalError              a bug: the log has the traceback
    ├── MediaError                 one file can't be used
    │   ├── FileMissing  NotAFile  FileUnreadable  FileEmpty
    │   ├── NotMedia  UnsupportedKind  UnsupportedSound
    │   ├── PictureError
    │   │   ├── PictureDamaged  PictureTooLarge  PictureTooHeavy
    │   │   ├── PictureTooSlow  PictureUnwritable  PictureUnsavable
    │   │   └── TooManyPictures
    │   └── SoundError
    │       ├── SoundDamaged  SoundSilent  NoSoundTrack
    │       └── SoundTooLong  SoundTooSlow  SoundUnwritable
    ├── DropError                  a drag or the clipboard holds nothing to take
    │   ├── WebAddressRefused  NothingToTake
    ├── QuestionError
    │   ├── QuestionEmpty  QuestionTooLong  QuestionNotText
    ├── ModelError                 the model can't be loaded
    │   ├── ModelMissing  ModelIncomplete  ModelDamaged
    │   ├── ArchitectureUnknown  RemoteCodeRefused  ModelTakesNoPictures
    │   ├── ModelNeedsPackage  DeviceUnavailable  ModelIsAdapter  PrecisionUnavailable
    │   └── ModelOutOfMemory
    │       └── ModelFitsPacked  NoModelFits
    ├── MicrophoneError            nothing can be recorded, or no more
    │   ├── SoundSystemMissing  MicrophoneMissing  MicrophoneGone
    │   ├── MicrophoneRefused  MicrophoneBusy  MicrophoneUnusable
    │   └── MicrophoneLost  MicrophoneMute
    ├── PlaybackFailed
    ├── SpeechError                what was said can't be written down
    │   ├── SpeechModelMissing  SpeechModelIncomplete  SpeechModelDamaged
    │   ├── SpeechModelUnknown  SpeechModelNeedsPackage
    │   ├── SpeechLanguageUnknown  SpeechOutOfMemory
    │   └── SpeechTooLong  NothingSaid
    ├── GenerationError            a loaded model can't answer this
    │   ├── EngineEmpty  PromptTooLong  PicturesNotPlaced
    │   ├── AnswerOutOfMemory
    │   │   └── MemoryRanOut  QuestionOutOfMemory
    │   ├── PictureNeeded  TooManyPicturesForModel  ChatTemplateFailed
    │   ├── PictureUnsuitable  PicturesUnsuitable
    │   ├── NotExaminable  ExaminationOutOfMemory
    │   └── EngineCrashed
    ├── MatchError                 a picture can't be compared with texts
    │   ├── MatchModelUnfit  MatchModelUnknown  MatchOutOfMemory
    │   ├── MatchTextMissing  MatchTextEmpty  MatchTextAlone  TooManyTexts
    │   └── MatchNeedsPicture
    ├── DownloadError              a model can't be fetched; what is on the disk stays
    │   ├── HubUnreachable  HubBusy  HubNonsense  HubModelUnknown  HubModelGated
    │   ├── HubOffline  DownloadElsewhere
    │   ├── DownloadUnusable  DownloadDamaged  DownloadBroken
    │   └── DiskFull  ModelsFolderUnwritable
    ├── ShelfError                 a model can't be managed like this
    │   └── ModelUnknown  ModelInUse  ModelNotOurs
    ├── ServerError                a server's model can't be used
    │   ├── ServerAddressInvalid  ServerNotEncrypted  ServerUnknown
    │   ├── ServerUnreachable  ServerUntrusted  ServerRedirects  ServerTooSlow
    │   ├── ServerKeyRefused  KeyringFailed  ServerBusy  ServerRefused
    │   ├── ServerModelMissing
    │   ├── ServerNonsense  ServerTooMuch  ServerBrokeOff  ServerTakesNoPictures
    │   └── ServerCannotContinue
    ├── StoreError                 a conversation can't be kept or read
    │   ├── StoreUnwritable  StoreDamaged  StoreTooNew  StoreBusy
    │   ├── StoreNotBackedUp  StoreMended  StoreRestored
    │   ├── BackupMissing  BackupDamaged  RestoreWhileAnswering
    │   └── ConversationMissing  AttachmentLost  StoreClosed
    ├── ArchiveError               a conversation can't be exported or imported
    │   ├── ExportUnwritable  NothingNamed
    │   ├── ArchiveNotJson  ArchiveTooLarge  ArchiveNonsense  ArchiveTooNew  ArchiveEmpty
    │   ├── ArchiveStrays  ArchiveFileMissing  ArchiveFileChanged
    │   └── ArchiveStopped  WindowDiffers
    ├── BenchError                 a benchmark can't be made as it was asked for
    │   ├── PlotNeedsPackage  PlotUnwritable  GgufUnusable
    ├── DataError                  a folder of a person's own examples can't be used
    │   ├── DataFolderUnusable  DataFileMissing  DataFilesSeveral
    │   └── DataInvalid  DataTooFew  DataAllAlike
    ├── TrainingError              training on own examples can't begin, or go on
    │   ├── TrainingNeedsPackage  TrainingModelUnfit  TrainingOutUnusable
    │   ├── TrainingUnwritable  TrainingOfOther  TrainingDamaged  TrainingBusy
    │   └── TrainingDiverged  TrainingOutOfMemory
    ├── MeasureError               a model can't be measured as it was asked for
    │   └── MeasureNeedsPackage  MeasureModelUnfit  MeasureNoPlot
    ├── SettingsError              set aside, and the defaults are used
    │   ├── SettingsUnreadable  SettingsUnwritable
    └── FolderUnusable  InstallationBroken  NoDisplay  SealRefused  SealedElsewhere

A class states its sentence and its advice as templates; an instance carries the fields, so that
the window can translate the sentence and fill it in afterwards.
"""

from __future__ import annotations

import re
from typing import ClassVar

from mmdesk.core.phrases import QT_TRANSLATE_NOOP, Phrase


class MmdeskError(Exception):
    """An expected failure, said in one sentence with a hint.

    Instances survive pickling, so they cross from a child process to the window unchanged.
    """

    sentence: ClassVar[str] = QT_TRANSLATE_NOOP("errors", "Something went wrong.")
    advice: ClassVar[str] = QT_TRANSLATE_NOOP("errors", "Try again.")

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        super().__init__(self.message)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.fields))

    @property
    def kind(self) -> str:
        """The error's name for programs, in snake case: ``prompt_too_long``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()

    @property
    def message_phrase(self) -> Phrase:
        """The sentence, translatable."""
        return Phrase(self.sentence, self.fields)

    @property
    def hint_phrase(self) -> Phrase:
        """The advice, translatable."""
        return Phrase(self.advice, self.fields)

    @property
    def message(self) -> str:
        """The sentence in English."""
        return str(self.message_phrase)

    @property
    def hint(self) -> str:
        """The advice in English."""
        return str(self.hint_phrase)


def _rebuild(kind: type[MmdeskError], fields: dict[str, object]) -> MmdeskError:
    return kind(**fields)


class InternalError(MmdeskError):
    """A bug of mmdesk. Fields: ``what`` (the exception's type and text)."""

    sentence = QT_TRANSLATE_NOOP("errors", "mmdesk made a mistake: {what}")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Nothing you wrote is lost. Help, Open log file shows the details."
    )

    @classmethod
    def of(cls, error: Exception) -> InternalError:
        """Return what is told of an exception that nobody expected."""
        return cls(what=f"{type(error).__name__}: {error}")


class MediaError(MmdeskError):
    """One file can't be used. All have the field ``name``, the file's name."""


class FileMissing(MediaError):
    """The path leads nowhere, or no longer does."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” is not there.")
    advice = QT_TRANSLATE_NOOP("errors", "It may have been moved or renamed: choose it again.")


class NotAFile(MediaError):
    """A folder, FIFO, socket or device."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” is not a regular file.")
    advice = QT_TRANSLATE_NOOP("errors", "Drop the files themselves, not a folder or device.")


class FileUnreadable(MediaError):
    """The system refuses to read the file. Fields: ``name``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” can't be read: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "Check the file's permissions, or copy it elsewhere.")


class FileEmpty(MediaError):
    """Zero bytes."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” is empty.")
    advice = QT_TRANSLATE_NOOP("errors", "It may not have been saved completely: save it again.")


class NotMedia(MediaError):
    """No known picture or sound format begins like this."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{name}” is neither a picture nor a sound file that mmdesk can read."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Use PNG, JPEG, WebP, GIF, BMP or TIFF for pictures; WAV, FLAC, OGG, MP3 or M4A for sound.",
    )


class UnsupportedKind(MediaError):
    """A known kind that mmdesk doesn't take yet. Fields: ``name``, ``kind_name`` ("PDF")."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” is {kind_name}, which mmdesk can't read yet.")
    advice = QT_TRANSLATE_NOOP("errors", "Save a page or frame of it as PNG or JPEG and drop that.")


class UnsupportedSound(UnsupportedKind):
    """A known kind of sound that mmdesk doesn't take. Fields: ``name``, ``kind_name``."""

    advice = QT_TRANSLATE_NOOP("errors", "Save it as WAV, FLAC, OGG, MP3 or M4A and drop that.")


class PictureError(MediaError):
    """One picture can't be used."""


class PictureDamaged(PictureError):
    """Begins like a picture and then breaks off or makes no sense."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” is damaged or incomplete.")
    advice = QT_TRANSLATE_NOOP("errors", "Copy or download it again.")


class PictureTooLarge(PictureError):
    """More pixels or memory than allowed. Fields: ``name``, ``megapixels``, ``limit``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{name}” has {megapixels} megapixels; mmdesk reads up to {limit}."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Make it smaller, or crop the part you ask about.")


class PictureTooHeavy(PictureError):
    """Its pixels are few enough, yet decoding it takes more memory than allowed."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” needs too much memory to decode.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Make it smaller, or open it in another program and save it as PNG."
    )


class PictureUnwritable(PictureError):
    """The decoded picture can't be written. Fields: ``name``, ``reason``, ``path`` (a folder)."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” can't be prepared: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "Free some space or check the permissions of “{path}”.")


class PictureUnsavable(PictureError):
    """A picture with evidence can't be written. Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The picture can't be saved as “{path}”: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Name a .png, .jpg or .webp file in a folder that can be written."
    )


class PictureTooSlow(PictureError):
    """Decoding took longer than allowed. Fields: ``name``, ``seconds``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{name}” could not be decoded within {seconds} seconds."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Open it in another program and save it as PNG.")


class TooManyPictures(PictureError):
    """More pictures than one message takes. Fields: ``count``, ``limit``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "{count} pictures are too many: one message takes up to {limit}."
    )
    advice = QT_TRANSLATE_NOOP("errors", "The first {limit} were kept; send the rest afterwards.")


class SoundError(MediaError):
    """One sound file can't be used."""


class SoundDamaged(SoundError):
    """Begins like a sound file and then makes no sense."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” is damaged or incomplete.")
    advice = QT_TRANSLATE_NOOP("errors", "Copy or download it again.")


class SoundSilent(SoundError):
    """It has no samples, or nothing is said in it."""

    sentence = QT_TRANSLATE_NOOP("errors", "Nothing is said in “{name}”.")
    advice = QT_TRANSLATE_NOOP("errors", "Play it in another program to check that it has speech.")


class NoSoundTrack(SoundError):
    """A container without audio."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” has no sound in it.")
    advice = QT_TRANSLATE_NOOP("errors", "Choose a WAV, FLAC, OGG, MP3 or M4A file with speech.")


class SoundTooLong(SoundError):
    """Fields: ``name``, ``hours``, ``limit`` (hours)."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{name}” is {hours} hours long; mmdesk takes up to {limit}."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Cut it into parts with an audio editor.")


class SoundTooSlow(SoundError):
    """Decoding took longer than allowed. Fields: ``name``, ``seconds``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{name}” could not be decoded within {seconds} seconds."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Open it in another program and save it as WAV.")


class SoundUnwritable(SoundError):
    """The decoded sound can't be written. Fields: ``name``, ``reason``, ``path`` (a folder)."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” can't be prepared: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "Free some space or check the permissions of “{path}”.")


class MicrophoneError(MmdeskError):
    """Nothing can be recorded, or no more."""


class SoundSystemMissing(MicrophoneError):
    """PortAudio isn't there or doesn't start. Fields: ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The sound system can't be used: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Check that PortAudio is there (on Debian: libportaudio2) and sound works in other "
        "programs; typing works without it.",
    )


class MicrophoneMissing(MicrophoneError):
    """There is no input device."""

    sentence = QT_TRANSLATE_NOOP("errors", "No microphone was found.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Plug one in or switch it on, then press the microphone button again."
    )


class MicrophoneGone(MicrophoneError):
    """The chosen device isn't there. Fields: ``device``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The microphone “{device}” is not there.")
    advice = QT_TRANSLATE_NOOP("errors", "Plug it in, or choose another one in Settings, Voice.")


class MicrophoneRefused(MicrophoneError):
    """The system doesn't permit recording. Fields: ``device``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The system does not let mmdesk use “{device}”.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Permit the microphone for mmdesk in the system's privacy settings."
    )


class MicrophoneBusy(MicrophoneError):
    """Another program holds it. Fields: ``device``."""

    sentence = QT_TRANSLATE_NOOP("errors", "Another program is using “{device}”.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Close that program, or choose another microphone in Settings, Voice."
    )


class MicrophoneUnusable(MicrophoneError):
    """It can't be opened as it is. Fields: ``device``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{device}” can't be used as a microphone: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "Choose another microphone in Settings, Voice.")


class MicrophoneLost(MicrophoneError):
    """It went away while it recorded. Fields: ``device``, ``seconds`` (what was captured)."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "The microphone “{device}” went away after {seconds} seconds."
    )
    advice = QT_TRANSLATE_NOOP("errors", "What was said until then is kept. Plug it in again.")


class MicrophoneMute(MicrophoneError):
    """It gives nothing but zeros. Fields: ``device``."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{device}” gives only silence.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Check its mute switch and the input level in the system's sound settings."
    )


class PlaybackFailed(MmdeskError):
    """A recording can't be played. Fields: ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The recording can't be played: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "Check the speakers in the system's sound settings.")


class SpeechError(MmdeskError):
    """What was said can't be written down."""


class SpeechModelMissing(SpeechError):
    """Fields: ``path``."""

    sentence = QT_TRANSLATE_NOOP("errors", "There is no speech model in “{path}”.")
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Choose a Whisper folder with config.json and model.safetensors, or one of OpenAI's "
        ".pt files.",
    )


class SpeechModelIncomplete(SpeechError):
    """Fields: ``path``, ``missing``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The speech model in “{path}” is incomplete: {missing}.")
    advice = QT_TRANSLATE_NOOP("errors", "Download or copy the missing files again.")


class SpeechModelDamaged(SpeechError):
    """Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The speech model in “{path}” is damaged: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "Download or copy it again.")


class SpeechModelUnknown(SpeechError):
    """A ``.pt`` file whose SHA-256 is none of OpenAI's. Fields: ``path``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{path}” is none of OpenAI's Whisper files, so mmdesk does not open it."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "A .pt file may hold a program. Download it again, or take the model as safetensors.",
    )


class SpeechModelNeedsPackage(SpeechError):
    """Fields: ``package``."""

    sentence = QT_TRANSLATE_NOOP("errors", "Hearing needs the Python package {package}.")
    advice = QT_TRANSLATE_NOOP("errors", "Install it beside mmdesk; typing works without it.")


class SpeechLanguageUnknown(SpeechError):
    """The model has never heard this language. Fields: ``language``, ``model``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The speech model {model} does not know {language}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Choose another language or a larger Whisper model in Settings, Voice."
    )


class SpeechOutOfMemory(SpeechError):
    """Fields: ``device``."""

    sentence = QT_TRANSLATE_NOOP("errors", "There was not enough memory on {device} to listen.")
    advice = QT_TRANSLATE_NOOP("errors", "Close other programs, or choose a smaller speech model.")


class SpeechTooLong(SpeechError):
    """More than Whisper's window. Fields: ``seconds``, ``limit``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "This is {seconds} seconds of speech; one question takes up to {limit}."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Speak shorter, or drop the sound as a file.")


class NothingSaid(SpeechError):
    """No words were heard where some were expected."""

    sentence = QT_TRANSLATE_NOOP("errors", "No words were heard.")
    advice = QT_TRANSLATE_NOOP("errors", "Speak closer to the microphone and check its level.")


class DropError(MmdeskError):
    """A drag or the clipboard holds nothing that can be taken."""


class WebAddressRefused(DropError):
    """Only a web address; mmdesk fetches nothing."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "This is only a web address, and mmdesk never fetches from the network."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Save the picture first, then drop the file.")


class NothingToTake(DropError):
    """Neither pictures, sound nor text."""

    sentence = QT_TRANSLATE_NOOP("errors", "There is no picture or sound in this.")
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Use PNG, JPEG, WebP, GIF, BMP or TIFF for pictures; WAV, FLAC, OGG, MP3 or M4A for sound.",
    )


class QuestionError(MmdeskError):
    """The question itself can't be sent."""


class QuestionEmpty(QuestionError):
    """Neither text nor a picture."""

    sentence = QT_TRANSLATE_NOOP("errors", "There is no question yet.")
    advice = QT_TRANSLATE_NOOP("errors", "Type one, or drop a picture first.")


class QuestionTooLong(QuestionError):
    """Longer than any model could take. Fields: ``size``, ``limit`` (characters)."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "The question has {size} characters; mmdesk takes up to {limit}."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Shorten it, or ask about one part at a time.")


class QuestionNotText(QuestionError):
    """Standard input is not UTF-8."""

    sentence = QT_TRANSLATE_NOOP("errors", "The question is not text in UTF-8.")
    advice = QT_TRANSLATE_NOOP("errors", "Give pictures with -a, and the question as plain text.")


class ModelError(MmdeskError):
    """A model can't be loaded. All have the field ``path``."""


class ModelMissing(ModelError):
    """No such directory, or no model in it."""

    sentence = QT_TRANSLATE_NOOP("errors", "There is no model in “{path}”.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Choose a folder that holds config.json and .safetensors files."
    )


class ModelIncomplete(ModelError):
    """Files are missing. Fields: ``path``, ``missing`` (file names)."""

    sentence = QT_TRANSLATE_NOOP("errors", "The model in “{path}” is incomplete: {missing}.")
    advice = QT_TRANSLATE_NOOP("errors", "Download or copy the missing files again.")


class ModelDamaged(ModelError):
    """A file contradicts itself. Fields: ``path``, ``file``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{file}” of the model in “{path}” is damaged: {reason}."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Download or copy that file again.")


class ArchitectureUnknown(ModelError):
    """transformers has no image-text class for it. Fields: ``path``, ``architecture``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "The model in “{path}” is of a kind that mmdesk doesn't know: {architecture}."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "Choose an image-text model such as LLaVA, Qwen-VL, Gemma 3 or SmolVLM."
    )


class ModelTakesNoPictures(ModelError):
    """A text-only (or otherwise wrong) architecture. Fields: ``path``, ``architecture``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "The model in “{path}” ({architecture}) does not take pictures."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "Choose an image-text model such as LLaVA, Qwen-VL, Gemma 3 or SmolVLM."
    )


class RemoteCodeRefused(ModelError):
    """The checkpoint wants to run Python of its own."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "The model in “{path}” wants to run code of its own; mmdesk never does that."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "Choose a version of it that transformers supports without remote code."
    )


class ModelIsAdapter(ModelError):
    """The folder holds changes to another model's weights."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{path}” holds an adapter (LoRA), not a whole model.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Choose the whole model, or merge the adapter into it and take the result."
    )


class ModelNeedsPackage(ModelError):
    """A Python package is missing that only some models use. Fields: ``path``, ``package``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "The model in “{path}” needs the Python package {package}."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Install it beside mmdesk, or choose another model.")


class DeviceUnavailable(ModelError):
    """The settings name a device that isn't there. Fields: ``path``, ``device``."""

    sentence = QT_TRANSLATE_NOOP("errors", "This computer has no device “{device}” for models.")
    advice = QT_TRANSLATE_NOOP("errors", "Choose “auto” as the device in the settings.")


class PrecisionUnavailable(ModelError):
    """The device can't compute with weights packed like that. Fields: ``path, dtype, device``."""

    sentence = QT_TRANSLATE_NOOP("errors", "Models can't be used in {dtype} on {device} yet.")
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Choose “auto” as the precision in the settings; bfloat16 and float32 work there too.",
    )


class ModelOutOfMemory(ModelError):
    """A smaller model would fit.

    Fields: ``path``, ``device``; ``needed``, ``available`` (gigabytes, as text); ``billions`` (of
    parameters that would fit, as text).
    """

    sentence = QT_TRANSLATE_NOOP(
        "errors",
        "The model in “{path}” does not fit into the memory of {device}: it needs {needed} GB, "
        "{available} GB are free.",
    )
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Close other programs, or choose a smaller model: one of {billions} billion parameters "
        "fits.",
    )


class ModelFitsPacked(ModelOutOfMemory):
    """It fits in another precision. Fields also: ``dtype``, ``packed`` (gigabytes, as text)."""

    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Choose {dtype} as the precision in the settings: then it needs {packed} GB. Or choose a "
        "smaller model.",
    )


class NoModelFits(ModelOutOfMemory):
    """Not even a small one would."""

    advice = QT_TRANSLATE_NOOP(
        "errors", "Close other programs, or use the starter model, which needs hardly any memory."
    )


class GenerationError(MmdeskError):
    """A loaded model can't answer this question."""


class PromptTooLong(GenerationError):
    """Fields: ``tokens``, ``limit``, ``picture_tokens`` (all pictures), ``pictures`` (count)."""

    sentence = QT_TRANSLATE_NOOP(
        "errors",
        "This conversation has {tokens} tokens, {picture_tokens} of them for {pictures} "
        "picture(s); the model takes {limit}.",
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "Shorten the question, remove a picture, or start a new chat (Ctrl+N)."
    )


class EngineEmpty(GenerationError):
    """No model is loaded."""

    sentence = QT_TRANSLATE_NOOP("errors", "No model is loaded.")
    advice = QT_TRANSLATE_NOOP("errors", "Choose a model folder in the settings.")


class NotExaminable(GenerationError):
    """Fields: ``model`` (its name)."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{model}” can't be asked how sure it was or what its answer rests on."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Ask again with another model; the answer itself stays.")


class ExaminationOutOfMemory(GenerationError):
    """Fields: ``device``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "There is too little memory on {device} to look closer at this answer."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "Close other programs, or ask about a smaller picture or a shorter answer."
    )


class PicturesNotPlaced(GenerationError):
    """The model's own template leaves pictures out. Fields: ``pictures``, ``placed`` (counts)."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "The model's chat template takes {placed} of the {pictures} picture(s)."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "Ask about fewer pictures in a new chat, or choose another model."
    )


class ChatTemplateFailed(GenerationError):
    """The checkpoint's own template refuses the conversation. Fields: ``reason``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "The model's chat template fails on this conversation: {reason}."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Ask in a new chat, or choose another model.")


class PictureNeeded(GenerationError):
    """The model knows no chat, and there is no picture in the conversation."""

    sentence = QT_TRANSLATE_NOOP("errors", "This model answers only questions about a picture.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Drop a picture into the chat, or choose a model that chats."
    )


class TooManyPicturesForModel(GenerationError):
    """Fields: ``pictures`` (in the question), ``limit``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "This model takes {limit} picture(s) in one question; there are {pictures}."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "Ask about one picture after the other, or choose another model."
    )


class PictureUnsuitable(GenerationError):
    """The model's processor refuses its shape. Fields: ``name``, ``width``, ``height``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "This model can't take “{name}” with its {width} × {height} pixels."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "Cut out the part that the question is about, or choose another model."
    )


class PicturesUnsuitable(GenerationError):
    """The model fails over the shapes of pictures. Fields: ``reason`` (transformers' words)."""

    sentence = QT_TRANSLATE_NOOP("errors", "This model can't take pictures of this shape: {reason}")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Cut out the part that the question is about, or choose another model."
    )


class AnswerOutOfMemory(GenerationError):
    """Neither a smaller picture nor a shorter context helped, and a smaller model would.

    Fields: ``device``; ``needed``, ``available`` (beside the model, gigabytes, as text);
    ``billions`` (of parameters that would fit, as text).
    """

    sentence = QT_TRANSLATE_NOOP(
        "errors",
        "There was not enough memory on {device} to answer: {needed} GB are needed beside the "
        "model, {available} GB are free.",
    )
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Close other programs, or choose a smaller model: one of {billions} billion parameters "
        "fits.",
    )


class QuestionOutOfMemory(AnswerOutOfMemory):
    """No smaller model is known to help."""

    advice = QT_TRANSLATE_NOOP(
        "errors", "Close other programs, remove a picture, or start a new chat (Ctrl+N)."
    )


class MemoryRanOut(AnswerOutOfMemory):
    """In the middle of an answer. Fields: ``device``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "The memory on {device} ran out in the middle of the answer."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "What was written so far is kept. Close other programs, or start a new chat."
    )


class EngineCrashed(GenerationError):
    """The process that holds the model ended. Fields: ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The model's process stopped: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "It is being started again; what was written so far is kept. Retry."
    )


class MatchError(MmdeskError):
    """A picture can't be compared with texts."""


class MatchModelUnfit(MatchError):
    """A model for something else. Fields: ``path``, ``kind``, ``takes`` ("sound")."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{path}” is {kind}; it takes {takes}, and compares no picture with texts."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Choose a CLIP, Chinese-CLIP or SigLIP model.")


class MatchModelUnknown(MatchError):
    """A kind that isn't known. Fields: ``path``, ``architecture``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors",
        "The model in “{path}” ({architecture}) is none that mmdesk can compare pictures with "
        "texts by.",
    )
    advice = QT_TRANSLATE_NOOP("errors", "Choose a CLIP, Chinese-CLIP or SigLIP model.")


class MatchOutOfMemory(MatchError):
    """Fields: ``device``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "There was not enough memory on {device} to compare the picture with the texts."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "Close other programs, or choose a smaller model to match with."
    )


class MatchTextMissing(MatchError):
    """No text at all."""

    sentence = QT_TRANSLATE_NOOP("errors", "There is no text to compare the picture with.")
    advice = QT_TRANSLATE_NOOP("errors", "Write what the picture may show, one text or several.")


class MatchTextEmpty(MatchError):
    """Fields: ``number`` (from 1)."""

    sentence = QT_TRANSLATE_NOOP("errors", "Text {number} is empty.")
    advice = QT_TRANSLATE_NOOP("errors", "Write what the picture may show, or leave it out.")


class MatchTextAlone(MatchError):
    """A CLIP divides 1 among the texts. Fields: ``text``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors",
        "“{text}” alone would get a probability of 1 from this model, whatever the picture shows.",
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "Add a text that would be true of another picture, or choose a SigLIP model."
    )


class MatchNeedsPicture(MatchError):
    """A sound file. Fields: ``name``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{name}” is a sound file; only a picture can be compared with texts."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Choose a picture.")


class TooManyTexts(MatchError):
    """Fields: ``count``, ``limit``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "There are {count} texts; mmdesk compares a picture with up to {limit}."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Compare it with fewer at a time.")


class DownloadError(MmdeskError):
    """A model can't be fetched. What was downloaded so far stays, unless it is damaged."""


class HubUnreachable(DownloadError):
    """No answer at all. Fields: ``host``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "{host} can't be reached: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Check the connection, or choose another source on the Models page (a mirror, ModelScope).",
    )


class HubBusy(DownloadError):
    """429 or 5xx, again and again. Fields: ``host``, ``status``."""

    sentence = QT_TRANSLATE_NOOP("errors", "{host} has no time at the moment (status {status}).")
    advice = QT_TRANSLATE_NOOP(
        "errors", "What was downloaded is kept: go on later, or choose another source."
    )


class HubNonsense(DownloadError):
    """It answers what no hub answers. Fields: ``host``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "{host} does not answer like a model hub: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "A login page of the network may be in between, or the address is wrong."
    )


class HubModelUnknown(DownloadError):
    """404. Fields: ``id``, ``host``."""

    sentence = QT_TRANSLATE_NOOP("errors", "{host} has no model “{id}”.")
    advice = QT_TRANSLATE_NOOP("errors", "Check how it is written: maker/name. Or try a mirror.")


class HubModelGated(DownloadError):
    """401 or 403. Fields: ``id``, ``host``."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{id}” is only given to people who accepted its terms.")
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Accept them on its page at {host}, then start mmdesk with your access token in HF_TOKEN.",
    )


class HubOffline(DownloadError):
    """``HF_HUB_OFFLINE`` is set, so nothing is sent. Fields: ``id``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{id}” is not downloaded, since HF_HUB_OFFLINE=1 forbids the network."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Start mmdesk without that variable to download models.")


class DownloadElsewhere(DownloadError):
    """Another mmdesk is at it. Fields: ``id``."""

    sentence = QT_TRANSLATE_NOOP("errors", "Another mmdesk is downloading “{id}” already.")
    advice = QT_TRANSLATE_NOOP("errors", "Wait until it is done, or pause it there first.")


class DownloadUnusable(DownloadError):
    """Its files are of no use, so nothing is fetched. Fields: ``id``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "mmdesk can't use “{id}”: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Choose a version with .safetensors weights that transformers supports."
    )


class DownloadDamaged(DownloadError):
    """A file's hash or size is another than the hub's. Fields: ``id``, ``file``."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{file}” of {id} arrived damaged and was thrown away.")
    advice = QT_TRANSLATE_NOOP("errors", "Download it again; the other files are kept.")


class DownloadBroken(DownloadError):
    """The connection broke off too often. Fields: ``id``, ``file``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The download of {id} broke off: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "What was downloaded is kept: go on when you are online.")


class DiskFull(DownloadError):
    """Fields: ``path``, ``needed``, ``free`` (both gigabytes, as text)."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "There is too little space in “{path}”: {needed} GB needed, {free} GB free."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Free some space, or remove a model you no longer use.")


class ModelsFolderUnwritable(DownloadError):
    """Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "Models can't be written to “{path}”: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "Check the permissions of that folder.")


class ShelfError(MmdeskError):
    """A model can't be managed like this."""


class ModelUnknown(ShelfError):
    """No such model here or in the catalogue. Fields: ``id``."""

    sentence = QT_TRANSLATE_NOOP("errors", "There is no model “{id}” here.")
    advice = QT_TRANSLATE_NOOP("errors", "“mmdesk models” lists those that there are.")


class ModelInUse(ShelfError):
    """It is loaded, so it stays. Fields: ``name``."""

    sentence = QT_TRANSLATE_NOOP("errors", "{name} is in use.")
    advice = QT_TRANSLATE_NOOP("errors", "Choose another model first, then remove it.")


class ModelNotOurs(ShelfError):
    """In another program's folder, which mmdesk never changes. Fields: ``path``."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{path}” is not mmdesk's, so it stays as it is.")
    advice = QT_TRANSLATE_NOOP("errors", "Remove it with the program that put it there.")


class ServerError(MmdeskError):
    """A server's model can't be used. All have the field ``host``."""


class ServerAddressInvalid(ServerError):
    """Fields: ``address`` (as it was given), ``host``."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{address}” is not the address of a server.")
    advice = QT_TRANSLATE_NOOP("errors", "Write it like https://host:8000/v1.")


class ServerNotEncrypted(ServerError):
    """http to another computer without the person's word."""

    sentence = QT_TRANSLATE_NOOP("errors", "The way to {host} is not encrypted.")
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Use https, or confirm that this is a computer in your own network: others in it could "
        "read your pictures, questions and key.",
    )


class ServerUnknown(ServerError):
    """A conversation names a server that is no longer added."""

    sentence = QT_TRANSLATE_NOOP("errors", "The server {host} is not among your servers any more.")
    advice = QT_TRANSLATE_NOOP("errors", "Add it again on the Models page, or use another model.")


class ServerUnreachable(ServerError):
    """Fields: ``host``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "{host} can't be reached: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Check that the server runs and the address is right, then try again."
    )


class ServerUntrusted(ServerError):
    """Its TLS certificate doesn't hold. Fields: ``host``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "{host} can't prove who it is: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Nothing was sent. Have its certificate mended, or reach it by another address."
    )


class ServerRedirects(ServerError):
    """Fields: ``host``, ``target`` (a host)."""

    sentence = QT_TRANSLATE_NOOP("errors", "{host} sends mmdesk on to {target}, which it refuses.")
    advice = QT_TRANSLATE_NOOP("errors", "If you trust that address, add it as a server.")


class ServerTooSlow(ServerError):
    """Fields: ``host``, ``seconds``."""

    sentence = QT_TRANSLATE_NOOP("errors", "{host} sent nothing useful for {seconds} seconds.")
    advice = QT_TRANSLATE_NOOP("errors", "It may be loading the model or be busy: try again later.")


class ServerKeyRefused(ServerError):
    """401 or 403."""

    sentence = QT_TRANSLATE_NOOP("errors", "{host} does not accept the key.")
    advice = QT_TRANSLATE_NOOP("errors", "Give the server's API key on the Models page.")


class KeyringFailed(ServerError):
    """The system's keyring doesn't give or forget a key. Fields: ``host``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The keyring fails with the key of {host}: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Unlock the system's keyring and try again, or give the key anew."
    )


class ServerBusy(ServerError):
    """429, 503. Fields: ``host``, ``status``."""

    sentence = QT_TRANSLATE_NOOP("errors", "{host} has no time at the moment (status {status}).")
    advice = QT_TRANSLATE_NOOP("errors", "Try again in a while.")


class ServerRefused(ServerError):
    """Any other status. Fields: ``host``, ``status``, ``reason`` (the server's, shortened)."""

    sentence = QT_TRANSLATE_NOOP("errors", "{host} refuses (status {status}): {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Shorten the conversation or remove pictures, or look into the server's log."
    )


class ServerModelMissing(ServerError):
    """Fields: ``host``, ``model``."""

    sentence = QT_TRANSLATE_NOOP("errors", "{host} has no model “{model}”.")
    advice = QT_TRANSLATE_NOOP("errors", "Test the server on the Models page to see what it has.")


class ServerTakesNoPictures(ServerError):
    """Fields: ``host``, ``model``."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{model}” at {host} takes no pictures.")
    advice = QT_TRANSLATE_NOOP("errors", "Choose an image-text model on that server.")


class ServerCannotContinue(ServerError):
    """The protocol has no way to hand over a begun answer."""

    sentence = QT_TRANSLATE_NOOP("errors", "{host} can't go on with a stopped answer.")
    advice = QT_TRANSLATE_NOOP("errors", "Have it answered anew, or ask it to go on.")


class ServerNonsense(ServerError):
    """It doesn't speak the protocol. Fields: ``host``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "{host} does not answer like an OpenAI-compatible server: {reason}."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Check the address; it usually ends in /v1.")


class ServerTooMuch(ServerError):
    """More than an answer may be. Fields: ``host``, ``limit`` (as text)."""

    sentence = QT_TRANSLATE_NOOP("errors", "{host} sent more than {limit}, so mmdesk hung up.")
    advice = QT_TRANSLATE_NOOP("errors", "What was written so far is kept.")


class ServerBrokeOff(ServerError):
    """The stream ended in the middle."""

    sentence = QT_TRANSLATE_NOOP("errors", "{host} broke off in the middle of the answer.")
    advice = QT_TRANSLATE_NOOP("errors", "What was written so far is kept. Retry.")


class StoreError(MmdeskError):
    """A conversation can't be kept or read."""


class StoreUnwritable(StoreError):
    """Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The conversation can't be saved: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Free some space or check the permissions of “{path}”, then retry."
    )


class StoreDamaged(StoreError):
    """Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The conversations in “{path}” can't be read: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "mmdesk changes nothing there. Move the file aside to begin with an empty one."
    )


class StoreNotBackedUp(StoreError):
    """Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The conversations can't be backed up: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Nothing was changed. Free some space or check the permissions of “{path}”."
    )


class StoreMended(StoreError):
    """A damaged database was replaced. Fields: ``path``, ``messages``, ``backup`` (when)."""

    sentence = QT_TRANSLATE_NOOP(
        "errors",
        "The file with the conversations was damaged; {messages} messages could still be read, "
        "the rest is as in the last backup ({backup}).",
    )
    advice = QT_TRANSLATE_NOOP("errors", "The damaged file is kept: “{path}”.")


class StoreRestored(StoreError):
    """The database was not there. Fields: ``path`` (of the backups), ``backup`` (when)."""

    sentence = QT_TRANSLATE_NOOP(
        "errors",
        "The file with the conversations was gone: they are as in the last backup ({backup}).",
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "To begin with none, remove the backups in “{path}” as well."
    )


class StoreTooNew(StoreError):
    """Fields: ``path``, ``version``, ``known``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "The conversations in “{path}” were written by a newer mmdesk ({version})."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Update mmdesk; this one knows up to version {known}.")


class StoreBusy(StoreError):
    """Another mmdesk holds the database. Fields: ``path``."""

    sentence = QT_TRANSLATE_NOOP("errors", "Another mmdesk is using “{path}”.")
    advice = QT_TRANSLATE_NOOP("errors", "Use its window, or close it first.")


class ConversationMissing(StoreError):
    """Fields: ``id``."""

    sentence = QT_TRANSLATE_NOOP("errors", "That conversation is no longer there.")
    advice = QT_TRANSLATE_NOOP("errors", "Choose another one from the list.")


class AttachmentLost(StoreError):
    """Fields: ``name``, the picture's or recording's."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "The question can't be saved: “{name}” is no longer there, or was changed."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Remove it from the question, or attach it again.")


class StoreClosed(StoreError):
    """mmdesk was closed before something was done."""

    sentence = QT_TRANSLATE_NOOP("errors", "mmdesk was closed before this was done.")
    advice = QT_TRANSLATE_NOOP("errors", "What was done until then stays. Repeat it for the rest.")


class BackupMissing(StoreError):
    """Fields: ``name``."""

    sentence = QT_TRANSLATE_NOOP("errors", "There is no backup “{name}”.")
    advice = QT_TRANSLATE_NOOP("errors", "“mmdesk restore --list” shows those that there are.")


class BackupDamaged(StoreError):
    """Fields: ``path``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The backup “{path}” is damaged.")
    advice = QT_TRANSLATE_NOOP("errors", "Nothing was changed. Choose an earlier one.")


class RestoreWhileAnswering(StoreError):
    """What is being written would have no place any more."""

    sentence = QT_TRANSLATE_NOOP("errors", "An answer is on its way.")
    advice = QT_TRANSLATE_NOOP("errors", "Wait for it or stop it, then restore the backup.")


class ArchiveError(MmdeskError):
    """A conversation can't be exported or imported. Fields of most: ``name``, the file's."""


class ExportUnwritable(ArchiveError):
    """Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "Nothing can be exported to “{path}”: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Choose another folder, or free some space and check the permissions."
    )


class NothingNamed(ArchiveError):
    """Fields: ``name``."""

    sentence = QT_TRANSLATE_NOOP("errors", "No conversation is called “{name}”.")
    advice = QT_TRANSLATE_NOOP("errors", "Give a title as the list of conversations shows it.")


class ArchiveNotJson(ArchiveError):
    """Fields: ``name``."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” is not JSON.")
    advice = QT_TRANSLATE_NOOP("errors", "Import conversations that were exported as JSON.")


class ArchiveTooLarge(ArchiveError):
    """Fields: ``name``, ``limit`` (MB)."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” has more than {limit} MB.")
    advice = QT_TRANSLATE_NOOP("errors", "Export the conversations into smaller files.")


class ArchiveNonsense(ArchiveError):
    """Fields: ``name``, ``where`` (a place in the file), ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” can't be imported: {where} {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Nothing of this conversation was taken over. Export it again."
    )


class ArchiveTooNew(ArchiveError):
    """Fields: ``name``, ``version``, ``known``."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” was exported by a newer mmdesk ({version}).")
    advice = QT_TRANSLATE_NOOP("errors", "Update mmdesk; this one knows up to version {known}.")


class ArchiveEmpty(ArchiveError):
    """Fields: ``name``."""

    sentence = QT_TRANSLATE_NOOP("errors", "There is no conversation in “{name}”.")
    advice = QT_TRANSLATE_NOOP("errors", "Import conversations that were exported as JSON.")


class ArchiveStrays(ArchiveError):
    """It asks for a file outside its folder. Fields: ``name``, ``file``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{name}” refers to “{file}”, which is not inside its folder."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Nothing was read there. Ask whoever made the file.")


class ArchiveFileMissing(ArchiveError):
    """Fields: ``name``, ``file``."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{file}”, which belongs to “{name}”, is not there.")
    advice = QT_TRANSLATE_NOOP("errors", "Keep the folder “media” beside the exported file.")


class ArchiveFileChanged(ArchiveError):
    """Its content has another SHA-256. Fields: ``name``, ``file``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{file}”, which belongs to “{name}”, was changed after the export."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "Nothing of this conversation was taken over. Export it again."
    )


class ArchiveStopped(ArchiveError):
    """Who asked for it wanted no more of it."""

    sentence = QT_TRANSLATE_NOOP("errors", "This was stopped before its end.")
    advice = QT_TRANSLATE_NOOP("errors", "What was done until then stays. Repeat it for the rest.")


class WindowDiffers(ArchiveError):
    """A command meets the window of another version. Fields: ``version``, the window's."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "The open window is of another version of mmdesk ({version})."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Close it, then repeat the command.")


class BenchError(MmdeskError):
    """A benchmark can't be made as it was asked for."""


class PlotNeedsPackage(BenchError):
    """What draws is missing. Fields: ``package``."""

    sentence = QT_TRANSLATE_NOOP("errors", "A plot needs the Python package {package}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Install it beside mmdesk, or leave --plot out: the figures are printed too."
    )


class PlotUnwritable(BenchError):
    """Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The plot can't be written to “{path}”: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Name a .png or .svg file in a folder that can be written."
    )


class GgufUnusable(BenchError):
    """A file for llama.cpp. Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "llama.cpp can't be measured with “{path}”: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Give a GGUF file of one of the sizes; docs/benchmarks/README.md says how."
    )


class DataError(MmdeskError):
    """A folder of a person's own examples can't be used."""


class DataFolderUnusable(DataError):
    """Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{path}” can't be used as examples: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Name a folder with pictures and one .jsonl file that says what is in them."
    )


class DataFileMissing(DataError):
    """No list of the examples. Fields: ``path``."""

    sentence = QT_TRANSLATE_NOOP("errors", "There is no .jsonl file in “{path}”.")
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Put a file data.jsonl there, with one line for each example: "
        '{{"picture": "a.jpg", "caption": "…"}} or '
        '{{"picture": "a.jpg", "question": "…", "answer": "…"}}.',
    )


class DataFilesSeveral(DataError):
    """More than one list of examples. Fields: ``path``, ``names``."""

    sentence = QT_TRANSLATE_NOOP("errors", "There are several .jsonl files in “{path}”: {names}.")
    advice = QT_TRANSLATE_NOOP("errors", "Leave one there; join their lines if you want them all.")


class DataInvalid(DataError):
    """Lines that say something else than examples. Fields: ``path``, ``problems``."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{path}” can't be used:\n{problems}")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Correct these lines and try again; docs/training-your-own.md shows the format."
    )


class DataTooFew(DataError):
    """Fields: ``path``, ``count``, ``least``, ``what`` ("captions")."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{path}” has too few pictures with {what}: {count}, and {least} are needed."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Add more examples; a hundred are a good beginning.")


class DataAllAlike(DataError):
    """There is nothing to tell apart. Fields: ``path``, ``what``."""

    sentence = QT_TRANSLATE_NOOP("errors", "All {what} in “{path}” are the same.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "A model learns from differences: add examples that say something else."
    )


class TrainingError(MmdeskError):
    """Training on a person's own examples can't begin, or go on."""


class TrainingNeedsPackage(TrainingError):
    """Fields: ``package``, ``what`` ("the plot of the loss")."""

    sentence = QT_TRANSLATE_NOOP("errors", "Training needs the Python package {package} ({what}).")
    advice = QT_TRANSLATE_NOOP("errors", "Install it beside mmdesk: pip install 'mmdesk[train]'.")


class TrainingModelUnfit(TrainingError):
    """A model of the wrong kind. Fields: ``path``, ``kind``, ``wanted``, ``command``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{path}” is {kind}, and “mmdesk train {command}” needs {wanted}."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "Name another one with --model; “mmdesk models” lists those that there are."
    )


class TrainingOutUnusable(TrainingError):
    """Where the result is to go. Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The result can't be written to “{path}”: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "Name another folder with --out; nothing is overwritten.")


class TrainingUnwritable(TrainingError):
    """The disk is full, or forbids. Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "Training can't be saved in “{path}”: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Free some space or check the permissions, then give the same command: it goes on from "
        "the last time it was saved.",
    )


class TrainingOfOther(TrainingError):
    """A stopped run there was of other data or options. Fields: ``path``, ``what``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "In “{path}” is a stopped training with another {what}, so it can't go on."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Give the command as it was, remove that folder to begin anew, or name another one with "
        "--work.",
    )


class TrainingDamaged(TrainingError):
    """What a stopped run saved can't be read. Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "The stopped training in “{path}” can't be read: {reason}."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Remove that folder to begin anew.")


class TrainingBusy(TrainingError):
    """Another process trains there. Fields: ``path``."""

    sentence = QT_TRANSLATE_NOOP("errors", "Another training is at work in “{path}”.")
    advice = QT_TRANSLATE_NOOP("errors", "Wait until it is done, or name other folders for this.")


class TrainingDiverged(TrainingError):
    """The loss is no number any more. Fields: ``step``, ``rate``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "Training went astray at step {step}: the loss is no number any more."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Try a smaller --rate than {rate}.")


class TrainingOutOfMemory(TrainingError):
    """Fields: ``device``, ``batch``."""

    sentence = QT_TRANSLATE_NOOP("errors", "Training needs more memory than {device} has.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Try a smaller --batch than {batch}, --lora, or a smaller model."
    )


class MeasureError(MmdeskError):
    """A model can't be measured as it was asked for."""


class MeasureNeedsPackage(MeasureError):
    """Fields: ``package``, ``what`` ("BLEU")."""

    sentence = QT_TRANSLATE_NOOP("errors", "Measuring {what} needs the Python package {package}.")
    advice = QT_TRANSLATE_NOOP("errors", "Install it beside mmdesk: pip install 'mmdesk[train]'.")


class MeasureModelUnfit(MeasureError):
    """Another kind of model. Fields: ``path``, ``kind``, ``holds`` ("questions"), ``wanted``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "“{path}” is {kind}, which can't be measured with a folder of {holds}."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Name {wanted} with --model; “mmdesk models” lists them.")


class MeasureNoPlot(MeasureError):
    """No yes/no questions, or a model whose first token doesn't tell yes from no."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "No probability of yes or no is known here, which is what --plot shows."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "Leave --plot out, or add questions whose answer is yes or no."
    )


class SettingsError(MmdeskError):
    """Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The settings in “{path}” can't be used: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "The defaults are used; the file was set aside with the ending .broken."
    )


class SettingsUnreadable(SettingsError):
    """The system refuses to read the file. Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The settings in “{path}” can't be read: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "The defaults are used. Check the file's permissions.")


class SettingsUnwritable(SettingsError):
    """Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The settings can't be saved: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "They hold until mmdesk is closed. Free some space or check the permissions of “{path}”.",
    )


class FolderUnusable(MmdeskError):
    """One of mmdesk's own folders can't be made or written. Fields: ``path``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The folder “{path}” can't be used: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Make it writable, or name another place in the variable MMDESK_HOME."
    )


class InstallationBroken(MmdeskError):
    """A package or file of mmdesk's own is missing or damaged. Fields: ``what``."""

    sentence = QT_TRANSLATE_NOOP("errors", "Parts of mmdesk are missing or damaged: {what}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "“mmdesk doctor” says what is missing; install mmdesk again."
    )


class SealRefused(MmdeskError):
    """Sealed mode can't be had here, so nothing is started. Fields: ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "mmdesk can't be sealed here: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Without --sealed it starts as usual: it opens no connection unless you ask for one, but "
        "nothing guarantees that. Some systems allow user namespaces to an administrator only.",
    )


class SealedElsewhere(MmdeskError):
    """A window is open, which may not be sealed: files would be handed to it."""

    sentence = QT_TRANSLATE_NOOP("errors", "Another window of mmdesk is open.")
    advice = QT_TRANSLATE_NOOP("errors", "Close it first: it may not be sealed.")


class NoDisplay(MmdeskError):
    """No screen to open a window on."""

    sentence = QT_TRANSLATE_NOOP("errors", "There is no display to open a window on.")
    advice = QT_TRANSLATE_NOOP(
        "errors", 'Ask from the command line: mmdesk ask "What is this?" -a picture.png'
    )
