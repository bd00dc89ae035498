"""YAML as it is read and written here: what looks like a level is one."""

from __future__ import annotations

import contextlib
import re
from typing import Any, cast

import yaml

_DEEPEST = 20  # lists and mappings inside each other
_MOST = 200_000  # texts, numbers, lists and mappings, those behind an alias counted each time
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")


def read(text: str, *, dumped: bool = False) -> Any:
    """The document that a text is, by `Loader`.

    Parameters
    ----------
    text
        YAML.
    dumped
        Whether it should be as `Dumper` writes it. Then it is read by libyaml if that is there,
        ten times as fast; what that refuses is read again, for what `Loader` says of it. In what
        people write the two differ here and there.
    """
    if dumped and _QUICK is not None and "\t" not in text:
        with contextlib.suppress(yaml.YAMLError, ValueError, OverflowError):
            return yaml.load(text, Loader=_QUICK)  # noqa: S506 - a SafeLoader underneath
    return yaml.load(text, Loader=Loader)  # noqa: S506 - a SafeLoader underneath


_TEXT = "tag:yaml.org,2002:str"
_PLAIN_KEYS = re.compile(r"(?P<bool>true|false)|(?P<int>0|-?[1-9][0-9]{0,8})")


class _Dialect(yaml.composer.Composer, yaml.constructor.SafeConstructor, yaml.resolver.Resolver):
    """What is read otherwise than in YAML 1.1, whatever takes the text apart."""

    def __init__(self) -> None:
        yaml.composer.Composer.__init__(self)
        yaml.constructor.SafeConstructor.__init__(self)
        yaml.resolver.Resolver.__init__(self)
        self._depth = 0
        self._sizes: dict[int, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """The node that comes next."""
        event: Any = cast("Any", self).peek_event()  # of the parser
        mark = event.start_mark
        if getattr(event, "tag", None) not in (None, "!"):
            raise yaml.composer.ComposerError(None, None, "tags like !!int are not read", mark)
        if self._depth == _DEEPEST:
            problem = f"nested more than {_DEEPEST} deep"
            raise yaml.composer.ComposerError(None, None, problem, mark)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        if isinstance(node, yaml.ScalarNode) and _HALF_A_CHARACTER.search(node.value):
            raise yaml.composer.ComposerError(None, None, "half of a character", mark)
        if isinstance(event, yaml.AliasEvent) and id(node) not in self._sizes:
            raise yaml.composer.ComposerError(None, None, "an alias of what it is in", mark)
        if node is not None:
            self._sizes[id(node)] = self._size(node)
            if self._sizes[id(node)] > _MOST:
                problem = f"more than {_MOST} texts and numbers, with what aliases repeat"
                raise yaml.composer.ComposerError(None, None, problem, mark)
        return node

    def _size(self, node: yaml.Node) -> int:
        """How many nodes there are, from this one down; those inside have been counted."""
        if isinstance(node, yaml.SequenceNode):
            return 1 + sum(self._sizes[id(part)] for part in node.value)
        if isinstance(node, yaml.MappingNode):
            return 1 + sum(self._sizes[id(part)] for pair in node.value for part in pair)
        return 1

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping of a node: its keys are texts as they stand there, each given once."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                problem = "a key must be text, not a list or a mapping"
            elif key.value in seen:
                problem = f"the key {key.value!r} is given twice"
            else:
                seen.add(key.value)
                continue
            raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        self.flatten_mapping(node)  # << is no key
        for key, _ in node.value:
            key.tag = _TEXT
        return super().construct_mapping(node, deep)


# In YAML 1.1 `no` is a boolean, 2020-01-31 a date, 01 an octal number and 1:20 eighty; in a data
# dictionary all of them are texts. 1e-9, there a text, is a number.
_PLAIN = {
    "bool": (r"true|false", "tf"),
    "int": (r"[-+]?(0|[1-9][0-9]{0,38})", "-+0123456789"),
    "float": (
        r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan",
        "-+.0123456789",
    ),
}
_Dialect.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag.rpartition(":")[2] not in (*_PLAIN, "timestamp")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _kind, (_pattern, _first) in _PLAIN.items():
    _Dialect.add_implicit_resolver(
        f"tag:yaml.org,2002:{_kind}", re.compile(f"(?:{_pattern})$"), list(_first)
    )


class Loader(_Dialect, yaml.SafeLoader):
    """YAML without surprises: only true and false are booleans, a key given twice is an error.

    A key is the text that stands there, so ``true:`` and ``1:`` are keys like others.

    Nor does a small text become a large document: tags are not read, nesting has an end, and what
    aliases repeat is counted.
    """

    def __init__(self, stream: str) -> None:
        yaml.SafeLoader.__init__(self, stream)
        _Dialect.__init__(self)


def _with_libyaml() -> type | None:
    """`Loader` with the parser of libyaml, if it is there."""
    if not yaml.__with_libyaml__:
        return None

    class Quick(_Dialect, yaml.CSafeLoader):
        def __init__(self, stream: str) -> None:
            yaml.CSafeLoader.__init__(self, stream)
            _Dialect.__init__(self)

    return Quick


_QUICK = _with_libyaml()


def inline(value: object) -> str:
    """A value as a study file writes it within a line.

    Examples
    --------
    >>> print(inline({"known_at": "T0", "range": [0, 10], "levels": ["no", "a, b"]}))
    {known_at: T0, range: [0, 10], levels: ['no', 'a, b']}
    """

    def dumped(style: str | None) -> str:
        text: str = yaml.dump(
            value,
            Dumper=Dumper,
            default_flow_style=True,
            default_style=style,
            sort_keys=False,
            allow_unicode=True,
            width=float("inf"),
        )
        return text.removesuffix("...\n").strip()

    written = dumped(None)
    # a line end inside a text would be one of the file, were it not escaped between double quotes
    return written if len(written.splitlines()) == 1 else dumped('"')


class Dumper(yaml.SafeDumper):
    """Quotes every text that this reader or another would take for something else.

    Keys are texts whatever they look like; true, false and codes stand there without quotes.
    """

    def represent_mapping(self, tag: str, mapping: Any, flow_style: Any = None) -> yaml.MappingNode:
        """The node of a mapping."""
        node = super().represent_mapping(tag, mapping, flow_style)
        for key, _ in node.value:
            if key.tag == _TEXT and (kind := _PLAIN_KEYS.fullmatch(key.value)):
                key.tag = f"tag:yaml.org,2002:{kind.lastgroup}"
        return node


Dumper.yaml_implicit_resolvers = {
    first: [*Loader.yaml_implicit_resolvers.get(first, ()), *resolvers]
    for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
}
