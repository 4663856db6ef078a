"""The service that deletes integrations: it reaches everything that is kept of them."""

from functions.api.wired import Wired
from tidemark.services.delete_integration import DeleteIntegration, Remains
from tidemark.services.pairs import Pairs
from tidemark.services.stop import Stop


def delete_integration(wired: Wired, stop: Stop, pairs: Pairs) -> DeleteIntegration:
    """Put it together from these ports and services."""
    remains = Remains(
        ledger=wired.ledger(),
        months=wired.months(),
        coverage=wired.coverage(),
        parked=wired.parked(),
        issues=wired.issues(),
        snapshots=wired.snapshots(),
        runs=wired.runs(),
        journal=wired.journal(),
        pairs=pairs,
    )
    return DeleteIntegration(
        integrations=wired.integrations(),
        remains=remains,
        stop=stop,
        accounts=wired.accounts(),
        clock=wired.clock(),
        queue=wired.queue(),
    )
