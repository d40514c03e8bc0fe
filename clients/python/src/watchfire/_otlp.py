"""Writes data points as OTLP in JSON.

The format: https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto
in https://protobuf.dev/programming-guides/json/, where 64-bit integers are strings and fields are in lowerCamelCase.
"""

from __future__ import annotations

import json
import math
from typing import Any, Dict, Iterable, List, Mapping, Tuple, Union

from ._aggregate import OVERFLOW, CounterSeries, HistogramSeries, Point, Stream

_CUMULATIVE = 2


def encode(points: Iterable[Point], resource: Mapping[str, str], version: str) -> bytes:
    """The body of an export request. Points of one stream should follow each other: each run of them is one metric."""
    metrics: List[Dict[str, Any]] = []
    current: Union[Stream, None] = None
    found: List[Dict[str, Any]] = []
    for point in points:
        if point.stream is not current:
            current = point.stream
            metric, found = _metric(current)
            metrics.append(metric)
        found.append(_point(point))
    scope = {"scope": {"name": "watchfire", "version": version}, "metrics": metrics}
    attributes = _attributes(resource.items())
    request = {"resourceMetrics": [{"resource": {"attributes": attributes}, "scopeMetrics": [scope]}]}
    return json.dumps(request, separators=(",", ":"), allow_nan=False).encode()


def _metric(stream: Stream) -> Tuple[Dict[str, Any], List[Dict[str, Any]]]:
    points: List[Dict[str, Any]] = []
    metric: Dict[str, Any] = {"name": stream.name, "unit": stream.unit, "description": stream.description}
    if stream.kind is HistogramSeries:
        metric["histogram"] = {"aggregationTemporality": _CUMULATIVE, "dataPoints": points}
    elif stream.kind is CounterSeries:
        metric["sum"] = {"aggregationTemporality": _CUMULATIVE, "isMonotonic": True, "dataPoints": points}
    else:
        metric["gauge"] = {"dataPoints": points}
    return metric, points


def _point(point: Point) -> Dict[str, Any]:
    written: Dict[str, Any] = {
        "attributes": [{"key": OVERFLOW[0][0], "value": {"boolValue": True}}]
        if point.labels == OVERFLOW
        else _attributes(point.labels),
        "startTimeUnixNano": str(point.start_ns),
        "timeUnixNano": str(point.time_ns),
    }
    if isinstance(point.value, tuple):
        counts, total = point.value
        written["count"] = str(sum(counts))
        written["sum"] = _double(total)
        written["bucketCounts"] = [str(count) for count in counts]
        written["explicitBounds"] = point.stream.bounds
    else:
        written["asDouble"] = _double(point.value)
    return written


def _attributes(labels: Iterable[Tuple[str, str]]) -> List[Dict[str, Any]]:
    return [{"key": name, "value": {"stringValue": value}} for name, value in labels]


def _double(value: float) -> Union[float, str]:
    value = float(value)  # also of numpy's numbers, which json does not know
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
