"""A server that takes OTLP metrics in JSON, strictly, and answers as a test tells it."""

from __future__ import annotations

import gzip
import json
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple, cast

import watchfire
from watchfire import _client, _operations
from watchfire._aggregate import runtime

Labels = Tuple[Tuple[str, str], ...]
WAIT = 20.0


class Sent(NamedTuple):
    """One data point as it arrived."""

    resource: Dict[str, str]
    name: str
    kind: str
    labels: Dict[str, str]
    start: int
    time: int
    value: Any
    unit: str


class Reply(NamedTuple):
    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b"{}"
    delay: float = 0.0


class Server:
    """Listens on a free port of 127.0.0.1. `replies` are given once each, in order; then requests are taken."""

    def __init__(self) -> None:
        self.requests: List[List[Sent]] = []
        self.taken: List[List[Sent]] = []
        """The requests that were answered with 200."""
        self.headers: List[Mapping[str, str]] = []
        self.replies: List[Reply] = []
        self.faults: List[str] = []
        self.most_points: Optional[int] = None
        """More points than this in one request are answered with 413."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer.take(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        points: List[Sent] = []
        reply = Reply(200)
        try:
            check(request.path == "/v1/metrics", request.path)
            check(request.headers["Content-Type"] == "application/json", "content type")
            if request.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            points = parse(json.loads(body))
        except Exception as error:
            self.faults.append(repr(error))
            reply = Reply(400, body=repr(error).encode())
        if self.replies:
            reply = self.replies.pop(0)
        elif self.most_points is not None and len(points) > self.most_points:
            reply = Reply(413)
        self.headers.append(dict(request.headers.items()))
        self.requests.append(points)
        if reply.status == 200:
            self.taken.append(points)
        time.sleep(reply.delay)
        try:
            request.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                request.send_header(name, value)
            request.send_header("Content-Length", str(len(reply.body)))
            request.end_headers()
            request.wfile.write(reply.body)
        except OSError:
            pass  # the client did not wait

    def points(self, name: str, **labels: str) -> List[Sent]:
        """Every point taken of this metric with exactly these labels, as they came."""
        return [p for points in list(self.taken) for p in points if p.name == name and p.labels == labels]

    def values(self, name: str, **labels: str) -> List[Any]:
        return [point.value for point in self.points(name, **labels)]


def check(holds: bool, what: object) -> None:
    if not holds:
        raise ValueError(what)


def whole(text: Any) -> int:
    check(isinstance(text, str) and text.isdigit(), f"a 64-bit integer is a string of digits, not {text!r}")
    return int(text)


def attributes(listed: Any) -> Dict[str, str]:
    found: Dict[str, str] = {}
    for one in listed:
        ((kind, value),) = one["value"].items()
        check((kind, type(value)) in (("stringValue", str), ("boolValue", bool)), one)
        check(one["key"] not in found, f"{one['key']} twice")
        found[one["key"]] = value if kind == "stringValue" else str(value).lower()
    return found


def parse(message: Any) -> List[Sent]:
    """Reads an ExportMetricsServiceRequest; raises for whatever a strict reader would refuse."""
    found: List[Sent] = []
    for group in message["resourceMetrics"]:
        resource = attributes(group["resource"]["attributes"])
        for scope in group["scopeMetrics"]:
            check(scope["scope"]["name"] == "watchfire", scope["scope"])
            for metric in scope["metrics"]:
                ((kind, data),) = ((k, v) for k, v in metric.items() if k in ("sum", "gauge", "histogram"))
                check(kind == "gauge" or data["aggregationTemporality"] == 2, "temporality")
                check(kind != "sum" or data["isMonotonic"] is True, "monotonic")
                for point in data["dataPoints"]:
                    start, now = whole(point["startTimeUnixNano"]), whole(point["timeUnixNano"])
                    check(10**18 < start <= now, (start, now))
                    labels = attributes(point["attributes"])
                    found.append(
                        Sent(resource, metric["name"], kind, labels, start, now, value(kind, point), metric["unit"])
                    )
    check(bool(found), "a request without points")
    return found


def value(kind: str, point: Any) -> Any:
    if kind != "histogram":
        number = point["asDouble"]
        check(isinstance(number, float) or number in ("NaN", "Infinity", "-Infinity"), number)
        return float(number)
    counts = [whole(count) for count in point["bucketCounts"]]
    bounds = point["explicitBounds"]
    check(len(counts) == len(bounds) + 1 and bounds == sorted(bounds), point)
    check(whole(point["count"]) == sum(counts), "count")
    return {"counts": counts, "bounds": bounds, "sum": point["sum"]}


class ClientTest(unittest.TestCase):
    """A test with a server, and with a client that begins empty and collects only when asked."""

    def setUp(self) -> None:
        self.server = Server()
        self.addCleanup(self.server.close)
        forget()
        self.addCleanup(forget)
        watchfire.configure(endpoint=self.server.url, interval=3600, timeout=5)

    def wait_for(self, condition: Callable[[], object], what: str = "") -> None:
        until = time.monotonic() + WAIT
        while not condition():
            if time.monotonic() > until:
                self.fail(f"waited {WAIT} s in vain {what}; faults: {self.server.faults}; {watchfire.stats()}")
            time.sleep(0.005)

    def flush(self) -> None:
        self.assertTrue(watchfire.flush(WAIT), (self.server.faults, watchfire.stats()))


def forget() -> None:
    """Ends the client of the test before and begins another, with no metrics and the settings of no environment."""
    _client._exporter.stop(0)
    runtime.streams.clear()
    _operations._operations.clear()
    runtime.begin()
    runtime.max_series = 2000
    _client._exporter = _client._make(cast(Any, _client).Settings())
    watchfire.enable()
