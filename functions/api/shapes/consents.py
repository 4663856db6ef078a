"""Consents over the wire."""

from typing import Annotated

from pydantic import ConfigDict, Field

from functions.api.shapes.fields import Shape

_LONGEST = 4_096

Text = Annotated[str | None, Field(max_length=_LONGEST, repr=False)]


class CallbackQuery(Shape):
    """What a bank sends its customers back with; GoCardless calls the state `ref`.

    What else comes with it is the bank's own business, and left alone (RFC 6749, 4.1.2).
    """

    model_config = ConfigDict(extra="ignore")

    code: Text = None
    state: Text = None
    ref: Text = None
    error: Text = None
    error_description: Text = None
    details: Text = None
