"""Entries of models that aren't here, and what the catalogue knows of those that are."""

from __future__ import annotations

from dataclasses import replace

from mmdesk.core.models import Download, DownloadState, ModelEntry, ModelRole, Place
from mmdesk.models.catalogue import CatalogueEntry
from mmdesk.models.fit import estimate_for_parameters
from mmdesk.models.incoming import Unfinished
from mmdesk.models.machine import machine


def not_here(listed: CatalogueEntry, stopped: Unfinished | None, dtype: str) -> ModelEntry:
    """Return the entry of a model of the catalogue, whose download may have begun."""
    entry = ModelEntry(
        id=listed.id,
        key=None,
        role=listed.role,
        place=Place.CATALOGUE,
        name=listed.id.rpartition("/")[2],
        parameters=listed.parameters,
        size=stopped.total if stopped and stopped.total else None,
        estimate=estimate_for_parameters(listed.parameters, machine(), dtype),
        download=paused_download(stopped) if stopped else None,
    )
    return with_facts(entry, listed)


def not_listed(stopped: Unfinished, role: ModelRole | None) -> ModelEntry:
    """Return the entry of an unfinished download that isn't in the catalogue."""
    return ModelEntry(
        id=stopped.id,
        key=None,
        role=role or ModelRole.CHAT,
        place=Place.CATALOGUE,
        name=stopped.id.rpartition("/")[2],
        size=stopped.total or None,
        download=paused_download(stopped),
    )


def with_facts(entry: ModelEntry, facts: CatalogueEntry) -> ModelEntry:
    """Return an entry with what the catalogue knows of its model."""
    return replace(
        entry,
        parameters=entry.parameters or facts.parameters,
        license=facts.license,
        languages=facts.languages,
        good_at=facts.good_at,
        points=facts.points,
        source=facts.source,
        checked=facts.checked,
    )


def paused_download(stopped: Unfinished) -> Download:
    """Return how far an unfinished download came."""
    return Download(
        stopped.id, DownloadState.PAUSED, stopped.done, stopped.total, source=stopped.source
    )
