"""YAML read safely, with the line of every value, so that an error can name it."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError


class _Loader(yaml.SafeLoader):
    """YAML 1.2's booleans only: NO is Norway, and so are `on`, `off` and `y` mere words."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class ConfigError(ValueError):
    """Wrong configuration: one sentence with file, line and how to mend it."""


def read_yaml(path: Path, model: type[BaseModel]) -> Any:
    """The file as `model`; ConfigError names the line that does not fit."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing: copy config/{path.name} from the project and fill it in.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text: save it as UTF-8.") from None
    try:
        data, tree = yaml.load(text, Loader=_Loader), yaml.compose(text, Loader=_Loader)  # noqa: S506  a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it is not valid YAML"
        raise ConfigError(f"{path}, line {mark.line + 1 if mark else '?'}: {problem}.") from None
    try:
        return model.model_validate(data if data is not None else {})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or path.name
        words = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{path}, line {line_of(tree, first['loc'])}: `{place}`: {words}.") from None


def line_of(tree: yaml.Node | None, place: tuple[int | str, ...]) -> int:
    """Line (from 1) of the value at `place`; of the nearest thing around it where the value is not there."""
    line = 1
    for step in place:
        if isinstance(tree, yaml.MappingNode):
            pair = next(((key, value) for key, value in tree.value if key.value == str(step)), None)
            if pair is None:
                return line
            line, tree = _line(pair[0]), pair[1]
        elif isinstance(tree, yaml.SequenceNode) and isinstance(step, int) and step < len(tree.value):
            tree = tree.value[step]
            line = _line(tree)
        else:
            return line
    return line


def _line(node: yaml.Node | None) -> int:
    return node.start_mark.line + 1 if node and node.start_mark else 1
