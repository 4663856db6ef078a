"""The services for files: loaded when a route first needs one of them."""

from functools import cached_property

from functions.api.wired import Wired
from tidemark.services.export_transactions import Exports
from tidemark.services.import_file import ImportFiles
from tidemark.services.read_transactions import ReadTransactions


class Filing:
    """What brings transactions in and out as files."""

    def __init__(self, wired: Wired, reading: ReadTransactions) -> None:
        """Put services together from these ports and services."""
        self._wired = wired
        self._reading = reading

    @cached_property
    def imports(self) -> ImportFiles:
        """Bring files in."""
        wired = self._wired
        return ImportFiles(
            imports=wired.imports(),
            integrations=wired.integrations(),
            uploads=wired.uploads(),
            queue=wired.files_queue(),
            clock=wired.clock(),
        )

    @cached_property
    def exports(self) -> Exports:
        """Bring files out."""
        wired = self._wired
        return Exports(
            imports=wired.imports(),
            reading=self._reading,
            uploads=wired.uploads(),
            queue=wired.files_queue(),
            clock=wired.clock(),
        )
