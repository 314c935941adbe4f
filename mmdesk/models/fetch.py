"""One file from a hub to the disk: resumed, hashed while it is written, checked before it counts.

It is asked for in ranges of one chunk (RFC 9110, 14): whatever happens to this process or to the
network, no more than the chunk on its way is sent twice.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mmdesk.core.errors import (
    DownloadBroken,
    DownloadDamaged,
    DownloadError,
    HubNonsense,
    HubUnreachable,
)
from mmdesk.models.files import is_file
from mmdesk.models.hashing import Stopped, fingerprint, git_hasher
from mmdesk.models.hub_connection import HubConnection, Pace, TryAgain
from mmdesk.models.hub_listing import HubFile
from mmdesk.models.incoming import part_of
from mmdesk.models.manifest import FileRecord

if TYPE_CHECKING:
    import httpx2

_BLOCK = 2**20
_QUICK_S = 0.5
_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)")
_TRIES_WHEN_DAMAGED = 2
_SLICE_S = 0.1

Notice = Callable[[DownloadError | None], None]
"""Told what a download waits for, and None when it goes on."""


class FileFetch:
    """Fetches one file into a folder.

    Attributes:
        offset: Bytes on the disk so far.
    """

    def __init__(
        self,
        connection: HubConnection,
        address: str,
        file: HubFile,
        target: Path,
        *,
        model_id: str,
        pace: Pace,
        moved: Callable[[], None],
        waits: Notice,
        stopped: Callable[[], bool],
    ) -> None:
        """Prepare it.

        Args:
            target: The file's place; what is unfinished lies beside it under another name.
            moved: Called whenever ``offset`` has changed.
        """
        self._connection = connection
        self._address = self._listed_address = address
        self._file = file
        self._target = target
        self._part = part_of(target, file)
        self._model_id = model_id
        self._pace = pace
        self._moved = moved
        self._stopped = stopped
        self._waits = waits
        self._retries = Retries(pace, waits, stopped, pace.attempts)
        self._etag = ""
        self._chunk = pace.chunk
        self.offset = 0
        self._best = 0

    def run(self) -> FileRecord:
        """Fetch the file, or what is missing of it.

        Raises:
            DownloadError: it can't be had.
            Stopped: what is there stays.
            OSError: the disk refuses.
        """
        self._target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for _ in range(_TRIES_WHEN_DAMAGED):
            with self._opened() as stream:
                self._fill(stream)
                stream.flush()
                os.fsync(stream.fileno())
            if self._is_right():
                os.replace(self._part, self._target)
                return FileRecord(
                    self._file.size, self._sha256.hexdigest(), fingerprint(self._target)
                )
            self._part.unlink()
        raise DownloadDamaged(id=self._model_id, file=self._file.path)

    def _opened(self) -> BinaryIO:
        """Open what is there and hash it."""
        self._forget()
        if not is_file(self._part) or self._part.is_symlink():
            self._part.unlink(missing_ok=True)
            self._waits(None)
            self._part.touch(mode=0o600, exist_ok=False)
        stream = self._part.open("r+b")
        try:
            if os.fstat(stream.fileno()).st_size > self._file.size:
                stream.truncate(0)
            while block := stream.read(_BLOCK):
                if self._stopped():
                    raise Stopped
                self._take(block)
                self._moved()
        except BaseException:
            stream.close()
            raise
        self._best = self.offset
        self._moved()
        self._waits(None)
        return stream

    def _fill(self, stream: BinaryIO) -> None:
        while self.offset < self._file.size:
            if self._stopped():
                raise Stopped
            started = time.monotonic()
            problem: TryAgain | HubNonsense | None = None
            try:
                self._fetch_chunk(stream)
            except (TryAgain, HubNonsense) as error:
                problem = error
            if self.offset > self._best:  # what is sent anew is no progress
                self._best = self.offset
                self._retries.reset()
            if problem is not None:
                self._chunk = self._pace.chunk
                self._wait(problem)
            elif time.monotonic() - started < _QUICK_S:
                self._chunk = min(2 * self._chunk, max(self._pace.chunk, self._pace.largest_chunk))

    def _wait(self, problem: TryAgain | HubNonsense) -> None:
        try:
            self._retries.wait(problem)
        except HubUnreachable as error:
            reason = error.fields["reason"]
            broken = DownloadBroken(id=self._model_id, file=self._file.path, reason=reason)
            raise broken from error

    def _fetch_chunk(self, stream: BinaryIO) -> None:
        end = min(self.offset + self._chunk, self._file.size)
        headers = {"Range": f"bytes={self.offset}-{end - 1}"}
        if self._etag and self.offset:
            headers["If-Range"] = self._etag
        with self._connection.get(self._address, headers) as response:
            limit = self._body_end(response, end, stream)
            self._address = str(response.url)
            self._keep_etag(response)
            for piece in self._connection.read(response):
                if self.offset + len(piece) > limit:
                    raise self._nonsense("it sends more than was asked for")
                stream.write(piece)
                stream.flush()
                self._take(piece)
                self._moved()
                if self._stopped():
                    raise Stopped
        if self.offset < limit:
            raise TryAgain(self._nonsense("it sends less than it said"))

    def _body_end(self, response: httpx2.Response, end: int, stream: BinaryIO) -> int:
        """Return where in the file the body will end; raise for an answer that is of no use."""
        match response.status_code:
            case 206:
                return self._range_end(response, end)
            case 200:
                self._check_whole(response)
                self._start_over(stream)
                return self._file.size
            case 416:  # what is here stays: it is less than the hub lists
                raise self._nonsense("it refuses the range")
        self._raise_for(response)
        raise self._nonsense(f"it says status {response.status_code}")

    def _range_end(self, response: httpx2.Response, end: int) -> int:
        said = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", "").strip())
        if said is None:
            raise self._nonsense("it does not say which range it sends")
        first, last, size = int(said[1]), int(said[2]), said[3]
        if first != self.offset or not first <= last < end:
            raise self._nonsense("it sends another range than was asked for")
        if size != "*" and int(size) != self._file.size:
            raise self._nonsense("the file has another size than in its list")
        length = response.headers.get("content-length")
        if length is not None and length.strip() != str(last - first + 1):
            raise self._nonsense("its lengths contradict each other")
        return last + 1

    def _check_whole(self, response: httpx2.Response) -> None:
        """Refuse what isn't the file, before anything is thrown away for it."""
        length = response.headers.get("content-length")
        if length is not None and length.strip() != str(self._file.size):
            raise self._nonsense("the file has another size than in its list")
        if "text/html" in response.headers.get("content-type", "").lower():
            raise self._nonsense("it sends a web page")

    def _raise_for(self, response: httpx2.Response) -> None:
        self._connection.check_busy(response)
        if self._connection.is_own(response):
            self._connection.check_gated(response)
        elif self._address != self._listed_address:  # what it redirected to is no longer valid
            self._address = self._listed_address
            raise TryAgain(self._nonsense(f"it says status {response.status_code}"))

    def _keep_etag(self, response: httpx2.Response) -> None:
        etag = response.headers.get("etag", "")
        self._etag = etag if etag.startswith('"') else ""  # a weak one vouches for no bytes

    def _start_over(self, stream: BinaryIO) -> None:
        stream.seek(0)
        stream.truncate(0)
        self._forget()
        self._moved()

    def _forget(self) -> None:
        self.offset = 0
        self._etag = ""
        self._sha256 = hashlib.sha256()
        self._git_sha1 = git_hasher(self._file.size)

    def _take(self, piece: bytes) -> None:
        self._sha256.update(piece)
        if self._file.sha256 is None:
            self._git_sha1.update(piece)
        self.offset += len(piece)

    def _is_right(self) -> bool:
        if self._file.sha256 is not None:
            return self._sha256.hexdigest() == self._file.sha256
        return self._git_sha1.hexdigest() == self._file.git_sha1

    def _nonsense(self, reason: str) -> HubNonsense:
        return HubNonsense(host=self._connection.host, reason=f"{self._file.path}: {reason}")


class Retries:
    """Waits between tries, and says when it is enough."""

    def __init__(
        self, pace: Pace, waits: Notice, stopped: Callable[[], bool], attempts: int
    ) -> None:
        self._pace = pace
        self._attempts = attempts
        self._waits = waits
        self._stopped = stopped
        self.reset()

    def reset(self) -> None:
        """Begin to count anew: there was progress."""
        self._failures = 0
        self._senseless = 0

    def wait(self, problem: TryAgain | HubNonsense) -> None:
        """Wait until the next try is due.

        Raises:
            DownloadError: it was tried often enough.
            Stopped: the person doesn't want to wait.
        """
        error = problem.error if isinstance(problem, TryAgain) else problem
        self._failures += 1
        self._senseless += isinstance(error, HubNonsense)
        if self._failures >= self._attempts or self._senseless >= self._pace.nonsense:
            raise error
        asked = problem.wait_s or 0.0 if isinstance(problem, TryAgain) else 0.0
        backoff = self._pace.backoff_s * 2 ** min(self._failures - 1, 16)
        delay = min(max(backoff, asked), self._pace.longest_wait_s)
        self._waits(error)
        until = time.monotonic() + delay
        while (left := until - time.monotonic()) > 0:
            if self._stopped():
                raise Stopped
            time.sleep(min(left, _SLICE_S))
        self._waits(None)
