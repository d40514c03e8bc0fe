"""What the exporter does when the server is slow, strict or away."""

from __future__ import annotations

import email.utils
import json
import socket
import time
import unittest.mock
from typing import Any, List, Set, Tuple

import watchfire
from watchfire import _client, _exporter
from watchfire._transport import seconds_of

from .server import WAIT, ClientTest, Reply


def unused_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def fill(series: int) -> None:
    gauge = watchfire.Gauge("filled")
    for number in range(series):
        gauge.set(number, number=number)


class Exporting(ClientTest):
    def sizes(self) -> List[int]:
        return [len(points) for points in self.server.requests]

    def test_the_thread_sends_at_the_interval(self) -> None:
        watchfire.configure(interval=0.02)
        watchfire.Counter("c_total").add(1)
        self.wait_for(lambda: len(self.server.values("c_total")) >= 3)

    def test_nothing_is_sent_while_nothing_was_called_or_calls_are_disabled(self) -> None:
        counter = watchfire.Counter("c_total")
        self.flush()
        counter.add(1)
        watchfire.disable()
        watchfire.configure(interval=0.01)
        due: Set[float] = set()
        self.wait_for(lambda: due.add(_client._exporter._next_collection) or len(due) > 5)  # type: ignore[func-returns-value]
        self.assertEqual(self.server.requests, [])

    def test_a_server_that_is_away_costs_only_data(self) -> None:
        watchfire.configure(endpoint=f"http://127.0.0.1:{unused_port()}", max_queue=25)
        fill(10)
        with self.assertLogs("watchfire", "WARNING") as logged:
            for _ in range(20):
                began = time.monotonic()
                self.assertFalse(watchfire.flush(WAIT))
                self.assertLess(time.monotonic() - began, WAIT / 2)
        self.assertEqual(len(logged.output), 1, "logged more than once a minute")
        self.assertIn("cannot be reached", logged.output[0])
        stats = watchfire.stats()
        self.assertLessEqual(stats.queued, 25)
        self.assertGreater(stats.dropped["queue_full"], 150)
        self.assertEqual(stats.sent, 0)
        watchfire.configure(endpoint=self.server.url)
        self.flush()
        self.flush()
        self.assertEqual(watchfire.stats().queued, 0)
        lost = self.server.values("watchfire_client_dropped_total", reason="queue_full")[-1]
        self.assertEqual(lost, watchfire.stats().dropped["queue_full"])

    def test_one_collection_always_fits(self) -> None:
        watchfire.configure(max_queue=5)
        fill(12)
        self.flush()
        self.assertEqual((self.sizes(), watchfire.stats().dropped), ([12], {}))

    def test_too_large_batches_are_halved_and_grow_back(self) -> None:
        self.server.most_points = 30
        fill(100)
        self.flush()
        self.assertEqual(self.sizes()[:3], [100, 50, 25])
        self.assertEqual(self.sizes()[3], 27)
        self.assertEqual(len(self.server.points("filled", number="99")), 1)
        self.assertEqual((watchfire.stats().dropped, watchfire.stats().queued), ({}, 0))
        self.server.most_points = None
        small = watchfire.stats().batch_size
        for _ in range(3):
            self.flush()
        self.assertGreater(watchfire.stats().batch_size, small)
        self.assertLessEqual(watchfire.stats().batch_size, 1000)

    def test_a_point_that_is_too_large_alone_is_dropped(self) -> None:
        self.server.most_points = 0
        fill(2)
        self.assertFalse(watchfire.flush(WAIT))
        self.assertEqual(watchfire.stats().dropped, {"too_large": 2})

    def test_throttling_halves_and_waits_as_told(self) -> None:
        self.server.replies = [Reply(429, {"Retry-After": "1"})]
        fill(40)
        began = time.monotonic()
        self.assertFalse(watchfire.flush(WAIT))
        self.assertEqual((self.sizes(), watchfire.stats().batch_size), ([40], 20))
        self.assertFalse(watchfire.flush(WAIT), "a flush must respect Retry-After")
        self.assertEqual(self.sizes(), [40])
        self.wait_for(lambda: watchfire.stats().queued == 0)
        self.assertGreaterEqual(time.monotonic() - began, 1)
        self.assertEqual(self.sizes()[1], 20)
        self.assertEqual(watchfire.stats().dropped, {})

    def test_unavailable_keeps_the_size_and_tries_again(self) -> None:
        for status in (502, 503, 504):
            self.server.requests.clear()
            self.server.replies = [Reply(status)]
            fill(40)
            self.assertFalse(watchfire.flush(WAIT))
            self.assertEqual(watchfire.stats().queued, 40)
            self.wait_for(lambda: watchfire.stats().queued == 0)
            self.assertEqual(self.sizes(), [40, 40])

    def test_delays_double_with_jitter_up_to_a_minute(self) -> None:
        exporter = _client._make(_client._exporter.settings)
        for longest in (1, 2, 4, 8, 16, 32, 60, 60):
            now = time.monotonic()
            exporter._wait(None)
            delay = exporter._retry_at - now
            self.assertTrue(longest / 2 <= delay <= longest + 1, (delay, longest))

    def test_timeouts_halve(self) -> None:
        watchfire.configure(timeout=0.2)
        self.server.replies = [Reply(200, delay=1.0)]
        fill(40)
        self.assertFalse(watchfire.flush(WAIT))
        self.assertEqual((watchfire.stats().batch_size, watchfire.stats().queued), (20, 40))
        self.assertIn("did not answer within 0.2 s", watchfire.stats().last_error)

    def test_flush_returns_in_time(self) -> None:
        self.server.replies = [Reply(200, delay=1.0)]
        fill(1)
        began = time.monotonic()
        self.assertFalse(watchfire.flush(0.1))
        self.assertLess(time.monotonic() - began, 0.9)

    def test_rejected_batches_are_dropped(self) -> None:
        for status in (301, 400, 401, 404, 500):
            self.server.replies = [Reply(status, {"Location": "/elsewhere"}, b"no\nway")]
            fill(3)
            before = watchfire.stats().dropped.get("rejected", 0)
            self.assertFalse(watchfire.flush(WAIT))
            after = watchfire.stats()
            self.assertGreaterEqual(after.dropped["rejected"] - before, 3)
            self.assertEqual(after.queued, 0)
            self.assertIn(f"answered {status}", after.last_error)
            self.assertIn("no way", after.last_error)

    def test_partial_success(self) -> None:
        message = {"partialSuccess": {"rejectedDataPoints": "2", "errorMessage": "label too long"}}
        self.server.replies = [Reply(200, body=json.dumps(message).encode())]
        fill(5)
        with self.assertLogs("watchfire", "WARNING") as logged:
            self.assertFalse(watchfire.flush(WAIT))
        self.assertIn("label too long", logged.output[0])
        self.assertEqual((watchfire.stats().sent, watchfire.stats().dropped), (3, {"partial_success": 2}))

    def test_odd_answers_are_taken_as_success(self) -> None:
        for body in (b"", b"not json", b"[]", b'{"partialSuccess": null}', b'{"partialSuccess": {}}', b"7"):
            self.server.replies = [Reply(200, body=body)]
            fill(1)
            self.flush()
        self.assertEqual(watchfire.stats().dropped, {})

    def test_retry_after_is_read(self) -> None:
        in_a_minute = email.utils.formatdate(time.time() + 60, usegmt=True)
        table: List[Tuple[Any, Any, Any]] = [
            (None, None, None),
            ("soon", None, None),
            ("0", 0, 0),
            ("1.5", 1.5, 1.5),
            ("-4", 0, 0),
            ("99999", 300, 300),
            (in_a_minute, 55, 60),
            ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ]
        for header, low, high in table:
            seconds = seconds_of(header)
            if low is None or seconds is None:
                self.assertEqual((seconds, low), (None, None), header)
            else:
                self.assertTrue(low <= seconds <= high, (header, seconds))

    def test_a_fault_of_the_exporter_does_not_end_it(self) -> None:
        fill(3)
        with unittest.mock.patch.object(_exporter, "encode", side_effect=ZeroDivisionError):
            self.assertFalse(watchfire.flush(WAIT))
        self.assertEqual(watchfire.stats().dropped, {"fault": 3})
        self.flush()
        self.assertEqual(self.server.values("filled", number="1"), [1.0])

    def test_shutdown_sends_what_is_left_and_enable_begins_again(self) -> None:
        counter = watchfire.Counter("c_total")
        counter.add(1)
        self.assertTrue(watchfire.shutdown(WAIT))
        counter.add(1)
        self.assertFalse(watchfire.flush(1))
        self.assertFalse(watchfire.shutdown(1))
        watchfire.enable()
        counter.add(1)
        self.flush()
        self.assertEqual(self.server.values("c_total"), [1.0, 2.0])

    def test_headers_and_no_compression(self) -> None:
        watchfire.configure(headers={"Authorization": "Bearer x"}, gzip=False)
        fill(1)
        self.flush()
        self.assertEqual(self.server.headers[0]["Authorization"], "Bearer x")
        self.assertNotIn("Content-Encoding", self.server.headers[0])
