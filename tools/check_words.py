"""Check that no file names a machine's folder or where packages came from."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REGISTRIES = ("py" + r"pi\.org", r"pythonhosted\.org", r"registry\.npm" + r"js\.org")
FORBIDDEN = re.compile(
    "|".join((
        r'"resol' + r'ved": "http',
        r"source = \{ registry",
        r"--(?:extra-)?index-url|--find-links",
        *REGISTRIES,
        r"(?<![\w.])/(?:home|Users)/[a-z]",
        r"(?<![\w.])/ro" + r"ot/",
        re.escape(f"{ROOT}/"),
    ))
)  # fmt: skip


def files() -> list[Path]:
    """List the files that are, or would be, under version control."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603 (a fixed command)
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def findings(path: Path) -> list[str]:
    """Give the lines of a file that hold a forbidden word."""
    if path == Path(__file__).resolve():
        return []
    lines = path.read_text(errors="replace").splitlines()
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for number, line in enumerate(lines, start=1)
        if FORBIDDEN.search(line)
    ]


def main() -> int:
    """Print each finding; fail if there is any."""
    found = [finding for path in files() for finding in findings(path)]
    print("\n".join([*found, f"words: {len(found)} findings"]))
    return min(1, len(found))


if __name__ == "__main__":
    sys.exit(main())
