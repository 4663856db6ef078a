"""Byte code, made before anything is measured."""

import subprocess
import sys

_OURS = ("shared", "functions", "local", "bench")


def compile_all() -> str:
    """Compile both environments and the code, where that is not done; say what was done.

    The layers that ``make build`` makes have unchecked-hash byte code. In a working copy that
    would be a trap: it is not made anew when a source changes. So here it is checked by time,
    which costs either contestant the same.
    """
    for python, folders in (
        (sys.executable, (_packages(sys.executable), *_OURS)),
        (_BENCH, (_packages(_BENCH),)),
    ):
        command = [python, "-m", "compileall", "-q", "-j", "2", *folders]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    return "Byte-compiled (by time): .venv, .venv-bench, shared, functions, local, bench."


_BENCH = ".venv-bench/bin/python"


def _packages(python: str) -> str:
    """Say where an environment's packages are."""
    command = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
