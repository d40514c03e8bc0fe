"""Operations: what a piece of a program takes, and whether it succeeds."""

from __future__ import annotations

import functools
import inspect
import types
from bisect import bisect_left
from time import perf_counter, thread_time
from typing import Any, Callable, Coroutine, Dict, Generator, List, Optional, Type, TypeVar

from ._aggregate import SAMPLE_EVERY, CounterSeries, HistogramSeries, LabelValue, runtime, text
from ._instruments import BYTES, SECONDS, Counter, Histogram
from ._usage import RESIDENT_UNIT, Trace, usage

F = TypeVar("F", bound=Callable[..., Any])


class _Operation:
    """The metrics of one operation with one set of labels, looked up once."""

    __slots__ = ("name", "labels", "memory", "duration", "cpu", "growth", "peak", "total", "success", "failures")

    def __init__(self, name: str, memory: bool, labels: Dict[str, LabelValue]) -> None:
        if not isinstance(name, str):
            raise TypeError(f"an operation needs a name, not {name!r}: write @timed_operation(\"name\")")
        self.name = name
        self.labels = labels
        self.memory = memory
        self.duration = Histogram(
            f"{name}_duration_seconds", description=f"Wall time of {name}", buckets=SECONDS
        ).labels(**labels)
        self.cpu = Counter(
            f"{name}_cpu_seconds_total", unit="s", description=f"CPU time of the thread in {name}"
        ).labels(**labels)
        self.total = Counter(f"{name}_total", description=f"Runs of {name}, by how they ended")
        self.success = self.total.labels(**{**labels, "outcome": "success"})
        self.peak: Optional[HistogramSeries] = None
        self.growth: Optional[CounterSeries] = None
        if memory:
            what = f"Most memory Python allocated above the start of {name}"
            peak = Histogram(f"{name}_peak_memory_bytes", unit="By", description=what, buckets=BYTES)
            self.peak = peak.labels(**labels)
        elif RESIDENT_UNIT:
            what = f"What {name} added to the highest resident memory of the process"
            growth = Counter(f"{name}_max_rss_growth_bytes_total", unit="By", description=what)
            self.growth = growth.labels(**labels)

    def add(self, seconds: float, cpu: Optional[float], growth: int, peak: Optional[int], error: Optional[str]) -> None:
        """Records a run. It adds to all its series under one lock, which costs half of what single calls would."""
        duration, used, grown = self.duration, self.cpu, self.growth
        bucket = bisect_left(duration.bounds, seconds)
        with runtime.lock:
            duration.sum += seconds
            duration.counts[bucket] += 1
            if cpu is not None:
                used.value += max(0.0, cpu)
                used.touched = True
            if grown:
                grown.value += max(0, growth)  # the child of a fork may have less
                grown.touched = True
            if not error:
                self.success.value += 1
                self.success.touched = True
        if self.peak and peak is not None:
            self.peak.record(peak)
        if error:
            self.total.add(1, **{**self.labels, "outcome": "failure", "exception": error})


class _Run:
    """One run of an operation, from `begin` to `end`."""

    __slots__ = ("operation", "began", "usage", "trace")

    def __init__(self, operation: Optional[_Operation]) -> None:
        self.operation = operation
        self.began = 0.0

    def begin(self) -> None:
        """Starts the clocks, unless calls are disabled."""
        operation = self.operation
        if operation is None or not runtime.enabled:
            return
        self.trace = Trace() if operation.memory else None
        self.usage = usage()
        self.began = perf_counter()

    def end(self, error: Optional[Type[BaseException]], steps: Optional[List[float]] = None) -> None:
        """Records the run. Its CPU time is the sum of `steps`, where they are given: of none, it is not known."""
        operation = self.operation
        if operation is None or not self.began:
            return
        ended = perf_counter()
        peak = self.trace.end() if self.trace else None
        began, self.began = self.began, 0.0
        if not runtime.enabled:
            return
        before, after = self.usage, usage()
        if steps is None:
            cpu: Optional[float] = after[0] - before[0] + after[1] - before[1]
        else:
            cpu = sum(steps) if steps else None
        growth = int(after[2] - before[2]) * RESIDENT_UNIT
        name = error.__name__ if error else None
        operation.add(ended - began, cpu, growth, peak, name)
        if not next(runtime.ticks) % SAMPLE_EVERY:
            runtime.sampled(perf_counter() - ended)


class monitored_operation(_Run):
    """Measures a block: `with monitored_operation("name"):`, or `async with`.

    Recorded are `<name>_duration_seconds`, `<name>_total` with `outcome` (and `exception`, the type's name, where one
    left the block), and `<name>_cpu_seconds_total`. With `memory=True`, `<name>_peak_memory_bytes` by tracemalloc,
    which makes allocation several times slower while the block runs; else `<name>_max_rss_growth_bytes_total`.
    CPU time is that of the thread. It is left out by `async with`, where other tasks run on the thread meanwhile.
    Blocks may nest; one object measures one block at a time. Raises `ValueError` for a name that no metric can have.
    """

    __slots__ = ()

    def __init__(self, name: str, /, *, memory: bool = False, **labels: LabelValue) -> None:
        self.operation = _known(name, memory, labels) if runtime.enabled else None
        self.began = 0.0

    def __enter__(self) -> None:
        self.begin()

    def __exit__(self, kind: Optional[Type[BaseException]], error: object, trace: object) -> None:
        self.end(kind)

    async def __aenter__(self) -> None:
        self.begin()

    async def __aexit__(self, kind: Optional[Type[BaseException]], error: object, trace: object) -> None:
        self.end(kind, [])


def timed_operation(name: str, /, *, memory: bool = False, **labels: LabelValue) -> Callable[[F], F]:
    """Measures each call of a function as [`monitored_operation`] does; names, results and exceptions stay as they are.

    Of an `async` function, CPU time is that of its own steps: what runs while it waits is not counted. Generators and
    asynchronous generators are returned unchanged, since their calls do no work: measure what consumes them.
    """
    operation = _Operation(name, memory, labels)

    def decorate(function: F) -> F:
        wrapper: Any
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            return function
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def wrapper(*args: Any, **kwargs: Any) -> Any:
                if not runtime.enabled:
                    return await function(*args, **kwargs)
                spent = [0.0]
                run = _Run(operation)
                run.begin()
                try:
                    result = await _stepped(function(*args, **kwargs), spent)
                except BaseException as error:
                    run.end(type(error), spent)
                    raise
                run.end(None, spent)
                return result
        else:

            @functools.wraps(function)
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                if not runtime.enabled:
                    return function(*args, **kwargs)
                run = _Run(operation)
                run.begin()
                try:
                    result = function(*args, **kwargs)
                except BaseException as error:
                    run.end(type(error))
                    raise
                run.end(None)
                return result

        return wrapper  # type: ignore[no-any-return]

    return decorate


@types.coroutine
def _stepped(coroutine: Coroutine[Any, Any, Any], spent: List[float]) -> Generator[Any, Any, Any]:
    """Drives a coroutine as `await` does (PEP 380), and adds the CPU seconds of its steps to `spent`."""
    step: Callable[[Any], Any] = coroutine.send
    argument: Any = None
    while True:
        began = thread_time()
        try:
            awaited = step(argument)
        except StopIteration as end:
            return end.value
        finally:
            spent[0] += thread_time() - began
            argument = None  # an exception thrown in would keep this frame alive, and this frame the exception
        try:
            argument = yield awaited
            step = coroutine.send
        except GeneratorExit:
            coroutine.close()
            raise
        except BaseException as thrown:
            argument, step = thrown, coroutine.throw


_operations: Dict[Any, _Operation] = {}
_MOST_KNOWN = 4096


def _known(name: str, memory: bool, labels: Dict[str, LabelValue]) -> _Operation:
    """The operation of this name and these labels: one that was made before, for as many as may be remembered."""
    try:
        # Keys hold only text, as those of series do: 1 and True would be one key.
        found = _operations.get((name, memory, *labels.items()))
        if found:
            return found
    except TypeError:  # a value with no hash
        pass
    texts: Dict[str, LabelValue] = {label: text(value) for label, value in labels.items() if value is not None}
    key = (name, memory, *texts.items())
    found = _operations.get(key)
    if found is None:
        found = _Operation(name, memory, texts)
        if len(_operations) < _MOST_KNOWN:
            _operations[key] = found
    return found
