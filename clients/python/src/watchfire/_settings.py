"""Settings: their defaults, the environment, and what `configure` may say."""

from __future__ import annotations

import math
import os
import sys
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Mapping, Tuple
from urllib.parse import unquote, urlsplit

_PATH = "/v1/metrics"
_LATIN = set(map(chr, range(256))) - {"\r", "\n"}


@dataclass(frozen=True)
class Settings:
    """How metrics are sent. Times are in seconds. Raises `ValueError` for a value that cannot be."""

    endpoint: str = "http://127.0.0.1:3473/v1/metrics"
    """The whole URL that metrics are posted to."""
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 10.0
    """For one request: to connect, and for each wait for the answer."""
    interval: float = 30.0
    """Between two collections."""
    exit_timeout: float = 3.0
    """For the last sending when the program ends; 0 leaves it out."""
    service_name: str = ""
    """`service.name` of the resource; the name of the program where it is empty."""
    resource_attributes: Mapping[str, str] = field(default_factory=dict)
    gzip: bool = True
    max_series: int = 2000
    """Label sets of one metric; one more series takes all others."""
    max_queue: int = 10_000
    """Data points that wait for the server, or one collection where that is more."""
    max_batch: int = 1000
    """Data points in one request."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"endpoint {self.endpoint!r}: give a URL such as http://127.0.0.1:3473")
        try:
            _ = parts.port
        except ValueError as error:
            raise ValueError(f"endpoint {self.endpoint!r}: {error}") from None
        for name in ("timeout", "interval"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} {getattr(self, name)!r}: give seconds, more than 0")
        if not 0 <= self.exit_timeout < math.inf:
            raise ValueError(f"exit_timeout {self.exit_timeout!r}: give seconds, 0 or more")
        for name in ("max_series", "max_queue", "max_batch"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} {getattr(self, name)!r}: give 1 or more")
        for name, value in self.headers.items():
            if not name.isascii() or not set(name + value) <= _LATIN:
                raise ValueError(f"headers: {name!r} or its value has characters that no header can have")

    def resource(self, instance: str) -> Dict[str, str]:
        """Attributes that say who sends; `instance` unless the attributes have a `service.instance.id`."""
        attributes = {"service.instance.id": instance, **self.resource_attributes}
        if self.service_name or "service.name" not in attributes:
            attributes["service.name"] = self.service_name or program()
        return attributes


def program() -> str:
    """The name of the running program: of its script, or of the module that `python -m` runs."""
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    if spec is not None and spec.name:
        return str(spec.name).rpartition(".__main__")[0] or str(spec.name)
    script = os.path.splitext(os.path.basename(sys.argv[0] if getattr(sys, "argv", None) else ""))[0]
    return script if script not in ("", "-c", "-") else "unknown_service:python"


def metrics_url(base: str) -> str:
    """The URL for metrics under `base`, which may be it already."""
    base = base.rstrip("/")
    return base if base.endswith(_PATH) else base + _PATH


def pairs(text: str) -> Dict[str, str]:
    """Reads `name=value,name=value`, percent-encoded. Raises `ValueError` naming the part that is not so.

    The format is W3C baggage without properties, as in
    https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables.
    """
    found: Dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = part.partition("=")
        if not equals or not name.strip():
            raise ValueError(f"{part!r} is not name=value")
        found[unquote(name.strip())] = unquote(value.strip())
    return found


def flag(text: str) -> bool:
    """Reads true/false, 1/0, yes/no, on/off."""
    word = text.strip().lower()
    if word in ("true", "1", "yes", "on"):
        return True
    if word in ("false", "0", "no", "off"):
        return False
    raise ValueError(f"{text!r} is neither true nor false")


def _compression(text: str) -> bool:
    if text.strip().lower() not in ("gzip", "none"):
        raise ValueError(f"{text!r} is neither gzip nor none")
    return text.strip().lower() == "gzip"


def _milliseconds(text: str) -> float:
    return float(text) / 1000


_READERS: List[Tuple[str, str, Callable[[str], Any]]] = [
    # Later lines win: Watchfire's over OpenTelemetry's, and what is said of metrics over what is said of everything.
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "endpoint", metrics_url),
    ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "endpoint", str),
    ("WATCHFIRE_ENDPOINT", "endpoint", metrics_url),
    ("WATCHFIRE_METRICS_ENDPOINT", "endpoint", str),
    ("OTEL_EXPORTER_OTLP_HEADERS", "headers", pairs),
    ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "headers", pairs),
    ("WATCHFIRE_HEADERS", "headers", pairs),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", "timeout", _milliseconds),
    ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "timeout", _milliseconds),
    ("WATCHFIRE_TIMEOUT", "timeout", float),
    ("OTEL_METRIC_EXPORT_INTERVAL", "interval", _milliseconds),
    ("WATCHFIRE_INTERVAL", "interval", float),
    ("WATCHFIRE_EXIT_TIMEOUT", "exit_timeout", float),
    ("OTEL_SERVICE_NAME", "service_name", str),
    ("WATCHFIRE_SERVICE_NAME", "service_name", str),
    ("OTEL_RESOURCE_ATTRIBUTES", "resource_attributes", pairs),
    ("WATCHFIRE_RESOURCE_ATTRIBUTES", "resource_attributes", pairs),
    ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip", _compression),
    ("OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "gzip", _compression),
    ("WATCHFIRE_GZIP", "gzip", flag),
    ("WATCHFIRE_MAX_SERIES", "max_series", int),
    ("WATCHFIRE_MAX_QUEUE", "max_queue", int),
    ("WATCHFIRE_MAX_BATCH", "max_batch", int),
]


def from_environment(environment: Mapping[str, str]) -> Tuple[Settings, List[str]]:
    """Settings of the environment, and what in it is wrong: each such variable is passed over, by name.

    Nothing is raised: a program must not fail at import over a variable that only concerns its monitoring.
    """
    values: Dict[str, Any] = {}
    wrong: List[str] = []
    for variable, name, read in _READERS:
        text = environment.get(variable, "").strip()
        if not text:
            continue
        try:
            value = read(text)
            Settings(**{name: value})
        except ValueError as error:
            wrong.append(f"{variable} is passed over: {error}")
        else:
            values[name] = value
    return Settings(**values), wrong


def disabled(environment: Mapping[str, str]) -> bool:
    """Whether `WATCHFIRE_DISABLED`, or else `OTEL_SDK_DISABLED`, is true."""
    text = environment.get("WATCHFIRE_DISABLED") or environment.get("OTEL_SDK_DISABLED") or "false"
    return text.strip().lower() in ("true", "1", "yes", "on")
