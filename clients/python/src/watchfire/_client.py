"""The one client of the process: its settings, its exporter, and its beginning and end."""

from __future__ import annotations

import atexit
import logging
import os
import socket
import sys
from dataclasses import replace
from typing import Any, Dict, Mapping, NamedTuple, Optional

from ._aggregate import runtime
from ._exporter import Exporter
from ._settings import Settings, disabled, from_environment, metrics_url

VERSION = "0.1.0"


class Overhead(NamedTuple):
    """What the client itself costs."""

    mean_seconds: float
    """Mean time of a recorded call, waits for the lock and for the interpreter included; 0 before the first sample."""
    sampled_calls: int
    """Calls that the mean is of: one in 1,024."""
    export_seconds: float
    """Time the exporter took, most of it waiting for the server."""
    export_cpu_seconds: float
    """CPU time the exporter took."""


class Stats(NamedTuple):
    """How the client is doing."""

    series: int
    queued: int
    """Data points that wait for the server."""
    sent: int
    """Data points the server took."""
    dropped: Dict[str, int]
    """What was lost, by reason, as in `watchfire_client_dropped_total`."""
    failures: int
    """Requests that failed."""
    batch_size: int
    """Data points in the next request, at most."""
    last_error: str


def configure(
    *,
    endpoint: Optional[str] = None,
    headers: Optional[Mapping[str, str]] = None,
    timeout: Optional[float] = None,
    interval: Optional[float] = None,
    exit_timeout: Optional[float] = None,
    service_name: Optional[str] = None,
    resource_attributes: Optional[Mapping[str, str]] = None,
    gzip: Optional[bool] = None,
    max_series: Optional[int] = None,
    max_queue: Optional[int] = None,
    max_batch: Optional[int] = None,
) -> None:
    """Changes the settings that are given; they win over the environment. Times are in seconds.

    `/v1/metrics` is put behind `endpoint` unless it ends so. Raises `ValueError` for a value that cannot be, and then
    changes nothing.
    """
    given = {name: value for name, value in locals().items() if value is not None}
    if endpoint is not None:
        given["endpoint"] = metrics_url(endpoint)
    for name in ("headers", "resource_attributes"):
        if name in given:
            given[name] = {str(key): str(value) for key, value in given[name].items()}
    settings = replace(_exporter.settings, **given)
    runtime.max_series = settings.max_series
    _exporter.configure(settings)


def flush(timeout: float = 10.0) -> bool:
    """Sends everything now, waiting `timeout` seconds at most. `True` if all of it arrived.

    It tries once: with the server away it returns `False`, and the rest stays queued for the next attempt.
    """
    return _exporter.flush(timeout)


def shutdown(timeout: float = 10.0) -> bool:
    """Flushes, ends the thread and records nothing more until `enable()`. `True` if everything arrived."""
    arrived = _exporter.stop(timeout)
    runtime.enabled = False
    return arrived


def disable() -> None:
    """Makes every call return at once and stops sending; what was counted is kept."""
    runtime.enabled = False


def enable() -> None:
    """Undoes `disable()` and `shutdown()`."""
    global _exporter
    runtime.enabled = True
    if _exporter.stopped:
        _exporter = _make(_exporter.settings)
    _exporter.start()


def overhead() -> Overhead:
    """What recording and sending have cost so far in this process."""
    mean = runtime.timed_seconds / runtime.timed if runtime.timed else 0.0
    return Overhead(mean, runtime.timed, _exporter.seconds, _exporter.cpu_seconds)


def stats() -> Stats:
    """How much is held, sent and lost in this process."""
    one = _exporter
    series = sum(len(stream.series) for stream in list(runtime.streams.values()))
    return Stats(series, len(one.queue), one.sent, runtime.dropped(), one.failures, one.batch, one.last_error)


def _resource() -> Dict[str, str]:
    attributes = _exporter.settings.resource(f"{socket.gethostname()}:{os.getpid()}")
    if _forked and "service.instance.id" in _exporter.settings.resource_attributes:
        # A child counts from zero: under the name of its parent, each would undo the other's sums.
        attributes["service.instance.id"] += f"-{os.getpid()}"
    attributes["telemetry.sdk.name"] = "watchfire"
    attributes["telemetry.sdk.language"] = "python"
    attributes["telemetry.sdk.version"] = VERSION
    return attributes


def _make(settings: Settings) -> Exporter:
    return Exporter(settings, _resource, VERSION)


def _start() -> None:
    if runtime.enabled:
        _exporter.start()


def _in_child() -> None:
    """Begins anew after a fork: threads are gone, and locks may be held by none who lives."""
    global _exporter, _forked
    running = _exporter.running
    _forked = True
    runtime.begin()
    _exporter = _make(_exporter.settings)
    if running:
        _start()


def _at_exit() -> None:
    if _exporter.running:
        _exporter.stop(_exporter.settings.exit_timeout)


def _before_fork() -> None:
    """Children of multiprocessing end by `os._exit`, without atexit: they are told through its own hooks.

    Nothing is imported for it. Where multiprocessing forks, it is loaded already.
    """
    global _told
    util: Any = sys.modules.get("multiprocessing.util")
    if not _told and hasattr(util, "register_after_fork"):
        _told = True
        util.register_after_fork(_at_exit, _finish_with_multiprocessing)


def _finish_with_multiprocessing(_: object = None) -> None:
    util: Any = sys.modules.get("multiprocessing.util")
    if hasattr(util, "Finalize"):
        util.Finalize(None, _at_exit, exitpriority=-100)  # negative: after the queues and pools of the program


_told = False
_forked = False
_settings, _wrong = from_environment(os.environ)
_exporter = _make(_settings)
runtime.max_series = _settings.max_series
runtime.enabled = not disabled(os.environ)
runtime.start = _start
for _line in _wrong:
    logging.getLogger("watchfire").warning("%s", _line)
atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_in_child)
if getattr(sys.modules.get("multiprocessing"), "parent_process", lambda: None)():
    _finish_with_multiprocessing()  # imported by such a child
