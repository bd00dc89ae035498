"""What a drafted study still asks of whoever knows the patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from predictor.study.study import Study

FILL_IN = "FILL_IN"
"""Stands in a draft where nothing could be guessed."""

_SHOWN = 8


def asked(study: Study) -> tuple[str, ...]:
    """Keys to be filled in and guesses to be confirmed; nothing is trained while there are any."""
    questions = [f"{key}: to be filled in" for key in _keys_with(FILL_IN, study.model_dump(), "")]
    if "visits" in study.to_confirm:
        questions.append(
            "to_confirm: it is guessed which rows are of which time point; correct what visits "
            "says, then take visits out of to_confirm"
        )
    if names := [name for name in study.to_confirm if name != "visits"]:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        questions.append(
            f"to_confirm: {len(names)} columns are presumed to be known at {study.predict_at}, as "
            f"no name tells a time ({', '.join(names[:_SHOWN])}{more}); correct known_at of those "
            f"that become known later, then delete the key to_confirm"
        )
    return tuple(questions)


def _keys_with(text: str, document: object, key: str) -> Iterator[str]:
    """Keys under which a text stands; entries of a list go by their name, if they have one."""
    if document == text:
        yield key.removeprefix(".")
    elif isinstance(document, Mapping):
        for name, entry in document.items():
            yield from _keys_with(text, entry, f"{key}.{name}")
    elif isinstance(document, list | tuple):
        for place, entry in enumerate(document):
            name = entry.get("name", place) if isinstance(entry, Mapping) else place
            yield from _keys_with(text, entry, f"{key}.{name}")
