"""Counter, Gauge and Histogram: what programs hold and call."""

from __future__ import annotations

import math
import re
import time
from typing import Any, Callable, Mapping, Sequence, Tuple, Type, cast

from ._aggregate import (
    DROPPED,
    SAMPLE_EVERY,
    CounterSeries,
    GaugeSeries,
    HistogramSeries,
    LabelValue,
    Series,
    runtime,
)

SECONDS: Tuple[float, ...] = (
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
)  # fmt: skip
"""Buckets for durations, the default: upper ends in seconds."""
BYTES: Tuple[float, ...] = tuple(float(1024 * 4**step) for step in range(11))
"""Buckets for sizes: 1 KiB to 1 GiB, in bytes."""

# https://opentelemetry.io/docs/specs/otel/metrics/api/#instrument-name-syntax, and Prometheus' colon and leading _.
_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:./-]{0,254}")


class _Instrument:
    """A metric by name. Making the same one twice gives two handles on one metric."""

    __slots__ = ("name", "_stream", "_series")

    def __init__(
        self, name: str, kind: Type[Series], unit: str, description: str, bounds: Tuple[float, ...] = ()
    ) -> None:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(f"metric name {name!r}: use letters, digits and _ : . / -, at most 255, no digit first")
        if name == DROPPED:
            raise ValueError(f"metric name {name!r} is the client's own: use another")
        self.name = name
        self._stream = runtime.stream(name, kind, unit, description, bounds)
        self._series = self._stream.series
        runtime.start()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, series={len(self._series)})"

    def _bind(self, labels: Mapping[str, LabelValue]) -> Series:
        series = self._stream.resolve(labels)
        series.bound = True
        return series

    def _observe(self, apply: Callable[[Any, float], None], value: float, labels: Mapping[str, LabelValue]) -> None:
        if not runtime.enabled:
            return
        began = 0.0 if next(runtime.ticks) % SAMPLE_EVERY else time.perf_counter()
        try:
            series = None
            try:
                # Keys hold only text, so that numbers miss here and are found, as text, by the slower `resolve`.
                series = self._series.get(tuple(sorted(labels.items())))  # type: ignore[arg-type]
            except TypeError:  # a value with no hash
                pass
            apply(series or self._stream.resolve(labels), value)
        except Exception as error:
            runtime.refuse(self.name, error)
        if began:
            runtime.sampled(time.perf_counter() - began)


class Counter(_Instrument):
    """A sum that only grows: requests served, bytes sent. Name it `..._total`.

    Raises `ValueError` for a name that is not one, or that another kind of metric has.
    """

    __slots__ = ()

    def __init__(self, name: str, *, unit: str = "", description: str = "") -> None:
        super().__init__(name, CounterSeries, unit, description)

    def add(self, value: float = 1, /, **labels: LabelValue) -> None:
        """Adds `value`, finite and not negative, to the series of `labels`. A label of `None` is left out."""
        self._observe(CounterSeries.grow, value, labels)

    def labels(self, **labels: LabelValue) -> CounterSeries:
        """The series of `labels`, to be kept: its `add(value)` costs less."""
        return cast(CounterSeries, self._bind(labels))


class Gauge(_Instrument):
    """The latest value of what rises and falls: queue length, temperature. Errors are those of [`Counter`]."""

    __slots__ = ()

    def __init__(self, name: str, *, unit: str = "", description: str = "") -> None:
        super().__init__(name, GaugeSeries, unit, description)

    def set(self, value: float, /, **labels: LabelValue) -> None:
        """Makes `value` the value of the series of `labels`."""
        self._observe(GaugeSeries.put, value, labels)

    def add(self, value: float = 1, /, **labels: LabelValue) -> None:
        """Adds `value`, which may be negative, to the series of `labels`."""
        self._observe(GaugeSeries.shift, value, labels)

    def labels(self, **labels: LabelValue) -> GaugeSeries:
        """The series of `labels`, to be kept: its `set(value)` and `add(value)` cost less."""
        return cast(GaugeSeries, self._bind(labels))


class Histogram(_Instrument):
    """How values spread over buckets: durations, sizes.

    `buckets` are inclusive upper ends, finite and rising; everything above the last goes into one more. Errors are
    those of [`Counter`], and `ValueError` for buckets that do not rise.
    """

    __slots__ = ()

    def __init__(
        self, name: str, *, unit: str = "s", description: str = "", buckets: Sequence[float] = SECONDS
    ) -> None:
        bounds = tuple(float(bound) for bound in buckets)
        rising = all(low < high for low, high in zip(bounds, bounds[1:]))
        if not rising or not all(math.isfinite(bound) for bound in bounds):
            raise ValueError(f"buckets of {name!r}: give finite numbers, each above the one before, not {bounds}")
        super().__init__(name, HistogramSeries, unit, description, bounds)

    def record(self, value: float, /, **labels: LabelValue) -> None:
        """Counts `value`, finite, into the series of `labels`."""
        self._observe(HistogramSeries.take, value, labels)

    def labels(self, **labels: LabelValue) -> HistogramSeries:
        """The series of `labels`, to be kept: its `record(value)` costs less."""
        return cast(HistogramSeries, self._bind(labels))
