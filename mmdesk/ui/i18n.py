"""The window's language: Qt's own catalogue and mmdesk's, switched while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDate, QLibraryInfo, QLocale, QObject, QTranslator

if TYPE_CHECKING:
    from datetime import datetime

SYSTEM = "system"
ENGLISH = "en"
CHINESE = "zh_CN"


def resolve_language(choice: str) -> str:
    """Return "en" or "zh_CN" for a setting; "system" follows the system's languages."""
    if choice != SYSTEM:
        return choice
    for tag in QLocale.system().uiLanguages():
        if tag.startswith("zh"):
            return CHINESE
        if tag.startswith("en"):
            return ENGLISH
    return ENGLISH


class Language(QObject):
    """Installs translators into the application; widgets get ``LanguageChange`` from Qt."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._installed: list[QTranslator] = []
        self.current = ENGLISH

    def use(self, choice: str) -> str:
        """Switch to a setting's language ("system", "en", "zh_CN"); return which it is."""
        language = resolve_language(choice)
        for translator in self._installed:
            QCoreApplication.removeTranslator(translator)
        self._installed.clear()
        if language != ENGLISH:
            self._install(f"qtbase_{language}", Path(QLibraryInfo.path(_TRANSLATIONS)))
            self._install(f"mmdesk_{language}", self._folder)
        QLocale.setDefault(QLocale(language) if choice != SYSTEM else QLocale.system())
        self.current = language
        return language

    def _install(self, name: str, folder: Path) -> None:
        translator = QTranslator(self)
        if translator.load(name, str(folder)):
            QCoreApplication.installTranslator(translator)
            self._installed.append(translator)


_TRANSLATIONS = QLibraryInfo.LibraryPath.TranslationsPath


def day_text(moment: datetime) -> str:
    """Return the day of a moment, in local time, as people of the window's language write it."""
    day = moment.astimezone().date()
    short = QLocale.FormatType.ShortFormat
    return QLocale().toString(QDate(day.year, day.month, day.day), short)
