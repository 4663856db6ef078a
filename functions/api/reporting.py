"""The services of reports: put together by the one route that needs them."""

from functions.api.wired import Wired
from tidemark.services.integration_readiness import CountUnvalued, IntegrationReadiness
from tidemark.services.report_readiness import ReportReadiness


class Reporting:
    """What tells whether a report is ready."""

    def __init__(self, wired: Wired, valuations: CountUnvalued) -> None:
        """Put services together from these ports, and from what knows values."""
        self._wired = wired
        self._valuations = valuations

    @property
    def readiness(self) -> ReportReadiness:
        """List what keeps a report from being ready."""
        wired = self._wired
        return ReportReadiness(
            accounts=wired.accounts(),
            integrations=wired.integrations(),
            issues=wired.issues(),
            duplicates=wired.duplicates(),
            imports=wired.imports(),
            looking=self._looking,
            clock=wired.clock(),
        )

    @property
    def _looking(self) -> IntegrationReadiness:
        """Look at one integration."""
        wired = self._wired
        return IntegrationReadiness(
            runs=wired.runs(),
            coverage=wired.coverage(),
            parked=wired.parked(),
            connectors=wired.connectors(),
            valuations=self._valuations,
        )
