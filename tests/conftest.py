"""What all tests share: an AWS that is not there, and one that is only played."""

import os
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings
from moto import mock_aws

from tests import canaries
from tests.aws_calls import listening
from tests.played import environment, make_keys_and_queue
from tests.strict import Strict
from tests.tables import make_tables

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}

settings.register_profile("tidemark", deadline=None)
settings.load_profile("tidemark")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test fail in whose logs or output a planted secret came to light, in any form."""
    report = yield
    if report.when == "teardown":
        leaked = canaries.found_in("\n".join(text for _, text in report.sections))
        if leaked:
            report.outcome = "failed"
            report.longrepr = f"secrets in what was logged or written out: {leaked}"
    return report


@pytest.fixture(autouse=True, scope="session")
def _environment() -> Iterator[None]:
    """Give every test credentials that open nothing, and what the template would say."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**_ENVIRONMENT, **environment()}.items():
            patch.setenv(name, value)
        yield


@pytest.fixture
def aws() -> Iterator[None]:
    """Play AWS in this process, as strictly as AWS is, with the template's tables and keys."""
    with mock_aws(), listening(Strict()):
        make_tables()
        make_keys_and_queue()
        yield
