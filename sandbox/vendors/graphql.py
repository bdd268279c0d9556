"""As much of GraphQL as a sandbox vendor needs: a parser of one query, and types that render many rows at once.

A type maps field names to functions `(rows, selected) -> JSON texts`, one text per row: columns are encoded once, pages
are only put together. Exactly what was asked for is answered, in the order asked.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Rows = Sequence[int]
Field = Callable[[Rows, "Selected"], list[str]]
Type = Mapping[str, Field]

_TOKEN = re.compile(r'\$?\w+|\.\.\.|"(?:[^"\\]|\\.)*"|-?\d+|[{}()\[\]:!]')


class GraphQLError(Exception):
    """What the vendor answers in `errors`; `code` goes into its extensions."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Selected:
    """A field that is asked for, with its arguments and what is asked of it."""

    arguments: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, "Selected"] = field(default_factory=dict)


def parse(query: str, variables: Mapping[str, Any]) -> Mapping[str, Selected]:
    """The top fields of the query; GraphQLError when it is not one."""
    tokens = _TOKEN.findall(query)
    try:
        start = tokens.index("{")
        return _Parser(tokens, start, variables).selection()
    except (IndexError, ValueError):
        raise GraphQLError("syntax error", "syntaxError") from None


class _Parser:
    def __init__(self, tokens: list[str], at: int, variables: Mapping[str, Any]) -> None:
        self._tokens, self._at, self._variables = tokens, at, variables

    def selection(self) -> dict[str, Selected]:
        self._take("{")
        found: dict[str, Selected] = {}
        while self._peek() != "}":
            if self._peek() == "...":
                # `... on Order { … }`: nodes that are asked for by id are of one kind here
                self._at += 3
                found |= self.selection()
                continue
            name = self._next()
            arguments = self._arguments() if self._peek() == "(" else {}
            found[name] = Selected(arguments, self.selection() if self._peek() == "{" else {})
        self._take("}")
        return found

    def _arguments(self) -> dict[str, Any]:
        self._take("(")
        found: dict[str, Any] = {}
        while self._peek() != ")":
            name = self._next()
            self._take(":")
            found[name] = self._value()
        self._take(")")
        return found

    def _value(self) -> Any:
        token = self._next()
        if token.startswith("$"):
            return self._variables.get(token[1:])
        if token.startswith('"'):
            return token[1:-1]
        if token.lstrip("-").isdigit():
            return int(token)
        return {"true": True, "false": False, "null": None}.get(token, token)

    def _peek(self) -> str:
        return self._tokens[self._at]

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, token: str) -> None:
        if self._next() != token:
            raise ValueError(token)


def render(name: str, kind: Type, rows: Rows, fields: Mapping[str, Selected]) -> list[str]:
    """One JSON object per row; GraphQLError for a field that the type does not have."""
    columns: list[list[str]] = []
    for asked, selected in fields.items():
        if asked not in kind:
            raise GraphQLError(f"Field '{asked}' doesn't exist on type '{name}'", "undefinedField")
        columns.append(kind[asked](rows, selected))
    if len(columns) == 1:
        head = f'{{"{next(iter(fields))}":'
        return [head + text + "}" for text in columns[0]]
    template = "{" + ",".join(f'"{asked}":%s' for asked in fields) + "}"
    return [template % values for values in zip(*columns, strict=True)]


def scalar(texts: Sequence[str]) -> Field:
    """A column of JSON texts."""
    return lambda rows, _: [texts[row] for row in rows]


def constant(text: str) -> Field:
    return lambda rows, _: [text] * len(rows)


def embedded(name: str, kind: Type, count: int, is_there: Sequence[bool] | None = None) -> Field:
    """An object that lies in the same row of a table of `count` rows; null where it is not there.

    Rendered once for the whole table and each form in which it is asked for: pages only pick from it.
    """
    columns: dict[str, list[str]] = {}

    def field_of(rows: Rows, selected: Selected) -> list[str]:
        form = _form(selected.fields)
        if form not in columns:
            known = range(count) if is_there is None else [row for row in range(count) if is_there[row]]
            texts = ["null"] * count
            for row, text in zip(known, render(name, kind, known, selected.fields), strict=True):
                texts[row] = text
            columns[form] = texts
        column = columns[form]
        return [column[row] for row in rows]

    return field_of


def _form(fields: Mapping[str, Selected]) -> str:
    """What is asked for, as one text."""
    return "{" + " ".join([name + _form(selected.fields) for name, selected in fields.items()]) + "}" if fields else ""


def reference(name: str, kind: Type, targets: Sequence[int]) -> Field:
    """An object in another table's row; null where the target is negative."""

    def field_of(rows: Rows, selected: Selected) -> list[str]:
        known = [targets[row] for row in rows if targets[row] >= 0]
        texts = iter(render(name, kind, known, selected.fields))
        return [next(texts) if targets[row] >= 0 else "null" for row in rows]

    return field_of


def listed(name: str, kind: Type, starts: Sequence[int], ends: Sequence[int]) -> Field:
    """A plain list of rows `starts[row]` to `ends[row]` of another table, cut at the argument `first`."""

    def field_of(rows: Rows, selected: Selected) -> list[str]:
        first = selected.arguments.get("first")
        spans = [(starts[row], ends[row] if first is None else min(ends[row], starts[row] + first)) for row in rows]
        texts = render(name, kind, [child for start, end in spans for child in range(start, end)], selected.fields)
        found: list[str] = []
        at = 0
        for start, end in spans:
            found.append("[" + ",".join(texts[at : at + end - start]) + "]")
            at += end - start
        return found

    return field_of


def connection(name: str, kind: Type, starts: Sequence[int], ends: Sequence[int]) -> Field:
    """A paged list: `first`, `after` (the cursor is the child's place in its list)."""

    def field_of(rows: Rows, selected: Selected) -> list[str]:
        first = int(selected.arguments.get("first") or 0)
        if not 0 < first <= 250:
            raise GraphQLError("you must provide one of first or last, at most 250", "BAD_REQUEST")
        skipped = int(selected.arguments.get("after") or 0)
        spans = [(starts[row] + skipped, min(ends[row], starts[row] + skipped + first)) for row in rows]
        children = [child for start, end in spans for child in range(start, end)]
        texts = render(name, kind, children, _node(selected))
        found: list[str] = []
        at = 0
        for row, (start, end) in zip(rows, spans, strict=True):
            count = max(0, end - start)
            cursors = [str(skipped + place + 1) for place in range(count)]
            found.append(page(selected, texts[at : at + count], cursors, end < ends[row]))
            at += count
        return found

    return field_of


def page(selected: Selected, nodes: Sequence[str], cursors: Sequence[str], has_next: bool) -> str:
    """A connection's JSON from its nodes: `edges { node cursor }` or `nodes`, and `pageInfo`."""
    parts: list[str] = []
    for asked, of_it in selected.fields.items():
        if asked == "nodes":
            parts.append(f'"nodes":[{",".join(nodes)}]')
        elif asked == "edges" and "cursor" in of_it.fields:
            edges = [f'{{"cursor":"{cursor}","node":{node}}}' for cursor, node in zip(cursors, nodes, strict=True)]
            parts.append(f'"edges":[{",".join(edges)}]')
        elif asked == "edges":
            parts.append('"edges":[' + ",".join([f'{{"node":{node}}}' for node in nodes]) + "]")
        elif asked == "pageInfo":
            parts.append(f'"pageInfo":{_page_info(of_it, cursors, has_next)}')
        else:
            raise GraphQLError(f"Field '{asked}' doesn't exist on a connection", "undefinedField")
    return "{" + ",".join(parts) + "}"


def _page_info(selected: Selected, cursors: Sequence[str], has_next: bool) -> str:
    known = {
        "hasNextPage": "true" if has_next else "false",
        "endCursor": f'"{cursors[-1]}"' if cursors else "null",
    }
    return "{" + ",".join(f'"{asked}":{known[asked]}' for asked in selected.fields) + "}"


def _node(selected: Selected) -> Mapping[str, Selected]:
    """What is asked of each node of a connection."""
    fields = selected.fields
    if "nodes" in fields:
        return fields["nodes"].fields
    return fields["edges"].fields["node"].fields if "edges" in fields else {}
