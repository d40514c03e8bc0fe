"""Operations are measured, and behave as if they were not."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import sys
import time
import tracemalloc
from typing import Any, AsyncIterator, Iterator, List

import watchfire

from .server import ClientTest


def spin(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


class Operations(ClientTest):
    def runs(self, name: str, **labels: str) -> List[Any]:
        return self.server.values(f"{name}_total", **labels)

    def test_function_keeps_name_result_and_exception(self) -> None:
        @watchfire.timed_operation("divide", team="a")
        def divide(a: int, b: int = 1) -> float:
            """Divides."""
            return a / b

        self.assertEqual(divide(6, b=3), 2)
        with self.assertRaises(ZeroDivisionError) as raised:
            divide(1, 0)
        self.assertEqual(str(raised.exception), "division by zero")
        self.assertEqual((divide.__name__, divide.__doc__), ("divide", "Divides."))
        self.assertEqual(list(inspect.signature(divide).parameters), ["a", "b"])
        self.flush()
        self.assertEqual(self.runs("divide", team="a", outcome="success"), [1.0])
        self.assertEqual(self.runs("divide", team="a", outcome="failure", exception="ZeroDivisionError"), [1.0])
        (duration,) = self.server.points("divide_duration_seconds", team="a")
        self.assertEqual((sum(duration.value["counts"]), duration.unit), (2, "s"))

    def test_durations_and_cpu_time(self) -> None:
        with watchfire.monitored_operation("busy"):
            spin(0.02)
        with watchfire.monitored_operation("idle"):
            time.sleep(0.05)
        self.flush()
        busy, idle = self.server.values("busy_cpu_seconds_total")[0], self.server.values("idle_cpu_seconds_total")[0]
        self.assertGreaterEqual(busy, 0.0195)
        self.assertLess(idle, 0.04)
        self.assertGreaterEqual(self.server.values("idle_duration_seconds")[0]["sum"], 0.05)

    def test_async_function(self) -> None:
        variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")

        @watchfire.timed_operation("fetch")
        async def fetch(wrong: bool) -> str:
            variable.set("set")
            spin(0.01)
            await asyncio.sleep(0.01)
            if wrong:
                raise KeyError("wrong")
            return "result"

        async def other() -> None:
            await asyncio.sleep(0)
            spin(0.1)

        async def main() -> None:
            result, _ = await asyncio.gather(fetch(False), other())
            self.assertEqual(result, "result")
            with self.assertRaises(KeyError):
                await fetch(True)
            self.assertEqual(variable.get(), "set")

        self.assertTrue(inspect.iscoroutinefunction(fetch))
        self.assertEqual(fetch.__name__, "fetch")
        asyncio.run(main())
        self.flush()
        self.assertEqual(self.runs("fetch", outcome="success"), [1.0])
        self.assertEqual(self.runs("fetch", outcome="failure", exception="KeyError"), [1.0])
        cpu = self.server.values("fetch_cpu_seconds_total")[0]
        self.assertGreaterEqual(cpu, 0.0195)
        self.assertLess(cpu, 0.1, "the other task's time was counted")

    def test_cancellation_and_exceptions_reach_the_coroutine(self) -> None:
        seen: List[str] = []

        @watchfire.timed_operation("wait")
        async def wait(future: Any) -> str:
            try:
                return str(await future)
            except asyncio.CancelledError:
                seen.append("cancelled")
                raise
            except OSError:
                return "handled"

        async def main() -> None:
            loop = asyncio.get_running_loop()
            task = asyncio.ensure_future(wait(loop.create_future()))
            await asyncio.sleep(0)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            failing = loop.create_future()
            failing.set_exception(OSError("gone"))
            self.assertEqual(await wait(failing), "handled")
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(wait(loop.create_future()), 0.01)

        asyncio.run(main())
        closed = wait(Forever())
        closed.send(None)
        closed.close()
        self.flush()
        self.assertEqual(seen, ["cancelled", "cancelled"])
        self.assertEqual(self.runs("wait", outcome="failure", exception="CancelledError"), [2.0])
        self.assertEqual(self.runs("wait", outcome="success"), [1.0])
        self.assertEqual(self.runs("wait", outcome="failure", exception="GeneratorExit"), [1.0])

    def test_context_managers(self) -> None:
        async def main() -> None:
            async with watchfire.monitored_operation("load", source="db"):
                await asyncio.sleep(0)
            with self.assertRaises(ValueError):
                async with watchfire.monitored_operation("load", source="db"):
                    raise ValueError

        asyncio.run(main())
        block = watchfire.monitored_operation("block", code=1)
        for _ in range(2):
            with block:
                pass
        with watchfire.monitored_operation("block", code=True):
            pass
        self.flush()
        self.assertEqual(self.runs("load", source="db", outcome="success"), [1.0])
        self.assertEqual(self.runs("load", source="db", outcome="failure", exception="ValueError"), [1.0])
        self.assertEqual(self.server.points("load_cpu_seconds_total", source="db"), [])
        self.assertEqual(self.runs("block", code="1", outcome="success"), [2.0])
        self.assertEqual(self.runs("block", code="true", outcome="success"), [1.0])

    def test_generators_are_left_as_they_are(self) -> None:
        def numbers() -> Iterator[int]:
            yield 1

        async def later() -> AsyncIterator[int]:
            yield 1

        self.assertIs(watchfire.timed_operation("numbers")(numbers), numbers)
        self.assertIs(watchfire.timed_operation("numbers")(later), later)

    def test_a_decorator_without_a_name_says_so(self) -> None:
        wrong: Any = watchfire.timed_operation
        with self.assertRaisesRegex(TypeError, "timed_operation\\(\"name\"\\)"):
            wrong(len)

        with self.assertRaisesRegex(ValueError, "metric name"):
            watchfire.monitored_operation("two words")

    def test_peak_memory_of_overlapping_blocks(self) -> None:
        megabyte = 1 << 20
        with watchfire.monitored_operation("outer", memory=True):
            first = bytearray(2 * megabyte)
            del first
            with watchfire.monitored_operation("inner", memory=True):
                second = bytearray(megabyte)
                del second
        self.assertFalse(tracemalloc.is_tracing())
        self.flush()
        outer = self.server.values("outer_peak_memory_bytes")[0]["sum"]
        inner = self.server.values("inner_peak_memory_bytes")[0]["sum"]
        self.assertTrue(1.95 * megabyte <= outer < 2.5 * megabyte, outer)
        self.assertTrue(0.95 * megabyte <= inner < 1.5 * megabyte, inner)
        self.assertEqual(self.server.points("outer_max_rss_growth_bytes_total"), [])

    def test_tracing_that_was_on_stays_on(self) -> None:
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        with watchfire.monitored_operation("traced", memory=True):
            pass
        self.assertTrue(tracemalloc.is_tracing())

    def test_growth_of_resident_memory(self) -> None:
        try:
            import resource
        except ImportError:
            self.skipTest("this system has no resource usage")
        scale = 1 if sys.platform == "darwin" else 1024
        room = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
        with watchfire.monitored_operation("grow"):
            kept = b"x" * (room + (8 << 20))
        self.flush()
        self.assertGreater(self.server.values("grow_max_rss_growth_bytes_total")[0], 4 << 20)
        self.assertTrue(kept)


class Forever:
    def __await__(self) -> Iterator[None]:
        while True:
            yield
