"""The base of every object read from a study file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer


def _by_name(value: object) -> object:
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return {name: '"' + name.replace('"', '""') + '"' for name in value}
    return value


def _unchanging(value: dict[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(value)


def _plain(value: Mapping[Any, Any]) -> dict[Any, Any]:
    return dict(value)


frozen = (AfterValidator(_unchanging), PlainSerializer(_plain))
"""What makes a mapping of a study immutable, and writes it as a plain one."""
Texts = Annotated[Mapping[str, str], *frozen]
"""Named texts, which cannot be changed either."""
Expressions = Annotated[
    Mapping[str, str],
    BeforeValidator(_by_name, json_schema_input_type=Mapping[str, str] | list[str]),
    *frozen,
]
"""Named SQL expressions; a list of columns is each column by its name."""
Settings = Annotated[Mapping[str, Any], *frozen]
"""Named settings of any kind: what a learner can be given is for the learner to say."""
Directions = Annotated[Mapping[str, Literal["less", "more"]], *frozen]
"""Whether more of a covariate is expected to go with less or with more of the event."""
Knots = Annotated[Mapping[str, Annotated[int, Field(ge=3, le=7, strict=True)]], *frozen]
"""Numbers of knots by covariate."""
Numbers = Annotated[Mapping[str, Annotated[float, Field(allow_inf_nan=False)]], *frozen]
"""Named numbers."""


class Frozen(BaseModel):
    """Immutable; an unknown key is an error, never ignored."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        serialize_by_alias=True,
        defer_build=True,  # a part that is only read within a study is not built by itself
    )

    def __getstate__(self) -> dict[Any, Any]:
        """What is packed for another process: a mapping that cannot be changed cannot be packed."""
        state = super().__getstate__()
        values = state["__dict__"].items()
        return state | {"__dict__": {n: _plain(v) if _fixed(v) else v for n, v in values}}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        """Made of what was packed."""
        values = state["__dict__"].items()
        found = {n: _unchanging(v) if isinstance(v, dict) else v for n, v in values}
        super().__setstate__(state | {"__dict__": found})


def _fixed(value: object) -> bool:
    return isinstance(value, MappingProxyType)
