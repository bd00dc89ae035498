"""Arithmetic of a query as on paper: 8.3 - 6.3 is 2, and 0.7 * 90 is 63.

DuckDB computes in binary, where neither holds. Decimals of a fixed width are no way out: products
overflow them, and quotients and functions leave them. So a query is computed in binary, and its
rounding error, which is known, is taken out where it can decide something:

* a comparison takes two numbers that differ by less than the error as equal,
* any other use of a sum, product or quotient takes the decimal of 14 digits within the error, if
  there is one.

The error is a few units in the last place of the largest number that went into the expression,
its magnitude, which the rewritten query computes beside it: the magnitude of ``a - b`` is
``abs(a) + abs(b)``, that of ``a / b * c`` is ``abs(a) / abs(b) * abs(c)``. A value that was
typed, in the table or in the query, is compared as it is, to its last digit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from predictor.cohort.syntax import Node

_DIGITS = 15
# a rounding to 15 digits, which is up to 5e-15, and some of half a unit of 53 binary digits
_ERROR = 2.0**-46
_COMPARISONS = {
    "COMPARE_EQUAL": ("=", "true"),
    "COMPARE_NOTEQUAL": ("<>", "false"),
    "COMPARE_LESSTHAN": ("<", "false"),
    "COMPARE_LESSTHANOREQUALTO": ("<=", "true"),
    "COMPARE_GREATERTHAN": (">", "false"),
    "COMPARE_GREATERTHANOREQUALTO": (">=", "true"),
    "COMPARE_DISTINCT_FROM": ("IS DISTINCT FROM", "false"),
    "COMPARE_NOT_DISTINCT_FROM": ("IS NOT DISTINCT FROM", "true"),
}
# DuckDB's own function or operator of two numbers, and ours
_REPLACED = {
    "//": "whole_quotient",
    "divide": "whole_quotient",
    "%": "remainder",
    "mod": "remainder",
    "fmod": "remainder",
    "round": "rounded",
}
# functions that can give a decimal and miss it by a rounding
_ROUGH = {
    "**", "^", "pow", "power", "sqrt", "cbrt", "exp", "log", "log10", "log2",
    "list_sum", "list_avg", "list_median", "list_product", "list_aggregate", "list_aggr",
    "array_aggregate", "array_aggr", "aggregate", "list_dot_product", "list_inner_product",
    "array_dot_product", "array_inner_product", "list_stddev_pop", "list_stddev_samp",
    "list_var_pop", "list_var_samp",
}  # fmt: skip
_WHOLE = {
    "tinyint", "smallint", "integer", "int", "integral", "bigint", "hugeint", "decimal", "numeric",
    "dec", "int1", "int2", "int4", "int8", "int16", "int32", "int64", "int128", "oid", "short",
    "long", "signed", "utinyint", "usmallint", "uinteger", "ubigint", "uhugeint", "uint8", "uint16",
    "uint32", "uint64", "uint128",
}  # fmt: skip
# FLOAT has 53 binary digits in other databases; with the 24 it has here, 0.1 is more than 0.1
_NARROW = {"float", "real", "float4"}
_SIGNS = {**{sign: sign for sign in "+-*/"}, "add": "+", "subtract": "-", "multiply": "*"}


def _near(value: str, magnitude: str) -> str:
    # each is written once: what is nested would double with every level
    exponent = f"ceil(log10(least(greatest({magnitude}, 1e-290), 1e290)))"
    return f"round({value}, greatest({_DIGITS} - {exponent}, 0)::INTEGER)"


# whole numbers are exact as long as they are told apart at all
_EQUAL = f"abs(a - b) < least({_ERROR!r} * m, 0.5e0) AND isfinite(m)"
_TIMES = _near("a / b", "abs(a / b)")
_SHIFTED = _near("(v * pow(10e0, d))", "abs(v * pow(10e0, d))")
# name, arguments, what is done with binary numbers, and with whole numbers and all else
_FORMS = (
    ("near_decimal", "v, m", _near("v", "m"), "v"),
    # of numbers that are not whole, DuckDB makes no whole quotient
    ("whole_quotient", "a, b", f"trunc({_near('a // b', 'abs(a // b)')})", "a // b"),
    ("remainder", "a, b", _near(f"(a - b * trunc({_TIMES}))", "abs(a)"), "a % b"),
    (
        "rounded",
        "v, d",
        f"round({_SHIFTED}) / pow(10e0, d)",
        "round(v, d)",
    ),
    # a cast to a whole number or a decimal rounds the digits that are there: 2.5 to 3
    ("as_written", "v", "v::VARCHAR", "v"),
    *(
        (
            kind.lower(),
            "a, b, m",
            f"CASE WHEN {_EQUAL} THEN {met} ELSE a {sign} b END",
            f"a {sign} b",
        )
        for kind, (sign, met) in _COMPARISONS.items()
    ),
)


def _macro(name: str, arguments: str, of_numbers: str, of_others: str) -> str:
    def typed(kind: str) -> str:
        kinds = {"m": "DOUBLE", "d": "INTEGER"}
        return ", ".join(f"{a} {kinds.get(a, kind)}" for a in arguments.split(", "))

    return (
        f"CREATE MACRO {name}({arguments}) AS {of_others}, ({typed('BIGINT')}) AS {of_others}, "
        f"({typed('HUGEINT')}) AS {of_others}, ({typed('DOUBLE')}) AS {of_numbers}"
    )


MACROS = {
    "magnitude": "CREATE MACRO magnitude(v) AS 0e0, (v DOUBLE) AS abs(v)",
    # whole numbers become binary ones before their product overflows
    "product": "CREATE MACRO product(a, b) AS a * b, (a BIGINT, b BIGINT) AS a::HUGEINT * b, "
    "(a HUGEINT, b HUGEINT) AS a::DOUBLE * b",
    **{form[0]: _macro(*form) for form in _FORMS},
}
"""The macros that rewritten queries call, by name."""


class _Scope(NamedTuple):
    """What names mean in a query: whether it reads `cohort` alone, and what it names itself."""

    cohort: bool
    named: Mapping[str, Node]


_ELSEWHERE = _Scope(False, {})


class Exact:
    """Rewrites the syntax trees of queries so that their arithmetic is as on paper.

    Parameters
    ----------
    table
        Name of the one table.
    columns
        Names of its columns, whose values are compared as they were typed.
    aggregates
        Names of the functions of many rows. Expressions with one are left as they are: macros do
        not take them, and a value may not depend on other patients anyway.
    rounding
        Whether the error of binary numbers is taken out. If not, the query is only kept from
        overflowing; that is quicker, and enough to see what a value depends on.
    """

    def __init__(
        self,
        table: str,
        columns: Collection[str],
        aggregates: Collection[str],
        *,
        rounding: bool,
    ) -> None:
        self._table = table
        self._columns = frozenset(name.casefold() for name in columns)
        self._aggregates = frozenset(aggregates)
        self._rounding = rounding

    def tree(self, node: Any, scope: _Scope = _ELSEWHERE) -> Any:
        """A syntax tree as DuckDB serialises it, rewritten; the one given is not changed."""
        if isinstance(node, list):
            return [self.tree(child, scope) for child in node]
        if not isinstance(node, dict) or node.get("class") == "SUBQUERY":
            return node  # DuckDB does not find outer columns in a macro of an inner query
        if node.get("type") == "JOIN" and node["right"]["type"] == "SUBQUERY":
            # nor in one beside its table, which may be lateral
            return {**node, "left": self.tree(node["left"], scope)}
        if node.get("type") == "SELECT_NODE":
            scope = self._scope(node)
        if node.get("class") == "COLUMN_REF" and scope.cohort:
            # a macro does not know the type of what the same SELECT has named
            named = scope.named.get(node["column_names"][-1].casefold())
            return node if named is None else self.tree(named, scope) | {"alias": node["alias"]}
        if "class" in node and not self._is_left(node, scope):
            changed = self._expression(node, scope)
            if changed is not None:
                return changed | {"alias": node["alias"]}
        return {key: self.tree(value, scope) for key, value in node.items()}

    def _scope(self, query: Node) -> _Scope:
        source = query.get("from_table") or {}
        cohort = (
            source.get("type") == "BASE_TABLE" and source["table_name"].casefold() == self._table
        )
        named = {
            item["alias"].casefold(): item for item in query["select_list"] if item.get("alias")
        }
        if cohort:
            named = {name: item for name, item in named.items() if name not in self._columns}
        return _Scope(cohort, named)

    def _expression(self, node: Node, scope: _Scope) -> Node | None:
        """An expression that is rewritten, or None."""
        kind, type_ = node["class"], node["type"]
        if kind == "FUNCTION":
            return self._function(node, scope)
        if kind == "COMPARISON" and type_ in _COMPARISONS:
            return self._compared(type_, node["left"], node["right"], scope)
        if kind == "BETWEEN":
            ends = (("GREATER", node["lower"]), ("LESS", node["upper"]))
            return _conjunction("AND", [
                self._compared(f"COMPARE_{word}THANOREQUALTO", node["input"], end, scope)
                for word, end in ends
            ])  # fmt: skip
        if type_ == "COMPARE_IN" and not self._all_typed(node["children"], scope):
            asked, *among = node["children"]
            return _conjunction(
                "OR", [self._compared("COMPARE_EQUAL", asked, one, scope) for one in among]
            )
        if kind == "CAST":
            return self._cast(node, scope)
        return None

    def _cast(self, node: Node, scope: _Scope) -> Node | None:
        name = str(node["type_expr"].get("type_name")).casefold()
        if name in _WHOLE:
            return {**node, "child": _call("as_written", self.tree(node["child"], scope))}
        if name in _NARROW:
            wide = {**node["type_expr"], "type_name": "DOUBLE"}
            wide["qualified_name"] = {"path": ["DOUBLE"]}
            return {**node, "child": self.tree(node["child"], scope), "type_expr": wide}
        return None

    def _function(self, node: Node, scope: _Scope) -> Node | None:
        if _is_arithmetic(node):
            value, magnitude = self._arithmetic(node, scope)
            return _call("near_decimal", value, magnitude) if self._rounding else value
        name = node["function_name"].casefold()
        arguments = [self.tree(entry["expression"], scope) for entry in node["arguments"]]
        if name in _REPLACED and len(arguments) == 2:
            return _call(_REPLACED[name], *arguments)
        if name in _ROUGH and self._rounding:
            value = _call(name, *arguments, operator=node["is_operator"])
            return _call("near_decimal", value, _call("magnitude", value))
        return None

    def _compared(self, kind: str, left: Node, right: Node, scope: _Scope) -> Node:
        if self._all_typed([left, right], scope):
            return _node("COMPARISON", kind, left=left, right=right)
        one, its_size = self._arithmetic(left, scope)
        other, size = self._arithmetic(right, scope)
        if not self._rounding:
            return _node("COMPARISON", kind, left=one, right=other)
        return _call(kind.lower(), one, other, _operator("+", its_size, size))

    def _arithmetic(self, node: Node, scope: _Scope) -> tuple[Node, Node]:
        """A sum, product or quotient as DuckDB computes it, and its magnitude."""
        if not _is_arithmetic(node):
            leaf = _floating(self.tree(node, scope))
            return leaf, _call("magnitude", leaf)
        sign = _SIGNS[node["function_name"]]
        below = [entry["expression"] for entry in node["arguments"]]
        (left, size), *rest = [self._arithmetic(operand, scope) for operand in below]
        if not rest:
            return _operator(sign, left), size
        [(right, right_size)] = rest
        if sign in "+-":
            return _operator(sign, left, right), _operator("+", size, right_size)
        if sign == "*":
            return _call("product", left, right), _operator("*", size, right_size)
        size = _operator("/", size, _call("magnitude", right))
        if _is_arithmetic(below[1]):
            # what was lost in a difference below the line is lost in the quotient
            size = _operator("*", size, _operator("/", right_size, _call("magnitude", right)))
        return _operator(sign, left, right), size

    def _all_typed(self, nodes: list[Node], scope: _Scope) -> bool:
        """Whether all are values that somebody typed: constants, or columns of the cohort."""
        return all(
            _unsigned(node).get("class") == "CONSTANT"
            or (
                scope.cohort
                and node.get("class") == "COLUMN_REF"
                and node["column_names"][-1].casefold() in self._columns
            )
            for node in nodes
        )

    def _is_left(self, node: Any, scope: _Scope) -> bool:
        """Whether an expression has, outside a query inside it, what a macro does not take.

        Functions of many rows, and names of the same SELECT where they may be columns as well.
        """
        if isinstance(node, list):
            return any(self._is_left(child, scope) for child in node)
        if not isinstance(node, dict) or str(node.get("type")).endswith("_NODE"):
            return False
        return (
            node.get("class") == "WINDOW"
            or str(node.get("function_name")).casefold() in self._aggregates | {"unnest"}
            or (
                node.get("class") == "COLUMN_REF"
                and not scope.cohort
                and node["column_names"][-1].casefold() in scope.named
            )
            or any(self._is_left(value, scope) for value in node.values())
        )


def _is_arithmetic(node: Node) -> bool:
    return node.get("class") == "FUNCTION" and node["function_name"] in _SIGNS


def _unsigned(node: Node) -> Node:
    """What a sign stands before."""
    signed = _is_arithmetic(node) and len(node["arguments"]) == 1
    return node["arguments"][0]["expression"] if signed else node


def _floating(node: Node) -> Node:
    """0.7 as a binary number, as the columns are: decimals of DuckDB overflow when multiplied."""
    literal = node.get("literal")
    if isinstance(literal, Mapping) and literal.get("kind") == "NUMERIC":
        text = str(literal["text"])
        if "e" not in text.casefold():
            return {**node, "literal": {**literal, "text": f"{text}e0"}}
    return node


def _node(kind: str, type_: str, **parts: Any) -> Node:
    place = {"query_location": 0, "query_location_length": 0}
    return {"class": kind, "type": type_, "alias": "", **place, **parts}


def _call(name: str, *arguments: Node, operator: bool = False) -> Node:
    return _node(
        "FUNCTION",
        "FUNCTION",
        function_name=name,
        schema="",
        filter=None,
        order_bys={"type": "ORDER_MODIFIER", "orders": []},
        distinct=False,
        is_operator=operator,
        export_state=False,
        catalog="",
        arguments=[{"name": "", "expression": argument} for argument in arguments],
        qualified_name={"path": [name]},
    )


def _operator(sign: str, *arguments: Node) -> Node:
    return _call(sign, *arguments, operator=True)


def _conjunction(word: str, children: list[Node]) -> Node:
    return _node("CONJUNCTION", f"CONJUNCTION_{word}", children=children)
