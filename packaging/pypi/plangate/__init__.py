"""Runs the program plangate, which this package contains together with libpq."""

import os
import sys


def main() -> None:
    """Replaces this process with plangate, which gets the same arguments."""
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "plangate")
    os.execv(program, [program, *sys.argv[1:]])
