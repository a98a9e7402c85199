"""What all tables share: the names of their constraints, and rows that never show personal data."""

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from sqlalchemy import MetaData
from sqlmodel import SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel):
    """What all rows share: their names of constraints, and a repr that never shows personal data."""

    metadata = MetaData(naming_convention=NAMING)
    # Nobody validates a row: its schema, large as it is, is made only should somebody ask for it.
    model_config = SQLModel.model_config | {"defer_build": True}

    def __init__(self, **values: Any) -> None:
        """A row of these values and the defaults of the rest.

        Rows are values here, and no session asks for their history: kept as plain attributes they cost a tenth of
        what SQLModel and SQLAlchemy's bookkeeping take for each column.
        """
        plain, made = _defaults(type(self))
        self.__dict__.update(plain)
        for name, make in made.items():
            if name not in values:
                self.__dict__[name] = make()
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__[name] = value

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'id', '')}>"

    __str__ = __repr__


@cache
def _defaults(table: type[Row]) -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
    fields = table.model_fields.items()
    plain = {name: field.default for name, field in fields if not field.is_required() and not field.default_factory}
    return plain, {name: cast(Any, field.default_factory) for name, field in fields if field.default_factory}
