"""CPU time and memory of this process, as the system and as Python count them."""

from __future__ import annotations

import os
import sys
import time
import tracemalloc
from typing import List, Sequence

from ._aggregate import runtime

if sys.platform == "win32":
    RESIDENT_UNIT = 0
    """Bytes in one of the units that `usage` counts memory in; 0 where it does not."""

    def usage() -> Sequence[float]:
        return time.thread_time(), 0.0, 0
else:
    from resource import RUSAGE_SELF, getrusage

    RESIDENT_UNIT = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes on macOS, KiB elsewhere
    if sys.platform == "linux":
        from resource import RUSAGE_THREAD

        def usage() -> Sequence[float]:
            # All with one system call: the memory is that of the process, whoever is asked about.
            return getrusage(RUSAGE_THREAD)
    else:

        def usage() -> Sequence[float]:
            return time.thread_time(), 0.0, getrusage(RUSAGE_SELF).ru_maxrss


usage.__doc__ = """CPU seconds of this thread in user code and in the system (or all of them, and 0), and the most
memory that the process had resident so far, in units of `RESIDENT_UNIT`."""


class Trace:
    """The peak of what Python allocates from now on, in all threads. Traces may overlap: each keeps its own peak."""

    active: List[Trace] = []
    ours = False

    def __init__(self) -> None:
        with runtime.lock:
            if not Trace.active and not tracemalloc.is_tracing():
                tracemalloc.start()
                Trace.ours = True
            self._note()
            self.base = self.peak = tracemalloc.get_traced_memory()[0]
            Trace.active.append(self)

    @staticmethod
    def _note() -> None:
        """Gives the peak so far to all who wait for one, and begins the next."""
        peak = tracemalloc.get_traced_memory()[1]
        for trace in Trace.active:
            trace.peak = max(trace.peak, peak)
        tracemalloc.reset_peak()

    @staticmethod
    def forget() -> None:
        """For the child of a fork: the threads that would end their traces are gone."""
        Trace.active.clear()
        if Trace.ours:
            tracemalloc.stop()
            Trace.ours = False

    def end(self) -> int:
        """Bytes above those allocated at the beginning."""
        with runtime.lock:
            self._note()
            if self in Trace.active:  # it is not after a fork
                Trace.active.remove(self)
            if not Trace.active and Trace.ours:
                tracemalloc.stop()
                Trace.ours = False
            return self.peak - self.base


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=Trace.forget)
