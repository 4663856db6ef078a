"""The check for words that bind the repository to a machine or a registry."""

import pytest

from tools.check_words import FORBIDDEN, ROOT, findings

HOME, ROOTS = "/" + "home/", "/" + "root"


@pytest.mark.parametrize(
    "line",
    [
        f"cd {HOME}ann/code",
        f"see {ROOT}/README.md",
        "https://" + "files.python" + "hosted.org/x.whl",
        '"resol' + 'ved": "https://x"',
        "pip install --index" + "-url https://x y",
    ],
)
def test_what_belongs_to_one_machine_is_found(line: str) -> None:
    """Wherever on the line it stands."""
    assert FORBIDDEN.search(line)


@pytest.mark.parametrize(
    "line", [f"/v1{HOME}screen", "its ~/." + "pyenv", f"GET {ROOTS}-level", f"a{ROOTS}/b"]
)
def test_what_only_looks_like_it_is_not(line: str) -> None:
    """A path of the API is not a folder."""
    assert not FORBIDDEN.search(line)


def test_the_repository_has_none() -> None:
    """The file that everything else is listed in, for one."""
    assert findings(ROOT / "pyproject.toml") == []
