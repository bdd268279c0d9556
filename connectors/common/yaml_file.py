"""YAML files read into pydantic models; whatever is wrong is one sentence that names file and line."""

import difflib
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from connectors.common.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)
Location = Sequence[int | str]


# A file of a person's making holds some hundreds.
MOST_VALUES = 100_000


class LocatedError(ValueError):
    """What a validator of a whole model raises when it knows in which of its fields the mistake stands."""

    def __init__(self, words: str, *location: int | str) -> None:
        super().__init__(words)
        self.location = location


class _Loader(yaml.SafeLoader):
    """YAML 1.2's plain scalars only: `NO` is Norway and not false, 12:30 is no number, a date stays text."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def read_model(
    path: Path,
    model: type[Model],
    start: str = "correct the name, or make it",
    context: Mapping[str, object] | None = None,
) -> Model:
    """The file as a model; ConfigError in one sentence when it is no YAML, does not fit, or is missing (`start`).

    `context`: what the model's validators must know beside the file.
    """
    label = file_label(path)
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{label} is missing: {start}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{label} is not UTF-8: save it as UTF-8") from None
    return parse_model(text, label, model, context)


def parse_model(text: str, label: str, model: type[Model], context: Mapping[str, object] | None = None) -> Model:
    """The same from text; `label` names the file in errors."""
    try:
        node = yaml.compose(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError(
            f"{label} line {mark.line + 1 if mark else 1} is not valid YAML ({error.problem}): mend that line"
        ) from None
    except RecursionError:
        raise ConfigError(f"{label} is nested too deeply: write it flat") from None
    except yaml.YAMLError:
        raise ConfigError(f"{label} holds signs that YAML does not allow: remove them") from None
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError(f"{label} line 1 should be a list of `name: value` lines")
    if _size(node, {}) > MOST_VALUES:
        raise ConfigError(f"{label} stands for too many values by its aliases (`*name`): write them out")
    _refuse_repeated_keys(node, label)
    try:
        loader = _Loader("")
        data = loader.construct_document(node)
    except yaml.YAMLError as error:
        line = error.problem_mark.line + 1 if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else 1
        raise ConfigError(f"{label} line {line} cannot be read: write plain values there") from None
    try:
        return model.model_validate(data, context=context)
    except ValidationError as error:
        line, deepest = _placed(node, error)
        raise ConfigError(f"{label} line {line}: {sentence(deepest, model)}") from None


def load_plain(text: str) -> Any:
    """The document as plain values; yaml.YAMLError or RecursionError when it is none or a trap."""
    node = yaml.compose(text, _Loader)
    if node is None:
        return None
    if _size(node, {}) > MOST_VALUES:
        raise yaml.YAMLError("too many values")
    return _Loader("").construct_document(node)


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """Values that a node stands for, those behind aliases each time that they are named: ten lines can say 10^9."""
    if id(node) not in known:
        known[id(node)] = MOST_VALUES  # of itself, should it hold itself
        parts = node.value if isinstance(node, yaml.CollectionNode) else []
        inner = [part for pair in parts for part in (pair if isinstance(pair, tuple) else (pair,))]
        known[id(node)] = 1 + sum(_size(part, known) for part in inner)
    return known[id(node)]


def file_label(path: Path) -> str:
    """Folder and name: enough to find the file."""
    return f"{path.parent.name}/{path.name}" if path.parent.name else path.name


def sentence(error: Any, model: type[BaseModel]) -> str:
    """One of pydantic's errors in words that say how to mend it."""
    names = [str(part) for part in error["loc"]]
    field = f"`{_dotted(names)}`" if names else "the entry"
    kind = error["type"]
    if kind == "missing":
        return f"{field} is missing: add it"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(names[-1], sorted({*_field_names(model)} - {names[-1]}), 1)
        return f"{field} is not known: " + (f"did you mean `{near[0]}`?" if near else "remove it")
    if kind in ("value_error", "assertion_error"):
        return f"{field}: {error['ctx']['error']}" if names else str(error["ctx"]["error"])
    if kind in ("literal_error", "enum"):
        return f"{field} is {error['input']!r}: write {error['ctx']['expected']}"
    if kind.startswith("decimal"):
        return f"{field} is {error['input']!r}: write a number with a decimal point and no other signs"
    if kind.startswith("date"):
        return f"{field} is {error['input']!r}: write a day like 2026-03-17"
    return f"{field} is {error['input']!r}: {str(error['msg'])[:1].lower()}{str(error['msg'])[1:]}"


def _dotted(names: list[str]) -> str:
    return ".".join(str(int(name) + 1) if name.isdigit() else name for name in names)


def _field_names(model: type[BaseModel]) -> Iterator[str]:
    """Names of the fields of a model and of the models in them."""
    waiting: list[Any] = [model]
    seen: set[Any] = set()
    while waiting:
        kind = waiting.pop()
        if not isinstance(kind, Hashable) or kind in seen:
            continue
        seen.add(kind)
        waiting += get_args(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            for name, field in kind.model_fields.items():
                yield field.alias or name
                waiting.append(field.annotation)


def _placed(node: yaml.Node, error: ValidationError) -> tuple[int, Any]:
    """The error that lies deepest in the file, with its line; its `loc` without the names of a union's members."""
    placed = []
    for item in error.errors(include_url=False):
        raised = item.get("ctx", {}).get("error")
        line, known = _line(node, [*item["loc"], *getattr(raised, "location", ())])
        loc = [*known, item["loc"][-1]] if item["type"] == "missing" else known
        placed.append((line, {**item, "loc": loc}))
    # A field that is not known is often the reason why another one is missing.
    return max(placed, key=lambda found: (len(found[1]["loc"]), found[1]["type"] == "extra_forbidden"))


def _line(node: yaml.Node, location: Location) -> tuple[int, list[int | str]]:
    """Line of the deepest part of the location that stands in the file, and the parts that stand there."""
    line = node.start_mark.line + 1
    known: list[int | str] = []
    for part in location:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found is None:
                continue  # the name of a union's member, or a field that is missing
            line, node = found[0].start_mark.line + 1, found[1]
        else:
            continue
        known.append(part)
    return line, known


def _refuse_repeated_keys(node: yaml.Node, label: str) -> None:
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, yaml.SequenceNode):
            waiting += current.value
        elif isinstance(current, yaml.MappingNode):
            lines: dict[str, int] = {}
            for key, value in current.value:
                line = key.start_mark.line + 1
                if key.value in lines and isinstance(key, yaml.ScalarNode):
                    raise ConfigError(
                        f"{label} line {line}: `{key.value}` stands already on line {lines[key.value]}: remove one"
                    )
                if isinstance(key, yaml.ScalarNode):
                    lines[key.value] = line
                waiting.append(value)
