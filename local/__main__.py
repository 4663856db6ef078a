"""``python -m local``: serve the product here, make a token, play with it, show it."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from local.trouble import CannotStart

HERE = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks."""
    asked = _parser().parse_args(arguments)
    command = {"serve": _serve, "token": _token, "play": _play, "demo": _demo}[asked.command]
    try:
        return command(asked)
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _serve(asked: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from local.server import Settings, serve  # noqa: PLC0415 (imports moto: two seconds)

    sources = dict(asked.source)
    settings = Settings(
        asked.api_port,
        asked.aws_port,
        sources,
        asked.now,
        asked.quiet,
        asked.root,
        asked.webhook_origin,
    )
    serve(settings)
    return 0


def _token(asked: argparse.Namespace) -> int:
    """Print a bearer token."""
    from local.identity import token  # noqa: PLC0415 (only this command needs it)

    sys.stdout.write(token(asked.owner, asked.scope) + "\n")
    return 0


def _play(asked: argparse.Namespace) -> int:
    """Serve together with the replay sources."""
    from local.play import play  # noqa: PLC0415 (only this command needs it)

    return play(asked.api_port, asked.aws_port)


def _demo(_: argparse.Namespace) -> int:
    """Show the product at work."""
    from local.demo import demo  # noqa: PLC0415 (only this command needs it)

    return demo()


def _parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve the HTTP API and AWS until SIGTERM")
    play = commands.add_parser("play", help="serve with replay sources, and say how to call it")
    for command in (serve, play):
        command.add_argument("--api-port", type=int, default=3000, help="0: any free one")
        command.add_argument("--aws-port", type=int, default=4566, help="0: any free one")
    serve.add_argument(
        "--source", type=_source, action="append", default=[], metavar="NAME=URL",
        help="base URL of a connector; without it the connector talks to the provider",
    )  # fmt: skip
    serve.add_argument(
        "--webhook-origin", type=_origin, action="append", default=[], metavar="URL",
        help="where webhooks may go on this machine, as in http://127.0.0.1:9400",
    )  # fmt: skip
    serve.add_argument("--now", type=_moment, help="what the product's clock shows, RFC 3339")
    serve.add_argument("--quiet", action="store_true", help="no logs on stderr")
    serve.add_argument("--root", type=_folder, default=HERE, help=argparse.SUPPRESS)
    token = commands.add_parser("token", help="print a bearer token for a local server")
    token.add_argument("--owner", required=True, help="whose token (the sub claim)")
    token.add_argument("--scope", default="read write", help="scopes, separated by spaces")
    commands.add_parser("demo", help="connect three sources, sync them twice, and show it")
    return parser


def _folder(text: str) -> Path:
    """Read a folder that holds a template.yaml."""
    folder = Path(text).resolve()
    if not (folder / "template.yaml").is_file():
        raise argparse.ArgumentTypeError(f"no template.yaml in {folder}")
    return folder


def _source(text: str) -> tuple[str, str]:
    """Read NAME=URL."""
    name, _, url = text.partition("=")
    if not name.isidentifier() or urlsplit(url).scheme not in {"http", "https"}:
        raise argparse.ArgumentTypeError(f"not NAME=URL: {text}")
    return name, url


def _origin(text: str) -> str:
    """Read an origin: scheme, host and port, nothing more. Raises ValueError: no such port."""
    parts = urlsplit(text)
    plain = text == f"{parts.scheme}://{parts.netloc}" and not {"@", ","} & set(text)
    if parts.scheme not in {"http", "https"} or not plain or parts.port == 0:
        raise argparse.ArgumentTypeError(f"not an origin: {text}")
    return text


def _moment(text: str) -> datetime:
    """Read a moment; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not a moment: {text}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())
