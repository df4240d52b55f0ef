"""Lets pre-commit install plangate of this revision's version from PyPI: its hooks in Python install their repository.

This is not how plangate is built or published; see docs/releasing.md.
"""

import re
from pathlib import Path

from setuptools import setup

source = Path(__file__).parent / "Sources" / "PlanCore" / "Outcome" / "Release.swift"
(version,) = re.findall(r'static let version = "([^"]+)"', source.read_text())

setup(name="plangate-pre-commit", version=version, install_requires=[f"plangate=={version}"], py_modules=[])
