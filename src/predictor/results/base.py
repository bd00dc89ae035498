"""What all results have in common: frozen, of plain values, and the same again out of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    WrapSerializer,
    model_validator,
)

from predictor.printable import visible_document

if TYPE_CHECKING:
    import pandas as pd

FORMAT: Literal[1] = 1
"""Of the documents; a reader refuses another one."""

Number = float | None
"""A finite number, or None where it is not estimable or does not apply."""
Numbers = tuple[Number, ...]
"""A row of them."""
Count = int | str
"""A number of patients, or what is said in its place (`predictor.disclosure`)."""


def _as_dict(
    value: Mapping[str, object], handler: SerializerFunctionWrapHandler
) -> dict[str, object]:
    found: dict[str, object] = handler(dict(value))
    return found


Value = TypeVar("Value")
Named = Annotated[
    Mapping[str, Value], AfterValidator(MappingProxyType), WrapSerializer(_as_dict)
]  # fmt: skip
"""Values by name, in an order that is kept; cannot be changed either."""


class Result(BaseModel):
    """A result: its values cannot be changed, a key it does not know is an error."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        hide_input_in_errors=True,
        serialize_by_alias=True,
        validate_by_name=True,
        defer_build=True,  # no command needs all of them
    )

    def to_json(self) -> dict[str, Any]:
        """Plain data, ready for JSON; `from_json` makes the same result of it."""
        return self.model_dump(mode="json")

    def visible(self) -> Self:
        """The same with every text as it may be shown: control characters as escapes."""
        return self.from_json(visible_document(self.to_json()))

    @classmethod
    def from_json(cls, document: object) -> Self:
        """The result that `to_json` made a document of.

        Raises
        ------
        ValueError
            If the document is of another kind or of another format; without any value of it.
        """
        return cls.model_validate(document, by_alias=True, by_name=False)


class Columns(Result):
    """A result of rows of equal length."""

    @model_validator(mode="after")
    def _equally_long(self) -> Self:
        if len({len(row) for row in self._rows().values()}) > 1:
            raise ValueError("its rows are not equally long")
        return self

    def _rows(self) -> dict[str, Numbers]:
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: value for name, value in values.items() if isinstance(value, tuple)}

    def to_frame(self) -> pd.DataFrame:
        """A row per point, a column per row of numbers; None becomes nan."""
        import pandas as pd

        return pd.DataFrame(self._rows(), dtype=float)
