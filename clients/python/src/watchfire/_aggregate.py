"""What calls are added up into: streams (one per metric name) of series (one per label set).

Everything here is cumulative since the process, or its fork, began. One lock guards all sums: it is held for a few
additions at a time and never while anything is logged or sent.
"""

from __future__ import annotations

import itertools
import threading
import time
from bisect import bisect_left
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple, Type, Union

LabelValue = Union[str, int, float, bool, None]
Labels = Tuple[Tuple[str, str], ...]
"""Names and values, sorted by name: the identity of a series."""
Value = Union[float, Tuple[Tuple[int, ...], float]]
"""A number; of a histogram, the counts of its buckets and the sum of what was recorded."""

OVERFLOW: Labels = (("otel.metric.overflow", "true"),)
"""Labels of the series that takes what a stream has no room for. The name is OpenTelemetry's:
https://opentelemetry.io/docs/specs/otel/metrics/sdk/#overflow-attribute"""
DROPPED = "watchfire_client_dropped_total"
SAMPLE_EVERY = 1024
"""Every so many calls, one is timed."""
MOST_STREAMS = 1000
LONGEST_LABEL = 1024
_INFINITY = float("inf")
_FIRST_SAMPLE = 64


class Point(NamedTuple):
    """The state of a series at one time; times are nanoseconds since 1970."""

    stream: Stream
    labels: Labels
    start_ns: int
    time_ns: int
    value: Value


class Series:
    """One label set of a stream. Its methods are the hot path of who holds it."""

    __slots__ = ("stream", "labels", "start_ns", "bound")

    def __init__(self, stream: Stream, labels: Labels) -> None:
        self.stream = stream
        self.labels = labels
        self.bound = False
        self.reset()

    def reset(self) -> None:
        """Begins anew, from zero."""
        self.start_ns = time.time_ns()

    def snapshot(self) -> Optional[Value]:
        """What it holds; `None` before the first call."""
        raise NotImplementedError

    def _observe(self, apply: Callable[[Any, float], None], value: float) -> None:
        if not runtime.enabled:
            return
        began = 0.0 if next(runtime.ticks) % SAMPLE_EVERY else time.perf_counter()
        try:
            apply(self, value)
        except Exception as error:
            runtime.refuse(self.stream.name, error)
        if began:
            runtime.sampled(time.perf_counter() - began)


class CounterSeries(Series):
    """A sum that only grows."""

    __slots__ = ("value", "touched")

    def reset(self) -> None:
        super().reset()
        self.value = 0.0
        self.touched = False

    def snapshot(self) -> Optional[Value]:
        return self.value if self.touched else None

    def grow(self, value: float) -> None:
        if not 0 <= value < _INFINITY:
            raise ValueError(f"a counter takes finite numbers from 0 up, not {value!r}; use a Gauge for what falls")
        with runtime.lock:
            self.value += value
            self.touched = True

    def add(self, value: float = 1, /) -> None:
        """Adds `value`, which is finite and not negative."""
        self._observe(CounterSeries.grow, value)


class GaugeSeries(Series):
    """The latest value of something that rises and falls."""

    __slots__ = ("value",)

    def reset(self) -> None:
        super().reset()
        self.value: Optional[float] = None

    def snapshot(self) -> Optional[Value]:
        return self.value

    def put(self, value: float) -> None:
        self.value = value + 0.0

    def shift(self, value: float) -> None:
        with runtime.lock:
            self.value = (self.value or 0.0) + value

    def set(self, value: float, /) -> None:
        """Replaces the value."""
        self._observe(GaugeSeries.put, value)

    def add(self, value: float = 1, /) -> None:
        """Adds `value`, which may be negative, to the value or to 0."""
        self._observe(GaugeSeries.shift, value)


class HistogramSeries(Series):
    """Counts per bucket, and the sum."""

    __slots__ = ("bounds", "counts", "sum")

    def reset(self) -> None:
        super().reset()
        self.bounds = self.stream.bounds
        self.counts: List[int] = [0] * (len(self.bounds) + 1)
        self.sum = 0.0

    def snapshot(self) -> Optional[Value]:
        return (tuple(self.counts), self.sum) if any(self.counts) else None

    def take(self, value: float) -> None:
        if not -_INFINITY < value < _INFINITY:
            raise ValueError(f"a histogram takes finite numbers, not {value!r}")
        bucket = bisect_left(self.bounds, value)  # bounds are inclusive upper ends, as OTLP has them
        with runtime.lock:
            self.sum += value
            self.counts[bucket] += 1

    def record(self, value: float, /) -> None:
        """Counts `value` into its bucket."""
        self._observe(HistogramSeries.take, value)


class Stream:
    """A metric: its name, and a series for each label set seen."""

    __slots__ = ("name", "unit", "description", "bounds", "kind", "series")

    def __init__(self, name: str, kind: Type[Series], unit: str, description: str, bounds: Tuple[float, ...]) -> None:
        self.name = name
        self.kind = kind
        self.unit = unit
        self.description = description
        self.bounds = bounds
        self.series: Dict[Labels, Series] = {}

    def resolve(self, labels: Mapping[str, LabelValue]) -> Series:
        """The series of these labels: a new one while there is room, the overflow series after."""
        key = tuple(sorted((name, text(value)) for name, value in labels.items() if value is not None))
        with runtime.lock:
            found = self.series.get(key)
            if found is None:
                full = len(self.series) - (OVERFLOW in self.series) >= runtime.max_series
                if full and self.name != DROPPED:
                    key = OVERFLOW
                found = self.series.get(key)
            if found is None:
                found = self.series[key] = self.kind(self, key)
            return found

    def forget(self) -> None:
        """Begins anew. Series that someone holds stay his, at zero."""
        held = {key: series for key, series in self.series.items() if series.bound}
        for series in held.values():
            series.reset()
        self.series.clear()
        self.series.update(held)


class Runtime:
    """What the whole process shares. There is one, [`runtime`]."""

    __slots__ = ("enabled", "lock", "ticks", "max_series", "streams", "timed", "timed_seconds", "complaint", "start")

    def __init__(self) -> None:
        self.enabled = True
        self.max_series = 2000
        self.streams: Dict[str, Stream] = {}
        self.start: Callable[[], None] = lambda: None
        """Called where an instrument is made; starts the exporter."""
        self.begin()

    def begin(self) -> None:
        """Zeroes everything, also in the child of a fork, where another thread may have held the lock."""
        # Reentrant: signal handlers and finalizers may count things while this thread is counting.
        self.lock = threading.RLock()
        self.ticks = itertools.count(SAMPLE_EVERY - _FIRST_SAMPLE)
        self.timed = 0
        self.timed_seconds = 0.0
        self.complaint: Optional[str] = None
        """What last went wrong, until the exporter has logged it."""
        for stream in self.streams.values():
            stream.forget()

    def stream(self, name: str, kind: Type[Series], unit: str, description: str, bounds: Tuple[float, ...]) -> Stream:
        """The stream of this name. Raises `ValueError` if there is one of another kind, unit or buckets."""
        made = Stream(name, kind, unit, description, bounds)
        with self.lock:
            full = len(self.streams) >= MOST_STREAMS and name not in self.streams
            found = made if full else self.streams.setdefault(name, made)
        if full:
            why = f"{name} is not sent: there are {MOST_STREAMS} metrics; put what varies into labels, not into names"
            self.drop("instruments", 1, why)
        for field in ("kind", "unit", "bounds"):
            was, new = getattr(found, field), getattr(made, field)
            if was != new:
                was, new = (getattr(one, "__name__", one) for one in (was, new))
                raise ValueError(
                    f"metric {name!r} exists already with {field} {was!r}, not {new!r}: "
                    "use one definition, or another name"
                )
        return found

    def points(self) -> List[Point]:
        """The state of every series that was ever called."""
        now = time.time_ns()
        found: List[Point] = []
        for stream in list(self.streams.values()):
            for series in list(stream.series.values()):
                with self.lock:
                    value = series.snapshot()
                if value is not None:
                    found.append(Point(stream, series.labels, series.start_ns, now, value))
        return found

    def drop(self, reason: str, count: int, why: str) -> None:
        """Counts what is lost; the exporter logs it."""
        stream = self.streams.get(DROPPED)
        if stream is None:
            made = Stream(DROPPED, CounterSeries, "", "Data points and calls that the client lost", ())
            stream = self.streams.setdefault(DROPPED, made)
        series = stream.resolve({"reason": reason})
        if isinstance(series, CounterSeries):
            series.grow(count)
        self.complaint = why

    def dropped(self) -> Dict[str, int]:
        """How much was lost, by reason."""
        stream = self.streams.get(DROPPED)
        held = list(stream.series.values()) if stream else []
        return {dict(one.labels)["reason"]: int(one.value) for one in held if isinstance(one, CounterSeries)}

    def refuse(self, name: str, error: Exception) -> None:
        """Counts a call that cannot be recorded. Calls never raise: monitoring must not break what it watches."""
        self.drop("invalid", 1, f"a value for {name} was left out: {error}")

    def sampled(self, seconds: float) -> None:
        """Notes how long a call took."""
        with self.lock:
            self.timed += 1
            self.timed_seconds += seconds


def text(value: object) -> str:
    """A label value as it is sent, cut to `LONGEST_LABEL` characters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return (value if isinstance(value, str) else str(value))[:LONGEST_LABEL]


runtime = Runtime()
