"""What a call costs: `python -m watchfire.bench [CALLS]`. Ends with status 1 if one costs more than 5 µs on average."""

from __future__ import annotations

import sys
import time
from typing import Any, Callable, List, Tuple

import watchfire

LIMIT_NS = 5000
_ROUNDS = 5


def nothing() -> None:
    """The function whose call is subtracted from that of its timed twin."""


def with_block() -> None:
    """A measured block, with the lookup of its metrics by name and labels."""
    with watchfire.monitored_operation("bench_block", step="one"):
        pass


def cases() -> List[Tuple[str, Callable[[], Any], Callable[[], Any]]]:
    """A name, the call, and the call whose time is no part of it."""
    counter = watchfire.Counter("bench_counter_total")
    gauge = watchfire.Gauge("bench_gauge")
    histogram = watchfire.Histogram("bench_histogram_seconds")
    bound_counter = counter.labels(route="/orders", method="GET")
    bound_histogram = histogram.labels(route="/orders", method="GET")
    timed = watchfire.timed_operation("bench_timed", route="/orders")(nothing)
    return [
        ("Counter.add(1)", lambda: counter.add(1), nothing),
        ("Counter.add(1, 2 labels)", lambda: counter.add(1, route="/orders", method="GET"), nothing),
        ("Counter.add(1, a number as label)", lambda: counter.add(1, status=200), nothing),
        ("bound child: add(1)", lambda: bound_counter.add(1), nothing),
        ("Gauge.set(1.5)", lambda: gauge.set(1.5), nothing),
        ("Histogram.record(0.03)", lambda: histogram.record(0.03), nothing),
        ("Histogram.record(0.03, 2 labels)", lambda: histogram.record(0.03, route="/orders", method="GET"), nothing),
        ("bound child: record(0.03)", lambda: bound_histogram.record(0.03), nothing),
        ("@timed_operation, over the bare call", timed, nothing),
        ("with monitored_operation(1 label)", with_block, nothing),
    ]


def mean_ns(call: Callable[[], Any], calls: int) -> float:
    """Mean nanoseconds of a call, the loop around it included."""
    began = time.perf_counter_ns()
    for _ in range(calls):
        call()
    return (time.perf_counter_ns() - began) / calls


def measure(call: Callable[[], Any], bare: Callable[[], Any], calls: int) -> Tuple[float, float]:
    """Mean and best nanoseconds of some rounds, less those of `bare`."""
    mean_ns(call, calls // 10)
    rounds = [mean_ns(call, calls) - mean_ns(bare, calls) for _ in range(_ROUNDS)]
    return sum(rounds) / len(rounds), min(rounds)


def main() -> int:
    """Prints the table."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    watchfire.configure(endpoint="http://127.0.0.1:9", interval=3600, exit_timeout=0)
    print(f"Python {sys.version.split()[0]}, {_ROUNDS} rounds of {calls} calls, nanoseconds a call\n")
    print(f"{'':38}{'mean':>8}{'best':>8}{'disabled':>10}")
    slow = 0
    for name, call, bare in cases():
        mean, best = measure(call, bare, calls)
        watchfire.disable()
        off = measure(call, bare, calls)[0]
        watchfire.enable()
        slow += mean > LIMIT_NS
        print(f"{name:38}{mean:8.0f}{best:8.0f}{off:10.0f}{'  over 5 µs' if mean > LIMIT_NS else ''}")
    cost = watchfire.overhead()
    print(f"\noverhead() says {cost.mean_seconds * 1e9:.0f} ns, of {cost.sampled_calls} calls sampled")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
