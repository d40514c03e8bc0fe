"""Counts and times what a program does, and sends it to Watchfire, or to whatever takes OTLP over HTTP.

    import watchfire

    served = watchfire.Counter("requests_total")
    served.add(1, route="/orders")

Calls only add to sums in this process. A daemon thread sends the sums every 30 seconds, and once more at exit.
"""

from ._aggregate import CounterSeries, GaugeSeries, HistogramSeries, LabelValue
from ._client import VERSION as __version__
from ._client import Overhead, Stats, configure, disable, enable, flush, overhead, shutdown, stats
from ._instruments import BYTES, SECONDS, Counter, Gauge, Histogram
from ._operations import monitored_operation, timed_operation

__all__ = [
    "BYTES",
    "SECONDS",
    "Counter",
    "CounterSeries",
    "Gauge",
    "GaugeSeries",
    "Histogram",
    "HistogramSeries",
    "LabelValue",
    "Overhead",
    "Stats",
    "__version__",
    "configure",
    "disable",
    "enable",
    "flush",
    "monitored_operation",
    "overhead",
    "shutdown",
    "stats",
    "timed_operation",
]
