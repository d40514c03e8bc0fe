"""One request to the server, and what its answer means for the sender."""

from __future__ import annotations

import enum
import gzip
import http.client
import json
import socket
import time
from email.utils import parsedate_to_datetime
from typing import NamedTuple, Optional
from urllib.parse import urlsplit

from ._settings import Settings

_MOST_ANSWER = 64 * 1024
_LONGEST_WAIT = 300.0


class Verdict(enum.Enum):
    """What to do with the points that were sent."""

    DELIVERED = "delivered"
    TOO_LARGE = "too_large"
    """Send fewer at once."""
    THROTTLED = "throttled"
    """Send fewer at once, later."""
    UNAVAILABLE = "unavailable"
    """Send again later."""
    REJECTED = "rejected"
    """Sending again would not help."""


class Answer(NamedTuple):
    """How a request went."""

    verdict: Verdict
    message: str = ""
    """What went wrong, for a person."""
    retry_after: Optional[float] = None
    """Seconds that the server asks to be left alone."""
    refused: int = 0
    """Points that the server left out though it took the request."""


class Connection:
    """A connection to the endpoint, opened by the first request. Redirects and proxies are not followed."""

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.endpoint)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._settings = settings
        self._connection = kind(parts.hostname or "", parts.port, timeout=settings.timeout)
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def close(self) -> None:
        """Ends the connection; the next request would open another."""
        self._connection.close()

    def send(self, body: bytes, version: str) -> Answer:
        """Posts an export request. What fails is in the answer; nothing is raised for the network's sake."""
        settings = self._settings
        headers = {"Content-Type": "application/json", "User-Agent": f"watchfire-python/{version}"}
        if settings.gzip:
            body = gzip.compress(body, compresslevel=5)
            headers["Content-Encoding"] = "gzip"
        headers.update(settings.headers)
        try:
            self._connection.request("POST", self._path, body, headers)
            response = self._connection.getresponse()
            answer = _answer(response, response.read(_MOST_ANSWER))
            if not response.isclosed():
                self.close()  # more is to come than anyone reads
        except socket.timeout:
            self.close()
            return Answer(Verdict.THROTTLED, f"{settings.endpoint} did not answer within {settings.timeout} s")
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Answer(Verdict.UNAVAILABLE, f"{settings.endpoint} cannot be reached: {error or repr(error)}")
        return answer._replace(message=f"{settings.endpoint} {answer.message}" if answer.message else "")


def _answer(response: http.client.HTTPResponse, body: bytes) -> Answer:
    status = response.status
    if 200 <= status < 300:
        return _partial(body)
    said = " ".join(body[:200].decode(errors="replace").split())
    message = f"answered {status} {response.reason}" + (f": {said}" if said else "")
    if status == 413:
        return Answer(Verdict.TOO_LARGE, message)
    wait = seconds_of(response.getheader("Retry-After"))
    if status in (408, 429):
        return Answer(Verdict.THROTTLED, message, wait)
    # https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes
    if status in (502, 503, 504):
        return Answer(Verdict.UNAVAILABLE, message, wait)
    return Answer(Verdict.REJECTED, message)


def _partial(body: bytes) -> Answer:
    """Reads https://opentelemetry.io/docs/specs/otlp/#partial-success-1."""
    try:
        partial = json.loads(body)["partialSuccess"]
        refused = int(partial.get("rejectedDataPoints", 0))
        said = str(partial.get("errorMessage", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Answer(Verdict.DELIVERED)  # an empty body, or one that says nothing of points
    message = f"left out {refused} data points: {said}" if refused or said else ""
    return Answer(Verdict.DELIVERED, message, refused=max(0, refused))


def seconds_of(header: Optional[str]) -> Optional[float]:
    """Reads `Retry-After` (RFC 9110, 10.2.3), seconds or a date, cut to five minutes; `None` where it says nothing."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - time.time()
        except (TypeError, ValueError, OverflowError):
            return None
    return min(max(seconds, 0.0), _LONGEST_WAIT)
