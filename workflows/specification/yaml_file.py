"""Reading YAML as people write it: nothing is lost, and words that YAML changes are told."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from analysis.base.errors import InputError

BOOLEANS: Final = (
    "YAML reads an unquoted Yes, No, On or Off as true or false: put it in quotes, like 'No'"
)
QUOTES: Final = "put it in quotes; decimals have a point and no comma"
_MERGE: Final = "tag:yaml.org,2002:merge"
_TEXT: Final = "tag:yaml.org,2002:str"
_BOOLEAN: Final = "tag:yaml.org,2002:bool"
_WHOLE: Final = "tag:yaml.org,2002:int"
_FLOAT: Final = "tag:yaml.org,2002:float"
# What PyYAML raises at values that look like a date, a number or a flag and are none.
_FOREIGN: Final = (
    yaml.YAMLError,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    RecursionError,
)


def load_yaml(path: Path) -> Any:
    """Read a YAML file, with its `<<` merges.

    Raises
    ------
    InputError
        It cannot be read, is not YAML, gives a key twice (the first would be lost without a word),
        or has a key that is no text.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506, a SafeLoader
        json.dumps(content, default=str)  # an anchor within itself has no end
    except OSError as error:
        msg = f"cannot read the specification {path}: {error.strerror}"
        raise InputError(msg) from error
    except _FOREIGN as error:
        msg = f"{path} is not YAML: {error or type(error).__name__}"
        raise InputError(msg) from error
    return content


class _Loader(yaml.SafeLoader):
    """Look at the keys before merges mix them."""

    def construct_document(self, node: yaml.Node) -> Any:
        for mapping in _mappings(node):
            _check_keys([key for key, _ in mapping.value], mapping)
        return super().construct_document(node)


def _number(loader: _Loader, node: yaml.ScalarNode) -> Any:
    """Read a number, but not in octal or in sixties: 010 would be 8, and 1:30 would be 90."""
    if re.match(r"[-+]?0[0-9_]+$|.*:", node.value):
        msg = f"{node.value} is not a plain number: write it without leading zeros or colons"
        raise yaml.constructor.ConstructorError(problem=msg, problem_mark=node.start_mark)
    is_whole = node.tag == _WHOLE
    return loader.construct_yaml_int(node) if is_whole else loader.construct_yaml_float(node)


_Loader.add_constructor(_WHOLE, _number)
_Loader.add_constructor(_FLOAT, _number)


def _mappings(root: yaml.Node) -> Iterator[yaml.MappingNode]:
    """Go through all mappings, each once; anchors make a node the child of several."""
    waiting, seen = [root], {id(root)}
    while waiting:
        node = waiting.pop()
        children: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            yield node
            children = [child for pair in node.value for child in pair]
        elif isinstance(node, yaml.SequenceNode):
            children = list(node.value)
        fresh = [child for child in children if id(child) not in seen]
        seen |= {id(child) for child in fresh}
        waiting += fresh


def _check_keys(keys: list[yaml.Node], mapping: yaml.MappingNode) -> None:
    names = [key.value for key in keys if key.tag != _MERGE]
    if twice := [str(name) for i, name in enumerate(names) if name in names[:i]]:
        msg = f"given twice: {', '.join(twice)}"
        raise yaml.constructor.ConstructorError(problem=msg, problem_mark=mapping.start_mark)
    for key in keys:
        if key.tag not in (_TEXT, _MERGE):
            why = BOOLEANS if key.tag == _BOOLEAN else QUOTES
            name = key.value if isinstance(key, yaml.ScalarNode) else "of several parts"
            msg = f"the key {name} is no text: {why}"
            raise yaml.constructor.ConstructorError(problem=msg, problem_mark=key.start_mark)
