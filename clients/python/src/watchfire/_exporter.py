"""The thread that collects what was counted and sends it."""

from __future__ import annotations

import itertools
import logging
import random
import threading
import time
from collections import deque
from typing import Callable, Deque, Mapping, Optional

from ._aggregate import Point, runtime
from ._otlp import encode
from ._settings import Settings
from ._transport import Answer, Connection, Verdict

_log = logging.getLogger("watchfire")
_LOG_EVERY = 60.0
_LONGEST_IDLE = 3600.0
_FIRST_DELAY = 1.0
_LONGEST_DELAY = 60.0


class Exporter:
    """Collects at each interval, and sends in batches that shrink when the server cannot take them.

    Only its thread touches the queue. The condition guards the few fields by which others ask it for something.
    """

    def __init__(self, settings: Settings, resource: Callable[[], Mapping[str, str]], version: str) -> None:
        self.settings = settings
        self.batch = settings.max_batch
        self.queue: Deque[Point] = deque()
        self.sent = 0
        self.failures = 0
        self.last_error = ""
        self.seconds = 0.0
        self.cpu_seconds = 0.0
        self._resource = resource
        self._version = version
        self._changed = threading.Condition()  # reentrant: a signal handler may flush
        self._thread: Optional[threading.Thread] = None
        self._asked = self._done = 0
        self._stopping = False
        self._complete = True
        self._next_collection = time.monotonic() + settings.interval
        self._retry_at = 0.0
        self._told_to_wait = False
        self._delays = 0
        self._logged_at = -_LOG_EVERY

    def start(self) -> bool:
        """Starts the thread unless it runs; `False` where the system gives none."""
        with self._changed:
            if self._thread is None and not self._stopping:
                thread = threading.Thread(target=self._run, name="watchfire-export", daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # the interpreter is ending, or there are too many threads
                    return False
                self._thread = thread
            return self._thread is not None

    @property
    def running(self) -> bool:
        """Whether there is a thread to ask."""
        return self._thread is not None and not self._stopping

    @property
    def stopped(self) -> bool:
        """Whether it was ended."""
        return self._stopping

    def configure(self, settings: Settings) -> None:
        """Takes other settings, from the next collection on."""
        with self._changed:
            self.settings = settings
            self.batch = settings.max_batch
            self._next_collection = time.monotonic() + settings.interval
            self._retry_at = 0.0
            self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        """Has everything collected and sent now. `True` if all of it arrived within `timeout` seconds."""
        if threading.current_thread() is self._thread or not self.start():
            return False
        with self._changed:
            self._asked += 1
            asked = self._asked
            self._changed.notify_all()
            in_time = self._changed.wait_for(lambda: self._done >= asked, min(timeout, threading.TIMEOUT_MAX))
            return in_time and self._complete

    def stop(self, timeout: float) -> bool:
        """Flushes and ends the thread. `True` as for [`Exporter.flush`]."""
        arrived = self.flush(timeout) if timeout > 0 else False
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        return arrived

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._stopping and self._asked == self._done:
                    self._changed.wait(self._idle())  # waking for nothing is harmless: a pass does what is due
                if self._stopping:
                    return
                asked = self._asked
            began, cpu_began = time.perf_counter(), time.thread_time()
            try:
                complete = self._pass(asked > self._done)
            except Exception as error:  # a fault here must not end the thread, and its batch not come again
                complete = False
                self._lose(len(self.queue), "fault", f"the exporter failed: {error!r}")
            self._report()
            self.seconds += time.perf_counter() - began
            self.cpu_seconds += time.thread_time() - cpu_began
            with self._changed:
                if asked > self._done:
                    self._done, self._complete = asked, complete
                self._changed.notify_all()

    def _idle(self) -> float:
        """Seconds until something is due."""
        due = min(self._next_collection, self._retry_at) if self.queue else self._next_collection
        return min(max(0.0, due - time.monotonic()), _LONGEST_IDLE)

    def _pass(self, asked: bool) -> bool:
        """Collects if it is time and sends if it may. `True` if everything arrived."""
        settings, now = self.settings, time.monotonic()
        if asked or now >= self._next_collection:
            self._next_collection = now + settings.interval
            if asked or runtime.enabled:
                self._collect(settings.max_queue)
        # Who asks need not wait for a delay of ours, but for one that the server wants.
        if self.queue and (now >= self._retry_at or (asked and not self._told_to_wait)):
            return self._send_all(settings)
        return not self.queue

    def _collect(self, max_queue: int) -> None:
        points = runtime.points()
        surplus = len(self.queue) + len(points) - max(max_queue, len(points))
        if surplus > 0:
            why = f"{surplus} data points were dropped: the queue of {max_queue} is full; last error: {self.last_error}"
            self._lose(surplus, "queue_full", why)
        self.queue.extend(points)

    def _send_all(self, settings: Settings) -> bool:
        lost_nothing = True
        connection = Connection(settings)
        try:
            while self.queue:
                size = min(self.batch, len(self.queue))
                body = encode(itertools.islice(self.queue, size), self._resource(), self._version)
                answer = connection.send(body, self._version)
                verdict = answer.verdict
                if verdict is Verdict.DELIVERED:
                    self._delivered(size, answer)
                    lost_nothing = lost_nothing and not answer.refused
                    continue
                self.failures += 1
                self.last_error = runtime.complaint = answer.message
                if verdict is Verdict.REJECTED or (verdict is Verdict.TOO_LARGE and size == 1):
                    self._lose(size, verdict.value, f"{size} data points were dropped: {answer.message}")
                    lost_nothing = False
                    continue
                if verdict is not Verdict.UNAVAILABLE:
                    self.batch = max(1, size // 2)
                if verdict is not Verdict.TOO_LARGE:
                    self._wait(answer.retry_after)
                    return False
        finally:
            connection.close()
        return lost_nothing

    def _delivered(self, size: int, answer: Answer) -> None:
        for _ in range(size):
            self.queue.popleft()
        self.sent += size - min(size, answer.refused)
        self.batch = min(self.settings.max_batch, self.batch + max(1, self.batch // 10))
        self._delays = 0
        self._retry_at = 0.0
        self._told_to_wait = False
        if answer.refused:
            runtime.drop("partial_success", answer.refused, answer.message)
        elif answer.message:
            runtime.complaint = answer.message

    def _wait(self, told: Optional[float]) -> None:
        """Puts the next attempt off: as the server says, or twice as long each time, with jitter."""
        self._told_to_wait = told is not None
        delay = min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** min(self._delays, 16))
        self._delays += 1
        self._retry_at = time.monotonic() + (random.uniform(delay / 2, delay) if told is None else told)

    def _lose(self, count: int, reason: str, why: str) -> None:
        count = min(count, len(self.queue))
        for _ in range(count):
            self.queue.popleft()
        runtime.drop(reason, count, why)

    def _report(self) -> None:
        """Logs what last went wrong, once a minute at most."""
        now = time.monotonic()
        if runtime.complaint is None or now - self._logged_at < _LOG_EVERY:
            return
        said, runtime.complaint = runtime.complaint, None
        self._logged_at = now
        _log.warning("%s (dropped so far: %s)", said, runtime.dropped() or "nothing")
