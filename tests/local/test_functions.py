"""Functions run in worker processes, as on Lambda."""

import os
import signal
import subprocess

from local.child import FREE_PORTS, ServerChild
from tests.local.conftest import TOY, Toy, gone


def test_an_error_keeps_its_type(toy: Toy) -> None:
    """An error comes back under the name of its class."""
    error, failed = toy.invoke("fail")

    assert failed
    assert (error["errorType"], error["errorMessage"]) == ("OwnError", "as asked")


def test_a_function_that_hangs_is_killed(toy: Toy) -> None:
    """A function is killed when its timeout has passed, and the next call is served."""
    error, failed = toy.invoke("hang")

    assert failed
    assert error["errorType"] == "Sandbox.Timedout"
    assert toy.invoke("pid")[1] is False


def test_a_process_that_ends_is_replaced(toy: Toy) -> None:
    """A function that ends its process fails by that, and the next call is served."""
    error, failed = toy.invoke("exit")

    assert failed
    assert error["errorType"] == "Runtime.ExitError"
    assert toy.invoke("pid")[1] is False


def test_a_handler_that_cannot_be_imported(toy: Toy) -> None:
    """A handler that cannot be imported fails each call with the reason."""
    error, failed = toy.invoke("", function="BrokenName")

    assert failed
    assert error["errorType"] == "Runtime.ImportModuleError"
    assert "a_module_that_does_not_exist" in error["errorMessage"]


def test_the_environment_is_the_template_s(toy: Toy) -> None:
    """Workers see the template's variables, resolved, and nothing of the server's own."""
    environment, _ = toy.invoke("environment")

    assert environment["RECORDS_TABLE"] == toy.outputs["Table"]
    assert environment["SOURCES"] == '{"kraken": "http://[::1]:9"}'
    assert environment["AWS_ENDPOINT_URL"] == toy.child.aws
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == toy.outputs["TaskName"]
    assert "A_SECRET_OF_THE_PARENT" not in environment
    assert "HOME" not in environment


def test_a_signing_key_signs(toy: Toy) -> None:
    """A key of the kind HMAC_256 is made as the template says."""
    assert toy.invoke("mac") == (32, False)


def test_a_warm_worker_is_used_again(toy: Toy) -> None:
    """Two calls after one another are served by the same process."""
    assert toy.invoke("pid") == toy.invoke("pid")


def test_workers_die_with_a_server_that_is_killed() -> None:
    """No worker outlives a server that had no time to end it."""
    child = ServerChild(*FREE_PORTS, "--root", str(TOY), "--quiet", log=subprocess.DEVNULL)
    worker, _ = Toy(child).invoke("pid")
    os.kill(child.pid, signal.SIGKILL)
    child.stop()

    assert gone(worker)
