"""Settings by the environment and by `configure`."""

from __future__ import annotations

import unittest
from typing import Any, Dict, List, Tuple

import watchfire
from watchfire import _client
from watchfire._settings import disabled, from_environment

from .server import ClientTest


class Environment(unittest.TestCase):
    def test_variables(self) -> None:
        table: List[Tuple[Dict[str, str], str, Any]] = [
            ({}, "endpoint", "http://127.0.0.1:3473/v1/metrics"),
            ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a:1"}, "endpoint", "http://a:1/v1/metrics"),
            ({"OTEL_EXPORTER_OTLP_ENDPOINT": "https://a/otlp/"}, "endpoint", "https://a/otlp/v1/metrics"),
            (
                {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://b/x"},
                "endpoint",
                "http://b/x",
            ),
            (
                {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://b/x", "WATCHFIRE_ENDPOINT": "http://c"},
                "endpoint",
                "http://c/v1/metrics",
            ),
            ({"WATCHFIRE_METRICS_ENDPOINT": "http://c/y"}, "endpoint", "http://c/y"),
            ({"OTEL_EXPORTER_OTLP_HEADERS": "a=1, b=x%20y%3D,"}, "headers", {"a": "1", "b": "x y="}),
            ({"WATCHFIRE_HEADERS": "a=b=c"}, "headers", {"a": "b=c"}),
            ({"OTEL_SERVICE_NAME": "shop"}, "service_name", "shop"),
            ({"OTEL_SERVICE_NAME": "shop", "WATCHFIRE_SERVICE_NAME": "till"}, "service_name", "till"),
            ({"OTEL_RESOURCE_ATTRIBUTES": "k=v"}, "resource_attributes", {"k": "v"}),
            ({"OTEL_EXPORTER_OTLP_TIMEOUT": "2500"}, "timeout", 2.5),
            ({"WATCHFIRE_TIMEOUT": "2.5"}, "timeout", 2.5),
            ({"OTEL_METRIC_EXPORT_INTERVAL": "5000"}, "interval", 5.0),
            ({"WATCHFIRE_INTERVAL": "7"}, "interval", 7.0),
            ({"OTEL_EXPORTER_OTLP_COMPRESSION": "none"}, "gzip", False),
            ({"WATCHFIRE_GZIP": "off"}, "gzip", False),
            ({"WATCHFIRE_MAX_SERIES": "7"}, "max_series", 7),
            ({"WATCHFIRE_MAX_QUEUE": " 8 "}, "max_queue", 8),
            ({"WATCHFIRE_MAX_BATCH": "9"}, "max_batch", 9),
            ({"WATCHFIRE_EXIT_TIMEOUT": "0"}, "exit_timeout", 0.0),
        ]
        for environment, name, expected in table:
            settings, wrong = from_environment(environment)
            self.assertEqual((getattr(settings, name), wrong), (expected, []), environment)

    def test_wrong_variables_are_named_and_passed_over(self) -> None:
        table: List[Tuple[str, str, str]] = [
            ("WATCHFIRE_ENDPOINT", "localhost:3473", "give a URL"),
            ("WATCHFIRE_ENDPOINT", "ftp://a", "give a URL"),
            ("WATCHFIRE_ENDPOINT", "http://a:port", "port"),
            ("WATCHFIRE_ENDPOINT", "http://[a", "IPv6"),
            ("WATCHFIRE_HEADERS", "a", "'a' is not name=value"),
            ("WATCHFIRE_HEADERS", "a=%0Ab", "no header can have"),
            ("WATCHFIRE_TIMEOUT", "soon", "soon"),
            ("WATCHFIRE_INTERVAL", "0", "more than 0"),
            ("WATCHFIRE_INTERVAL", "nan", "more than 0"),
            ("WATCHFIRE_GZIP", "maybe", "neither true nor false"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "neither gzip nor none"),
            ("WATCHFIRE_MAX_SERIES", "0", "1 or more"),
            ("WATCHFIRE_MAX_BATCH", "many", "many"),
        ]
        default, _ = from_environment({})
        for variable, text, message in table:
            settings, wrong = from_environment({variable: text})
            self.assertEqual(settings, default, variable)
            self.assertEqual(len(wrong), 1)
            self.assertTrue(wrong[0].startswith(f"{variable} is passed over"), wrong)
            self.assertIn(message, wrong[0])

    def test_service_name_falls_back(self) -> None:
        table: List[Tuple[Dict[str, str], str]] = [
            ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=a"}, "a"),
            ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=a", "OTEL_SERVICE_NAME": "b"}, "b"),
        ]
        for environment, name in table:
            resource = from_environment(environment)[0].resource("here:1")
            self.assertEqual((resource["service.name"], resource["service.instance.id"]), (name, "here:1"))
        self.assertTrue(from_environment({})[0].resource("here:1")["service.name"])

    def test_disabled(self) -> None:
        table: List[Tuple[Dict[str, str], bool]] = [
            ({}, False),
            ({"OTEL_SDK_DISABLED": "true"}, True),
            ({"WATCHFIRE_DISABLED": "1"}, True),
            ({"WATCHFIRE_DISABLED": "false", "OTEL_SDK_DISABLED": "true"}, False),
        ]
        for environment, expected in table:
            self.assertEqual(disabled(environment), expected, environment)


class Configure(ClientTest):
    def test_wrong_settings_are_refused_and_change_nothing(self) -> None:
        before = _client._exporter.settings
        table: List[Tuple[Dict[str, Any], str]] = [
            ({"endpoint": "127.0.0.1:3473"}, "endpoint"),
            ({"endpoint": "http://"}, "endpoint"),
            ({"interval": -1}, "interval"),
            ({"timeout": float("inf")}, "timeout"),
            ({"max_queue": 0, "interval": 5}, "max_queue"),
            ({"headers": {"a": "b\r\nc: d"}}, "headers"),
            ({"headers": {"a": "☃"}}, "headers"),
        ]
        for given, message in table:
            with self.assertRaisesRegex(ValueError, message):
                watchfire.configure(**given)
        with self.assertRaises(TypeError):
            watchfire.configure(intervall=5)  # type: ignore[call-arg]
        self.assertEqual(_client._exporter.settings, before)

    def test_settings_not_given_stay(self) -> None:
        watchfire.configure(interval=5)
        watchfire.configure(max_batch=7, resource_attributes={"n": 1})  # type: ignore[dict-item]
        settings = _client._exporter.settings
        self.assertEqual((settings.interval, settings.max_batch), (5, 7))
        self.assertEqual(settings.resource_attributes, {"n": "1"})
