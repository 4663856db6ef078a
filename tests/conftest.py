"""What all tests share: an AWS that is not there, and one that is only played."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from moto import mock_aws

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
