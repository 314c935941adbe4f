"""The whole error tree. Every error has a ``.message`` and a ``.hint`` for the person.

::

    MmdeskError
    ├── InternalError              a bug: the log has the traceback
    ├── PictureError               one picture can't be used
    │   ├── FileMissing  NotAFile  FileUnreadable  FileEmpty
    │   ├── NotAPicture  UnsupportedKind  PictureDamaged
    │   ├── PictureTooLarge  PictureTooHeavy  PictureTooSlow  PictureUnwritable
    │   └── TooManyPictures
    ├── DropError                  a drag or the clipboard holds nothing to take
    │   ├── WebAddressRefused  NothingToTake
    ├── QuestionError
    │   ├── QuestionEmpty  QuestionTooLong  QuestionNotText
    ├── ModelError                 the model can't be loaded
    │   ├── ModelMissing  ModelIncomplete  ModelDamaged
    │   ├── ArchitectureUnknown  RemoteCodeRefused  ModelTakesNoPictures
    │   ├── ModelNeedsPackage  DeviceUnavailable
    │   └── ModelOutOfMemory
    ├── GenerationError            a loaded model can't answer this
    │   ├── EngineEmpty  PromptTooLong  PicturesNotPlaced  AnswerOutOfMemory
    │   └── EngineCrashed
    ├── StoreError                 a conversation can't be kept or read
    │   ├── StoreUnwritable  StoreDamaged  StoreTooNew  StoreBusy
    │   └── ConversationMissing
    ├── SettingsError              set aside, and the defaults are used
    │   ├── SettingsUnreadable  SettingsUnwritable
    └── FolderUnusable  InstallationBroken  NoDisplay

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


class PictureError(MmdeskError):
    """One picture can't be used. All have the field ``name``, the file's name."""


class FileMissing(PictureError):
    """The path leads nowhere, or no longer does."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” is not there.")
    advice = QT_TRANSLATE_NOOP("errors", "It may have been moved or renamed: choose it again.")


class NotAFile(PictureError):
    """A folder, FIFO, socket or device."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” is not a regular file.")
    advice = QT_TRANSLATE_NOOP("errors", "Drop picture files themselves, not a folder or device.")


class FileUnreadable(PictureError):
    """The system refuses to read the file. Fields: ``name``, ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” can't be read: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "Check the file's permissions, or copy it elsewhere.")


class FileEmpty(PictureError):
    """Zero bytes."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” is empty.")
    advice = QT_TRANSLATE_NOOP("errors", "It may not have been saved completely: save it again.")


class NotAPicture(PictureError):
    """No known picture format begins like this."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” is not a picture that mmdesk can read.")
    advice = QT_TRANSLATE_NOOP("errors", "Use PNG, JPEG, WebP, GIF, BMP or TIFF.")


class UnsupportedKind(PictureError):
    """A known kind that mmdesk doesn't take yet. Fields: ``name``, ``kind_name`` ("PDF")."""

    sentence = QT_TRANSLATE_NOOP("errors", "“{name}” is {kind_name}, which mmdesk can't read yet.")
    advice = QT_TRANSLATE_NOOP("errors", "Save a page or frame of it as PNG or JPEG and drop that.")


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


class DropError(MmdeskError):
    """A drag or the clipboard holds nothing that can be taken."""


class WebAddressRefused(DropError):
    """Only a web address; mmdesk fetches nothing."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "This is only a web address, and mmdesk never fetches from the network."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Save the picture first, then drop the file.")


class NothingToTake(DropError):
    """Neither pictures nor text."""

    sentence = QT_TRANSLATE_NOOP("errors", "There is no picture in this.")
    advice = QT_TRANSLATE_NOOP("errors", "Use PNG, JPEG, WebP, GIF, BMP or TIFF.")


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


class ModelOutOfMemory(ModelError):
    """Fields: ``path``, ``device``."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "The model in “{path}” does not fit into the memory of {device}."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Close other programs, or choose a smaller model.")


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


class PicturesNotPlaced(GenerationError):
    """The model's own template leaves pictures out. Fields: ``pictures``, ``placed`` (counts)."""

    sentence = QT_TRANSLATE_NOOP(
        "errors", "The model's chat template takes {placed} of the {pictures} picture(s)."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "Ask about fewer pictures in a new chat, or choose another model."
    )


class AnswerOutOfMemory(GenerationError):
    """Fields: ``device``."""

    sentence = QT_TRANSLATE_NOOP("errors", "There was not enough memory on {device} to answer.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Remove a picture, start a new chat, or choose a smaller model."
    )


class EngineCrashed(GenerationError):
    """The process that holds the model ended. Fields: ``reason``."""

    sentence = QT_TRANSLATE_NOOP("errors", "The model's process stopped: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "It is being started again; what was written so far is kept. Retry."
    )


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
    """A package of mmdesk's own can't be imported. Fields: ``what`` (the import's complaint)."""

    sentence = QT_TRANSLATE_NOOP("errors", "Parts of mmdesk are not installed: {what}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "“mmdesk doctor” says what is missing; install mmdesk again."
    )


class NoDisplay(MmdeskError):
    """No screen to open a window on."""

    sentence = QT_TRANSLATE_NOOP("errors", "There is no display to open a window on.")
    advice = QT_TRANSLATE_NOOP(
        "errors", 'Ask from the command line: mmdesk ask "What is this?" -a picture.png'
    )
