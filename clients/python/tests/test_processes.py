"""Forks, the end of the program, and the examples in README.md, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest

import watchfire

from . import SOURCE
from .server import WAIT, ClientTest, Reply

README = pathlib.Path(SOURCE).parent / "README.md"


class Processes(ClientTest):
    def run_program(self, program: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        settings = {"PYTHONPATH": SOURCE, "WATCHFIRE_ENDPOINT": self.server.url, "WATCHFIRE_INTERVAL": "3600"}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "WATCHFIRE_"))}
        return subprocess.run(
            [sys.executable, "-W", "ignore::DeprecationWarning", "-c", textwrap.dedent(program)],
            env={**inherited, **settings, **environment},
            capture_output=True,
            text=True,
            timeout=WAIT * 3,
        )

    def succeed(self, program: str, **environment: str) -> str:
        done = self.run_program(program, **environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""), self.server.faults)
        return done.stdout

    def test_what_is_left_is_sent_at_exit(self) -> None:
        self.succeed("import watchfire; watchfire.Counter('c_total').add(3)", OTEL_SERVICE_NAME="ends")
        self.assertEqual(self.server.values("c_total"), [3.0])
        self.assertEqual(self.server.points("c_total")[0].resource["service.name"], "ends")

    def test_an_exception_that_ends_the_program_still_sends(self) -> None:
        done = self.run_program(
            """
            import watchfire
            with watchfire.monitored_operation("main"):
                raise SystemExit(3)
            """
        )
        self.assertEqual(done.returncode, 3)
        self.assertEqual(self.server.values("main_total", outcome="failure", exception="SystemExit"), [1.0])

    def test_a_silent_server_delays_the_exit_no_longer_than_set(self) -> None:
        self.server.replies = [Reply(200, delay=WAIT)]
        began = time.monotonic()
        self.succeed("import watchfire; watchfire.Counter('c_total').add(3)", WATCHFIRE_EXIT_TIMEOUT="0.2")
        self.assertLess(time.monotonic() - began, WAIT / 2)

    def test_disabled_by_the_environment(self) -> None:
        program = "import watchfire, threading; watchfire.Counter('c_total').add(3); print(threading.active_count())"
        self.assertEqual(self.succeed(program, WATCHFIRE_DISABLED="true"), "1\n")
        self.assertEqual(self.server.requests, [])

    def test_a_wrong_variable_is_told_and_harms_nothing(self) -> None:
        done = self.run_program("import watchfire; watchfire.Counter('c_total').add(3)", WATCHFIRE_MAX_QUEUE="lots")
        self.assertEqual(done.returncode, 0)
        self.assertIn("WATCHFIRE_MAX_QUEUE is passed over", done.stderr)
        self.assertEqual(self.server.values("c_total"), [3.0])

    @unittest.skipUnless(hasattr(os, "fork"), "this system does not fork")
    def test_a_child_counts_from_zero_in_its_own_name(self) -> None:
        for attributes in ("", "service.instance.id=given"):
            self.server.taken.clear()
            self.succeed(
                """
                import os, sys, watchfire
                counter = watchfire.Counter("c_total")
                bound, timed = counter.labels(kind="bound"), watchfire.timed_operation("work")(int)
                counter.add(5, kind="plain"); counter.add(5, kind="parent only"); bound.add(5); timed()
                pid = os.fork()
                counter.add(1, kind="plain"); bound.add(1); timed()
                if pid:
                    sys.exit(os.waitpid(pid, 0)[1])
                """,
                WATCHFIRE_RESOURCE_ATTRIBUTES=attributes,
            )
            for kind in ("plain", "bound"):
                self.assertEqual(sorted(self.server.values("c_total", kind=kind)), [1.0, 6.0])
            self.assertEqual(self.server.values("c_total", kind="parent only"), [5.0])
            self.assertEqual(sorted(self.server.values("work_total", outcome="success")), [1.0, 2.0])
            instances = {p.resource["service.instance.id"] for p in self.server.points("c_total", kind="plain")}
            self.assertEqual(len(instances), 2, instances)

    @unittest.skipUnless(hasattr(os, "fork"), "this system does not fork")
    def test_children_flush_by_themselves(self) -> None:
        out = self.succeed(
            """
            import os, watchfire
            watchfire.Counter("c_total").add(1)
            pid = os.fork()
            if not pid:
                watchfire.Counter("child_total").add(1)
                os._exit(0 if watchfire.flush(20) else 1)
            print(os.waitpid(pid, 0)[1])
            """
        )
        self.assertEqual(out, "0\n")
        self.assertEqual(self.server.values("child_total"), [1.0])

    def test_children_of_multiprocessing_send_what_is_left(self) -> None:
        # In a file, since children that are not forks import it.
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "many.py")
            path.write_text(
                textwrap.dedent(
                    """
                    import multiprocessing

                    def work(number):
                        import watchfire
                        watchfire.Counter("c_total").add(number, method=multiprocessing.get_start_method())

                    def main():
                        for method in multiprocessing.get_all_start_methods():
                            context = multiprocessing.get_context(method)
                            multiprocessing.set_start_method(method, force=True)
                            if method == "fork":
                                import watchfire
                                watchfire.Counter("parent_total").add(1)
                            children = [context.Process(target=work, args=(number,)) for number in (1, 2)]
                            for child in children:
                                child.start()
                            for child in children:
                                child.join()
                    """
                )
            )
            self.succeed("import many; many.main()", PYTHONPATH=f"{SOURCE}{os.pathsep}{folder}")
        for method in multiprocessing.get_all_start_methods():
            self.assertEqual(sorted(self.server.values("c_total", method=method)), [1.0, 2.0], method)
        self.assertEqual(self.server.values("parent_total"), [1.0])

    @unittest.skipUnless(hasattr(os, "fork"), "this system does not fork")
    def test_forks_while_threads_count_do_not_deadlock(self) -> None:
        counter, stop = watchfire.Counter("c_total"), threading.Event()

        def work() -> None:
            while not stop.is_set():
                counter.add(1, kind="busy")
                watchfire.flush(0.001)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(30):
                pid = os.fork()
                if not pid:
                    # No test code may run on in the child, whatever happens.
                    try:
                        counter.add(1, kind="child")
                        with watchfire.monitored_operation("child"):
                            pass
                        os._exit(0 if watchfire.flush(WAIT) else 1)
                    finally:
                        os._exit(2)
                until, done = time.monotonic() + WAIT, (0, 0)
                while done[0] == 0 and time.monotonic() < until:
                    done = os.waitpid(pid, os.WNOHANG)
                    time.sleep(0.001)
                if done[0] == 0:
                    os.kill(pid, 9)
                    os.waitpid(pid, 0)
                self.assertEqual(done, (pid, 0), "the child hung or could not send")
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.assertEqual(self.server.values("c_total", kind="child"), [1.0] * 30)

    def test_the_examples_of_the_readme_run(self) -> None:
        examples = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
        self.assertGreater(len(examples), 1)
        for example in examples:
            before = len(self.server.requests)
            self.succeed(example)
            self.assertGreater(len(self.server.requests), before, example)

    def test_the_bench_runs(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "watchfire.bench", "200"],
            env={**os.environ, "PYTHONPATH": SOURCE},
            capture_output=True,
            text=True,
            timeout=WAIT * 3,
        )
        self.assertIn("Counter.add(1, 2 labels)", done.stdout, done.stderr)
