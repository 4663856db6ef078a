"""Answers the HTTP API's requests."""

from functions.api.entry import Api
from functions.api.services import Services
from tidemark import wiring

handler = Api(Services(wiring))
