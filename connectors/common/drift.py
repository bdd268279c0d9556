"""Drift of what a vendor sends: columns that are new pass and are told; one that is gone or retyped is put in words.

Answers are looked at while a load decodes them. Only columns that no struct declares are kept, by name and without
values: the declared ones are held by the decoder.
"""

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import inspect

# The first answers of a kind say which columns there are; a large one would take longer to look at than to decode.
LOOKED_AT, MOST_BYTES = 3, 2**20
_MISSING = re.compile(r"^Object missing required field `(?P<column>[^`]+)`(?: - at `(?P<at>[^`]+)`)?$")
_RETYPED = re.compile(r"^Expected `(?P<was>[^`]+)`, got `(?P<found>[^`]+)`(?: - at `(?P<at>[^`]+)`)?$")
_WORDS = {
    **{"int": "a whole number", "float": "a number", "str": "text", "bool": "true or false", "null": "empty"},
    **{"array": "a list", "object": "a group of columns", "decimal": "a decimal number", "datetime": "an instant"},
}

# By source, then by place: an endpoint (without the ids in it) and the struct that its answers are read into.
_looked: dict[str, Counter[str]] = defaultdict(Counter)
_columns: dict[str, dict[str, set[str]]] = defaultdict(dict)


def difference(error: msgspec.ValidationError) -> str:
    """Which column differs from what is declared: what it was, what it is."""
    words = str(error)
    if found := _MISSING.match(words):
        return f"the column `{_column(found['at'], found['column'])}` was there and is gone"
    if found := _RETYPED.match(words):
        return f"the column `{_column(found['at'])}` was {_kind(found['was'])} and is {_kind(found['found'])}"
    return words[:1].lower() + words[1:]


def _column(at: str | None, last: str = "") -> str:
    """`$.orders[...].id` as `orders.id`."""
    parts = re.sub(r"\[[^\]]*\]", "", at or "").lstrip("$").strip(".")
    return ".".join(part for part in (parts, last) if part) or "the answer itself"


def _kind(name: str) -> str:
    return " or ".join(_WORDS.get(part.strip(), part.strip()) for part in name.split("|"))


def begin(source: str) -> None:
    """A load of the source begins."""
    _looked[source].clear()
    _columns[source].clear()


def look(source: str, path: str, kind: Any, body: bytes) -> None:
    """Keeps the columns of an answer that `kind` does not declare."""
    # A generic page of one struct is another than that of another.
    place = f"{_without_ids(path)} {kind if get_args(kind) else kind.__name__}"
    if len(body) > MOST_BYTES or _looked[source][place] >= LOOKED_AT:
        return
    _looked[source][place] += 1
    _columns[source].setdefault(place, set()).update(undeclared(_info(kind), msgspec.json.decode(body)))


def new_columns(source: str, known_in: Path) -> list[str]:
    """Columns of this load that none before it had at the same place; at a new place there are none.

    Remembers them in `known_in`.
    """
    try:
        known = {place: set(names) for place, names in json.loads(known_in.read_text("utf-8")).items()}
    except (FileNotFoundError, ValueError, AttributeError):
        known = {}
    found = _columns[source]
    fresh = {name for place, names in found.items() if place in known for name in names - known[place]}
    if any(place not in known or names - known[place] for place, names in found.items()):
        both = {
            place: sorted(known.get(place, set()) | found.get(place, set())) for place in known.keys() | found.keys()
        }
        temporary = known_in.with_name(f".{known_in.name}.{os.getpid()}.tmp")
        temporary.write_text(json.dumps(both, indent=0, sort_keys=True), "utf-8")
        temporary.replace(known_in)
    return sorted(fresh)


def _without_ids(path: str) -> str:
    return "/".join("*" if re.search(r"\d", part) else part for part in path.partition("?")[0].split("/"))


def undeclared(declared: Any, value: Any, path: str = "") -> Iterator[str]:
    """Paths of what stands in `value` and not in `declared`; below them nothing is looked at."""
    if isinstance(declared, inspect.UnionType):
        kinds = [kind for kind in declared.types if not isinstance(kind, inspect.NoneType)]
        if len(kinds) == 1:
            yield from undeclared(kinds[0], value, path)
    elif isinstance(declared, inspect.StructType) and isinstance(value, dict):
        fields = {field.encode_name: field.type for field in declared.fields}
        for name, inner in value.items():
            place = f"{path}.{name}" if path else str(name)
            if name not in fields:
                yield place
            else:
                yield from undeclared(fields[name], inner, place)
    elif isinstance(declared, inspect.DictType) and isinstance(value, dict):
        for inner in value.values():
            yield from undeclared(declared.value_type, inner, path)
    elif isinstance(declared, (inspect.ListType, inspect.VarTupleType)) and isinstance(value, list):
        for inner in value:
            yield from undeclared(declared.item_type, inner, path)


@cache
def _info(kind: Any) -> inspect.Type:
    return inspect.type_info(kind)
