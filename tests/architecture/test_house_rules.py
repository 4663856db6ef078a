"""How the code is written, as far as a test can tell."""

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("shared", "functions", "local", "tools", "bench", "docs", "tests")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
PRODUCT = [path for path in FILES if path.relative_to(ROOT).parts[0] in {"shared", "functions"}]
VAGUE = {"utils", "util", "common", "helpers", "helper", "models", "manager", "misc"}


def name_of(path: Path) -> str:
    """Name a file as the repository does."""
    return str(path.relative_to(ROOT))


def nodes(path: Path) -> Iterator[ast.AST]:
    """Go through the syntax tree of a file."""
    return ast.walk(ast.parse(path.read_text()))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Go through the functions and methods of a file."""
    return (
        node for node in nodes(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function's body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def calls(path: Path) -> Iterator[str]:
    """Spell what a file calls, as in ``datetime.now()``; an argument shows as ``…``."""
    for node in nodes(path):
        if isinstance(node, ast.Call):
            yield f"{ast.unparse(node.func)}({'…' if node.args or node.keywords else ''})"


def attributes(path: Path) -> set[str]:
    """Name the attributes that a file uses."""
    return {node.attr for node in nodes(path) if isinstance(node, ast.Attribute)}


def offenders(paths: Iterable[Path], offends: Callable[[Path], object]) -> list[str]:
    """Name the files that break a rule."""
    return [name_of(path) for path in paths if offends(path)]


def within(*parts: str) -> list[Path]:
    """Give the product's files that lie in one of these packages."""
    return [path for path in PRODUCT if set(parts) & set(path.relative_to(ROOT).parts)]


def catches(path: Path) -> set[str]:
    """Name what a file catches."""
    handlers = (node for node in nodes(path) if isinstance(node, ast.ExceptHandler))
    return {ast.unparse(handler.type) if handler.type else "everything" for handler in handlers}


def imports(path: Path) -> set[str]:
    """Name the modules that a file imports, and what it takes from them."""
    names = set()
    for node in nodes(path):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {getattr(node, "module", None) or "", *(alias.name for alias in node.names)}
    return names


def test_a_file_fits_on_a_few_screens() -> None:
    """At most 250 lines."""
    assert not offenders(FILES, lambda path: len(path.read_text().splitlines()) > 250)


def test_a_name_says_what_is_inside() -> None:
    """No drawer for odds and ends."""
    assert not offenders(FILES, lambda path: VAGUE & {path.stem, *path.relative_to(ROOT).parts})


def test_functions_are_short() -> None:
    """Half of them have at most six lines, nearly all at most twenty."""
    lengths = [lines_of(function) for path in PRODUCT for function in functions(path)]

    assert median(lengths) <= 6
    assert sum(length <= 20 for length in lengths) / len(lengths) >= 0.97
    assert max(lengths) <= 40


def test_money_is_never_a_float() -> None:
    """No float() where amounts are read, kept or summed up."""
    exact = within("domain", "services", "connectors", "stores")

    assert not offenders(exact, lambda path: "float(…)" in set(calls(path)))


def test_times_know_their_zone() -> None:
    """Nothing makes a time without a zone."""
    naive = {
        "datetime.now()",
        "datetime.utcnow()",
        "datetime.today()",
        "date.today()",
        "datetime.utcfromtimestamp(…)",
    }

    assert not offenders(FILES, lambda path: naive & set(calls(path)))


def test_only_handlers_catch_everything() -> None:
    """Elsewhere one catches what one can name; a test that plays a crash may catch it."""
    everything = {"everything", "Exception", "BaseException"}
    elsewhere = [f for f in FILES if f.relative_to(ROOT).parts[0] not in {"functions", "tests"}]

    assert not offenders(elsewhere, lambda path: everything & catches(path))


def test_only_settings_reads_the_environment() -> None:
    """One module knows the names of variables."""
    others = [path for path in PRODUCT if path.name != "settings.py"]

    assert not offenders(others, lambda path: {"environ", "getenv"} & attributes(path))


def test_no_event_is_logged_whole() -> None:
    """An event may hold credentials."""
    assert not offenders(PRODUCT, lambda path: "log_event" in path.read_text())


def test_status_codes_live_in_the_api_alone() -> None:
    """Whoever else knows HTTP, knows it as a client of a source."""
    api = ROOT / "functions" / "api"
    others = [p for p in PRODUCT if not p.is_relative_to(api) and "connector_kit" not in p.parts]

    assert not offenders(others, lambda path: "HTTPStatus" in imports(path))


def test_our_own_code_is_never_patched() -> None:
    """Fakes are handed in."""
    patching = {"unittest.mock", "mock", "pytest_mock"}

    assert not offenders(FILES, lambda path: patching & imports(path))


def test_a_connector_knows_no_other() -> None:
    """Connectors are found by their module's name; one more is one file more."""
    connectors = within("connectors")
    assert not offenders(
        connectors, lambda path: [i for i in imports(path) if i.startswith("tidemark.connectors")]
    )
