"""Run with `python -m unittest discover` in the folder above."""

import logging
import pathlib
import sys

SOURCE = str(pathlib.Path(__file__).resolve().parent.parent / "src")
sys.path.insert(0, SOURCE)
logging.getLogger("watchfire").addHandler(logging.NullHandler())
