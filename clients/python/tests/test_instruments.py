"""Values and labels arrive, add up, and stay within their bounds."""

from __future__ import annotations

import threading
from typing import Any, Callable, List, Tuple

import watchfire

from .server import ClientTest


class Broken:
    def __str__(self) -> str:
        raise RuntimeError("no text")


class Instruments(ClientTest):
    def test_no_unit_is_none(self) -> None:
        """The unit "1" would make a server call a gauge a ratio: waiting_ratio."""
        watchfire.Gauge("waiting").set(3)
        watchfire.Counter("taken_total").add(1)
        self.flush()
        units = [self.server.points(name)[0].unit for name in ("waiting", "taken_total")]
        self.assertEqual(units, ["", ""])

    def test_counter_arrives_with_labels_unit_and_resource(self) -> None:
        watchfire.configure(service_name="shop", resource_attributes={"deployment.environment": "test"})
        counter = watchfire.Counter("orders_total", unit="{order}", description="Orders")
        counter.add()
        counter.add(2, route="/a", method="GET")
        counter.add(3, method="GET", route="/a")
        self.flush()
        self.assertEqual(self.server.values("orders_total"), [1.0])
        (point,) = self.server.points("orders_total", route="/a", method="GET")
        self.assertEqual((point.value, point.kind, point.unit), (5.0, "sum", "{order}"))
        self.assertEqual(point.resource["service.name"], "shop")
        self.assertEqual(point.resource["deployment.environment"], "test")
        self.assertTrue(point.resource["service.instance.id"])
        self.assertEqual(self.server.headers[0]["Content-Encoding"], "gzip")

    def test_label_values_become_text(self) -> None:
        table: List[Tuple[Any, str]] = [
            (200, "200"),
            (True, "true"),
            (False, "false"),
            (1, "1"),
            (1.5, "1.5"),
            ("", ""),
            ("Zürich ☕", "Zürich ☕"),
            (["a list"], "['a list']"),
            ("x" * 2000, "x" * 1024),
        ]
        counter = watchfire.Counter("texts_total")
        for value, _ in table:
            counter.add(1, value=value)
            counter.add(1, value=value, left_out=None)
        self.flush()
        for value, text in table:
            self.assertEqual(self.server.values("texts_total", value=text), [2.0], value)

    def test_sums_are_cumulative_over_flushes(self) -> None:
        counter, histogram = watchfire.Counter("c_total"), watchfire.Histogram("h_seconds", buckets=[1, 2])
        for number in (1, 2):
            counter.add(number, a="b")
            histogram.record(number)
            self.flush()
        self.assertEqual(self.server.values("c_total", a="b"), [1.0, 3.0])
        first, second = self.server.points("h_seconds")
        self.assertEqual((first.value["counts"], second.value["counts"]), ([1, 0, 0], [1, 1, 0]))
        self.assertEqual(first.start, second.start)
        self.assertLess(first.time, second.time)

    def test_gauge_holds_the_latest(self) -> None:
        gauge = watchfire.Gauge("level")
        gauge.set(5)
        gauge.add(-7)
        gauge.set(float("inf"), tank="full")
        gauge.labels(tank="bound").add(2)
        self.flush()
        self.assertEqual(self.server.values("level"), [-2.0])
        self.assertEqual(self.server.values("level", tank="full"), [float("inf")])
        self.assertEqual(self.server.values("level", tank="bound"), [2.0])

    def test_bounds_of_buckets_are_inclusive(self) -> None:
        table: List[Tuple[float, List[int]]] = [
            (-1, [1, 0, 0]),
            (1, [1, 0, 0]),
            (1.0001, [0, 1, 0]),
            (2, [0, 1, 0]),
            (2.5, [0, 0, 1]),
            (1e300, [0, 0, 1]),
        ]
        histogram = watchfire.Histogram("sizes", unit="By", buckets=[1, 2])
        for value, _ in table:
            histogram.record(value, case=str(value))
        watchfire.Histogram("one_bucket", buckets=[]).record(3)
        self.flush()
        for value, counts in table:
            expected = {"counts": counts, "bounds": [1, 2], "sum": value}
            self.assertEqual(self.server.values("sizes", case=str(value)), [expected])
        self.assertEqual(self.server.values("one_bucket"), [{"counts": [1], "bounds": [], "sum": 3}])

    def test_children_share_the_series_of_their_labels(self) -> None:
        counter = watchfire.Counter("shared_total")
        child = counter.labels(code=404)
        child.add(2)
        counter.add(3, code="404")
        watchfire.Counter("shared_total").labels(code=404).add(4)
        untouched = counter.labels(code=500)
        self.flush()
        self.assertEqual(self.server.values("shared_total", code="404"), [9.0])
        self.assertEqual(self.server.points("shared_total", code="500"), [])
        untouched.add(0)
        self.flush()
        self.assertEqual(self.server.values("shared_total", code="500"), [0.0])

    def test_series_beyond_the_limit_share_one(self) -> None:
        watchfire.configure(max_series=3)
        counter = watchfire.Counter("wide_total")
        for number in range(10):
            for _ in range(2):
                counter.add(1, number=number)
        counter.labels(number="another").add(5)
        self.assertEqual(watchfire.stats().series, 4)
        self.flush()
        self.assertEqual(self.server.values("wide_total", number="2"), [2.0])
        self.assertEqual(self.server.values("wide_total", **{"otel.metric.overflow": "true"}), [19.0])

    def test_metrics_beyond_the_limit_are_counted(self) -> None:
        for number in range(1001):
            watchfire.Gauge(f"g{number}").set(1)
        self.assertEqual(watchfire.stats().dropped, {"instruments": 1})

    def test_bad_values_are_left_out_and_counted(self) -> None:
        counter, gauge, histogram = watchfire.Counter("c_total"), watchfire.Gauge("g"), watchfire.Histogram("h")
        any_value: Any = "12"
        calls: List[Callable[[], None]] = [
            lambda: counter.add(-1),
            lambda: counter.add(float("nan")),
            lambda: counter.add(float("inf")),
            lambda: counter.add(any_value),
            lambda: counter.add(1, label=Broken()),  # type: ignore[arg-type]
            lambda: counter.labels(a="b").add(-1),
            lambda: gauge.set(any_value),
            lambda: gauge.add(any_value),
            lambda: histogram.record(float("nan")),
            lambda: histogram.record(any_value),
        ]
        for call in calls:
            call()
        counter.add(1)
        self.assertEqual(watchfire.stats().dropped, {"invalid": len(calls)})
        with self.assertLogs("watchfire", "WARNING") as logged:
            self.flush()
        self.assertIn("a value for h was left out", logged.output[0])
        self.assertEqual(self.server.values("c_total"), [1.0])
        self.assertEqual(self.server.points("g") + self.server.points("h"), [])
        self.assertEqual(self.server.values("watchfire_client_dropped_total", reason="invalid"), [len(calls)])

    def test_wrong_definitions_are_refused_at_once(self) -> None:
        watchfire.Counter("taken_total", unit="By")
        table: List[Tuple[Callable[[], object], str]] = [
            (lambda: watchfire.Counter("1st"), "metric name '1st'"),
            (lambda: watchfire.Counter("with space"), "metric name"),
            (lambda: watchfire.Counter(""), "metric name"),
            (lambda: watchfire.Counter("watchfire_client_dropped_total"), "the client's own"),
            (lambda: watchfire.Gauge("taken_total", unit="By"), "exists already with kind 'CounterSeries'"),
            (lambda: watchfire.Counter("taken_total", unit="s"), "exists already with unit 'By', not 's'"),
            (lambda: watchfire.Histogram("h", buckets=[2, 1]), "each above the one before"),
            (lambda: watchfire.Histogram("h", buckets=[1, float("inf")]), "finite"),
        ]
        for make, message in table:
            with self.assertRaisesRegex(ValueError, message):
                make()

    def test_threads_lose_nothing(self) -> None:
        counter, histogram = watchfire.Counter("c_total"), watchfire.Histogram("h_seconds")
        operation = watchfire.timed_operation("work")(int)

        def work() -> None:
            for number in range(2000):
                counter.add(1, part=number % 7)
                histogram.record(0.5)
                operation()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for _ in range(5):
            self.flush()
        for thread in threads:
            thread.join()
        self.flush()
        self.assertEqual(sum(self.server.values("c_total", part=str(part))[-1] for part in range(7)), 16000)
        last = self.server.values("h_seconds")[-1]
        self.assertEqual((sum(last["counts"]), last["sum"]), (16000, 8000.0))
        self.assertEqual(self.server.values("work_total", outcome="success")[-1], 16000)

    def test_disabled_calls_do_nothing(self) -> None:
        counter, gauge, histogram = watchfire.Counter("c_total"), watchfire.Gauge("g"), watchfire.Histogram("h")
        child, timed = counter.labels(a="b"), watchfire.timed_operation("work")(len)
        watchfire.disable()
        counter.add(1)
        gauge.set(1)
        histogram.record(1)
        child.add(1)
        self.assertEqual(timed("four"), 4)
        with watchfire.monitored_operation("block"):
            pass
        watchfire.enable()
        counter.add(2)
        self.flush()
        names = {point.name for points in self.server.requests for point in points}
        self.assertEqual((names, self.server.values("c_total")), ({"c_total"}, [2.0]))

    def test_overhead_is_sampled(self) -> None:
        counter = watchfire.Counter("c_total")
        self.assertEqual(watchfire.overhead().mean_seconds, 0)
        for _ in range(1024 * 3):
            counter.add(1)
        self.flush()
        cost = watchfire.overhead()
        self.assertEqual(cost.sampled_calls, 3)
        self.assertGreater(cost.mean_seconds, 0)
        self.assertGreater(cost.export_seconds, 0)
