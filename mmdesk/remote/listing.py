"""What a server says that it serves."""

from __future__ import annotations

from collections.abc import Callable

from mmdesk.core.errors import ServerNonsense
from mmdesk.core.models import host_of
from mmdesk.remote.chunks import Nonsense, load
from mmdesk.remote.client import client_for
from mmdesk.remote.failures import Question, Refusal, refused
from mmdesk.remote.guard import Guard, StartThread
from mmdesk.remote.limits import Limits
from mmdesk.remote.wording import one_line


def served_models(
    url: str,
    api_key: str | None,
    stopped: Callable[[], bool],
    start_thread: StartThread,
    limits: Limits,
) -> tuple[str, ...]:
    """Ask a server for its models; return their ids in its order, each once.

    Raises:
        ServerError, Stopped
    """
    host = host_of(url)
    guard = Guard(
        host,
        limits,
        stopped,
        total_s=limits.list_s,
        first_s=limits.list_s,
        most_bytes=limits.list_bytes,
    )
    try:
        with (
            client_for(url, api_key, guard, start_thread) as client,
            client.models.with_streaming_response.list() as response,
        ):
            body = b"".join(response.http_response.iter_raw())
        return _ids(body.decode("utf-8-sig", "replace"), limits)
    except Refusal as refusal:
        if api_key:
            refusal.text = refusal.text.replace(api_key, "…")
        raise refused(refusal, Question(host)) from None
    except Nonsense as error:
        raise ServerNonsense(host=host, reason=str(error)) from None


def _ids(text: str, limits: Limits) -> tuple[str, ...]:
    if text.lstrip()[:1] == "<":
        raise Nonsense("it sent a web page")
    body = load(text)
    if isinstance(body, dict):
        body = body.get("data")
    if not isinstance(body, list):
        raise Nonsense("there is no list of models")
    ids = [entry["id"] for entry in body if isinstance(entry, dict) and _is_text(entry.get("id"))]
    if body and not ids:
        raise Nonsense("the list of models names none")
    short = (one_line(model, limits.model_chars + 1) for model in ids)
    known = dict.fromkeys(model for model in short if model and len(model) <= limits.model_chars)
    return tuple(known)[: limits.models]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)
