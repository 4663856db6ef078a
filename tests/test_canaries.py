"""The watch for secrets finds them, in whatever form they come to light."""

import base64
import json
from urllib.parse import quote

import pytest

from tests import canaries, conftest

SECRET = canaries.make_base64("a/b+c=")
FORMS = {
    "plain": SECRET,
    "json": json.dumps({"a": SECRET}),
    "url": quote(SECRET, safe=""),
    "lower url": quote(SECRET, safe="").replace("%3D", "%3d"),
    "hex": SECRET.encode().hex(),
    "upper hex": SECRET.encode().hex().upper(),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 of more": base64.b64encode(f'{{"s":"{SECRET}"}}'.encode()).decode(),
    "base64 of still more": base64.b64encode(f"12{SECRET}34".encode()).decode(),
    "url-safe base64": base64.urlsafe_b64encode(f"?>{SECRET}".encode()).decode(),
    "decoded": base64.b64decode(SECRET).decode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_found_in_any_form(form: str) -> None:
    """Wherever it lies in a text."""
    assert canaries.found_in(f"before {FORMS[form]} after")


def test_nothing_is_found_where_nothing_is() -> None:
    """Neither in no text nor in a part of a secret."""
    assert canaries.found_in("") == canaries.found_in(SECRET[:20]) == []
    with pytest.raises(canaries.TooShort):
        canaries.plant("short")


def test_a_test_that_writes_a_secret_out_fails() -> None:
    """Although it passed itself."""
    sections = [("Captured log call", "all is well"), ("Captured stdout call", SECRET)]
    report = pytest.TestReport(
        "a test", ("here", 1, "a test"), {}, "passed", None, "teardown", sections
    )
    watch = conftest.pytest_runtest_makereport()
    next(watch)
    with pytest.raises(StopIteration):
        watch.send(report)
    assert report.failed
    assert SECRET not in str(report.longrepr)
