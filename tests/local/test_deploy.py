"""What the local server runs is read from template.yaml alone."""

from pathlib import Path

import pytest
from samtranslator.yaml_helper import yaml_parse

from local import identity, template
from local.deploy import Unsupported, parameters_for, refuse_what_would_not_run
from local.routes import Guard, Refused, Route, RouteTable, admit

ROOT = Path(__file__).parents[2]


def test_the_product_s_template_is_read_whole() -> None:
    """Every function, route and schedule of template.yaml is in what we read."""
    written = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]
    functions = {n for n, r in written.items() if r["Type"] == "AWS::Serverless::Function"}
    events = [e for n in functions for e in written[n]["Properties"].get("Events", {}).values()]
    written_paths = written["HttpApi"]["Properties"]["DefinitionBody"]["paths"]
    routes = {(method, path) for path, methods in written_paths.items() for method in methods}

    read = template.read(ROOT, parameters_for({}))

    assert {name for name, _ in template.of_type(read, "AWS::Lambda::Function")} == functions
    _, api = next(template.of_type(read, "AWS::ApiGatewayV2::Api"))
    paths = api["Properties"]["Body"]["paths"]
    assert {(method, path) for path, methods in paths.items() for method in methods} == routes
    schedules = [e for e in events if e["Type"] == "ScheduleV2"]
    assert len(list(template.of_type(read, "AWS::Scheduler::Schedule"))) == len(schedules)


def test_the_state_machine_is_inlined() -> None:
    """The definition comes from its file, with the substitutions still to make."""
    read = template.read(ROOT, parameters_for({}))

    _, machine = next(template.of_type(read, "AWS::StepFunctions::StateMachine"))
    assert "DefinitionSubstitutions" in machine["Properties"]
    assert "${" in str(machine["Properties"]["DefinitionString"])


def test_our_parameters_are_the_template_s() -> None:
    """Each parameter that we set exists in the template."""
    known = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]

    assert set(parameters_for({})) <= set(known)


def test_a_template_that_would_not_run_is_refused() -> None:
    """What would silently do nothing here is refused by name; the product's template is not."""
    refuse_what_would_not_run(template.read(ROOT, parameters_for({})))

    with pytest.raises(Unsupported, match=r"Nightly: .* AWS::Events::Rule"):
        refuse_what_would_not_run({"Resources": {"Nightly": {"Type": "AWS::Events::Rule"}}})


def test_a_greedy_route_comes_after_a_precise_one() -> None:
    """Routes are tried from the most specific to the most general."""
    routes = [
        Route("ANY", "$default", "d"),
        Route("GET", "/a/{rest+}", "g"),
        Route("GET", "/a/{id}", "i"),
        Route("ANY", "/a/b", "b"),
    ]
    table = RouteTable(routes)

    found = [table.find("GET", path) for path in ("/a/b", "/a/c", "/a/c/d", "/x")]

    assert [match.route.function for match in found if match] == ["b", "i", "g", "d"]


@pytest.mark.parametrize(
    ("scope", "expected"), [("read", None), ("other read", None), ("", 403), ("reader", 403)]
)
def test_one_of_the_scopes_is_enough(scope: str, expected: int | None) -> None:
    """A token is let in with any of the route's scopes."""
    guard = Guard(identity.ISSUER, (identity.AUDIENCE,), ("read", "tidemark/read"))
    said = admit(guard, f"Bearer {identity.token('alice', scope)}")

    assert (said.status if isinstance(said, Refused) else None) == expected
