"""No table is left out of backups, merges and erasures because its file was not loaded."""

import importlib
import pkgutil

import store
from store import schema
from store.row import Row


def test_the_schema_loads_every_file_that_has_a_table() -> None:
    for module in pkgutil.iter_modules(store.__path__):
        if module.name == "migrations":
            continue
        loaded = vars(importlib.import_module(f"store.{module.name}")).values()
        kinds = [kind for kind in loaded if isinstance(kind, type) and issubclass(kind, Row)]
        own = [kind for kind in kinds if kind.__module__ == f"store.{module.name}"]
        if module.name != "row" and own:
            assert hasattr(schema, module.name), f"store/schema.py must import store/{module.name}.py"
