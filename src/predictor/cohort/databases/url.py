"""Where a table lies: a file, or a database by its URL, which never shows a password."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal, Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from predictor.errors import DataError

Kind = Literal["duckdb", "sqlite", "postgresql"]

SUFFIXES = (".duckdb", ".ddb", ".sqlite", ".sqlite3", ".db")
"""Of files that hold a database."""

_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*)://")
_KINDS: dict[str, Kind] = {
    "duckdb": "duckdb",
    "sqlite": "sqlite",
    "postgresql": "postgresql",
    "postgres": "postgresql",
}
_SETTINGS = {
    "duckdb": ("table", "query"),
    "sqlite": ("table", "query"),
    "postgresql": ("table", "query", "sslmode", "host", "password"),
}
_EXAMPLES = {
    "duckdb": "duckdb:///clinic.duckdb?table=patients",
    "sqlite": "sqlite:///clinic.sqlite?table=patients",
    "postgresql": "postgresql://user@host/database?table=schema.patients",
}


class DatabaseURL(str):
    """A database and what to read from it; as a text it is the URL without its password.

    Attributes
    ----------
    kind
        Which database.
    file
        Of DuckDB and SQLite.
    server
        Of PostgreSQL: what its library needs to connect, the password among it if there is one.
    table
        A table or view, perhaps behind its schema and a point.
    query
        A file with one SELECT, in its place.
    """

    kind: Kind
    file: Path | None
    server: dict[str, str | int]
    table: str | None
    query: Path | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a URL apart.

        Raises
        ------
        DataError
            If it is none of a known kind; the message shows nothing of it but the kind, since a
            password could be anywhere in a text that has another form.
        """
        scheme = _scheme(text)
        if scheme not in _KINDS:
            raise DataError(
                f"{scheme}://: tables are read from files, and from duckdb://, sqlite:// and "
                f"postgresql://, as in {_EXAMPLES['duckdb']}"
            )
        kind = _KINDS[scheme]
        try:
            parts = urlsplit(text.strip())
            server = _server(parts) if kind == "postgresql" else {}
        except ValueError:
            raise _malformed(kind) from None
        file = _file(parts, kind) if kind != "postgresql" else None
        settings = _settings(parts, kind)
        if password := settings.pop("password", None):
            server["password"] = password
        server |= {key: settings[key] for key in ("sslmode", "host") if key in settings}
        found = cls(_shown(kind, parts, server, settings))
        found.kind, found.file, found.server = kind, file, server
        found.table = settings.get("table")
        found.query = Path(settings["query"]) if "query" in settings else None
        return found

    @classmethod
    def of_file(cls, path: Path, kind: Kind) -> Self:
        """A file with one table."""
        found = cls(path)
        found.kind, found.file, found.server = kind, path, {}
        found.table = found.query = None
        return found

    @property
    def called(self) -> str:
        """What the table is called."""
        if self.query is not None:
            return self.query.stem
        return self.table or (self.file.stem if self.file else str(self.server["dbname"]))

    def seen_from(self, folder: Path) -> str:
        """The same for who is in another folder."""
        if self.file is None or self.file.is_absolute():
            return str(self)
        here = os.path.relpath(self.file, folder)
        return f"{self.kind}:///{here}{self[self.index('?') :] if '?' in self else ''}"

    def of_table(self, name: str) -> str:
        """The URL of a table of the same database."""
        if self.file is not None:
            return f"{self.kind}:///{self.file}?table={name}"
        return f"{self.partition('?')[0]}?table={name}"


def located(place: Path | str) -> Path | DatabaseURL:
    """Where a table lies, as everything that prints it may have it.

    Raises
    ------
    DataError
        If it is a URL that cannot be understood.
    """
    if isinstance(place, DatabaseURL | Path):
        return place
    return DatabaseURL.parse(place) if _SCHEME.match(place) else Path(place)


def called(place: Path | str) -> str:
    """What a table is called: its name in a database, or its file's without folder and ending."""
    place = located(place)
    return place.called if isinstance(place, DatabaseURL) else place.stem


def _scheme(text: str) -> str:
    found = _SCHEME.match(text)
    return found.group(1).lower() if found else ""


def _malformed(kind: Kind) -> DataError:
    return DataError(
        f"{kind}://: the address cannot be understood; it is written like {_EXAMPLES[kind]}. A "
        f"sign like / ? # @ in a password must be percent-encoded; better, leave the password out: "
        f"it is taken from PGPASSWORD or ~/.pgpass"
    )


def _server(parts: SplitResult) -> dict[str, str | int]:
    database = unquote(parts.path.lstrip("/"))
    # behind the server, an @ is the rest of a password that was cut at a / or a ?
    if not database or "/" in database or parts.fragment or "@" in f"{parts.path}{parts.query}":
        raise ValueError
    given = {
        "host": parts.hostname,
        "port": parts.port,
        "user": None if parts.username is None else unquote(parts.username),
        "password": None if parts.password is None else unquote(parts.password),
        "dbname": database,
    }
    return {key: value for key, value in given.items() if value}


def _file(parts: SplitResult, kind: Kind) -> Path:
    if parts.netloc or len(parts.path) < 2 or parts.fragment:
        raise DataError(
            f"{kind}://: expected three slashes and the file, or four and a path from the root, "
            f"like {_EXAMPLES[kind]}"
        )
    return Path(unquote(parts.path[1:]))


def _settings(parts: SplitResult, kind: Kind) -> dict[str, str]:
    given = parse_qsl(parts.query, keep_blank_values=True)
    settings = dict(given)
    known = [name for name in _SETTINGS[kind] if name != "password"]
    if not set(settings) <= set(_SETTINGS[kind]) or len(settings) < len(given):
        raise DataError(
            f"{kind}://: what stands behind the ? is each of {', '.join(known)} at most once, like "
            f"{_EXAMPLES[kind]}"
        )
    if any(not value for value in settings.values()):
        raise DataError(f"{kind}://: something behind the ? is empty")
    if ("table" in settings) and ("query" in settings):
        raise DataError(f"{kind}://: give ?table=NAME or ?query=FILE.sql, not both")
    return settings


def _shown(
    kind: Kind, parts: SplitResult, server: dict[str, str | int], settings: dict[str, str]
) -> str:
    """The URL without a password."""
    what = "&".join(f"{key}={value}" for key, value in settings.items())
    behind = f"?{what}" if what else ""
    if kind != "postgresql":
        return f"{kind}://{parts.path}{behind}"
    user = f"{server['user']}@" if "user" in server else ""
    port = f":{server['port']}" if "port" in server else ""
    return f"{kind}://{user}{parts.hostname or ''}{port}{parts.path}{behind}"
