"""What the modules of a package define: one thing each, found by the module's name."""

import importlib
import pkgutil

from tidemark.errors import NotFound


def names(package: str) -> list[str]:
    """Give the names of all modules, in order."""
    path = importlib.import_module(package).__path__
    return sorted(module.name for module in pkgutil.iter_modules(path))


def classes(package: str, name: str) -> list[type]:
    """Give the classes that a module itself defines. Raises NotFound: there is no such module."""
    if name not in names(package):
        raise NotFound
    module = importlib.import_module(f"{package}.{name}")
    found = (value for value in vars(module).values() if isinstance(value, type))
    return [each for each in found if each.__module__ == module.__name__]
