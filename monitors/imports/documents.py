"""Read a JSON or YAML text that anybody may have written, without trusting its size, depth, aliases or tags."""

import codecs
import json
from collections.abc import Mapping
from typing import Any

import yaml

from monitors.imports.parts import Unreadable, kind_of
from monitors.imports.wrapped import unwrapped

MAX_BYTES = 800_000  # with the rest of a form, this stays under DATA_UPLOAD_MAX_MEMORY_SIZE
MAX_DEPTH = 50
MAX_VALUES = 200_000  # once every alias is written out
_TEMPLATE = " It has {{ in it: if it is a template, import what is made of it."
_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN = ("int", "float", "timestamp", "bool")


class _Loader(_Fast):  # type: ignore[misc]
    """Keeps what looks like a number as it is written, where it is written in a way that the number would lose.

    YAML takes 1.10 for 1.1, 0123 for 83, 2026-11-21 for a date and no for false. Of a name or a header the text is meant.
    """


def _as_written(loader: Any, node: yaml.ScalarNode) -> object:
    value = yaml.SafeLoader.yaml_constructors[node.tag](loader, node)
    text = node.value.lower() if isinstance(value, bool) else node.value
    return value if str(value).lower() == text and isinstance(value, int | float) else node.value


for _tag in _PLAIN:
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _as_written)


def text_of(content: bytes) -> str:
    """Return the text of a file: UTF-8, or UTF-16 as a Windows shell redirects it. Raises UnicodeDecodeError.

    Of a file that is too long to be read only the beginning counts, wherever it was cut.
    """
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and len(content) > 2
    return content.decode("utf-16" if is_wide else "utf-8", "replace" if len(content) > MAX_BYTES else "strict")


def read_document(text: str) -> object:
    """Return what a text means. Several YAML documents of objects are read as one, manifests by what is in them.

    Raises Unreadable.
    """
    size = len(text.encode("utf-8", errors="replace"))
    if size > MAX_BYTES:
        raise Unreadable(f"The text has {size:,} bytes; {MAX_BYTES:,} can be read. Split it into several.")
    if "\0" in text:
        raise Unreadable("The text has null bytes in it, so it is no JSON or YAML. Save it as UTF-8 text.")
    if not text.strip():
        raise Unreadable("There is nothing in it. Paste a file's text, or choose a file.")
    is_json = text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")
    return _unfolded([_json(text)] if is_json else _documents(text))


def _unfolded(documents: list[object]) -> object:
    return _merged([found for document in documents for found in unwrapped(document, _within)] or documents)


def _json(text: str) -> object:
    try:
        return json.loads(text.lstrip("\ufeff"), object_pairs_hook=_without_twins)
    except RecursionError as error:
        raise Unreadable("The JSON is nested too deeply to be a list of monitors.") from error
    except json.JSONDecodeError as error:
        return _flow_yaml(text, error)
    except ValueError as error:
        raise Unreadable("The JSON has a number in it that is too long to be one.") from error


def _without_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise Unreadable(f"The JSON has the key {name[:60]!r} twice in one object. Keep one.")
        found[name] = value
    return found


def _flow_yaml(text: str, error: json.JSONDecodeError) -> object:
    """Read what begins like JSON and is YAML, as in {statuswire: 1}; else tell where the JSON is wrong."""
    try:
        return _merged(_documents(text))
    except Unreadable:
        where = f"Line {error.lineno}, character {error.colno}"
        raise Unreadable(f"{where}: this is no JSON: {error.msg}. Is the file complete?") from error


def _within(text: str) -> object:
    """Return what a text within a document means, None where it is no YAML: much else lies in manifests."""
    try:
        return _merged(_documents(text))
    except Unreadable:
        return None


def _documents(text: str) -> list[object]:
    loader = _Loader(text)
    documents: list[object] = []
    try:
        _judge_depth(text)
        while loader.check_node():
            node = loader.get_node()
            _size(node, {}, set())
            documents.append(loader.construct_document(node))
    except yaml.MarkedYAMLError as error:
        raise Unreadable(_said(error) + (_TEMPLATE if "{{" in text else "")) from error
    except yaml.reader.ReaderError as error:
        raise Unreadable("The text has characters in it that YAML does not allow. Save it as UTF-8 text.") from error
    except RecursionError as error:
        raise Unreadable("The YAML is nested too deeply to be a list of monitors.") from error
    except ValueError as error:  # a date or a number that is none
        raise Unreadable(f"The YAML has a value in it that is none: {str(error)[:100]}. Put it in quotes.") from error
    finally:
        loader.dispose()
    return documents


def _said(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    where = f"Line {mark.line + 1}, character {mark.column + 1}: " if mark else ""
    return f"{where}this is no YAML: {str(error.problem or error.context)[:200]}."


def _judge_depth(text: str) -> None:
    """Refuse deep nesting before anything is composed: the fast loader recurses in C, and would end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            mark = event.start_mark
            line = mark.line + 1 if mark else "?"
            raise Unreadable(f"Line {line}: the YAML is nested more than {MAX_DEPTH} deep.")


def _size(node: yaml.Node, sizes: dict[int, int], open_: set[int]) -> int:
    """Return how many values a node has with its aliases written out; `open_` are the nodes around it.

    Raises Unreadable where that grows without bounds.
    """
    key, line = id(node), node.start_mark.line + 1
    if key in open_:
        raise Unreadable(f"Line {line}: this part of the YAML contains itself. Write it out.")
    if key in sizes:
        return sizes[key]
    children: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        _refuse_twins(node)
        children = [child for pair in node.value for child in pair]
    elif isinstance(node, yaml.SequenceNode):
        children = node.value
    open_.add(key)
    sizes[key] = 1 + sum(_size(child, sizes, open_) for child in children)
    open_.remove(key)
    if sizes[key] > MAX_VALUES:
        raise Unreadable(f"Line {line}: with its aliases the YAML has more than {MAX_VALUES:,} values. Write less.")
    return sizes[key]


def _refuse_twins(node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if name in seen and name != "<<":
            raise Unreadable(f"Line {key.start_mark.line + 1}: the key {name[:60]!r} is there twice. Keep one.")
        seen.add(name or "<<")


def _merged(documents: list[object]) -> object:
    if len(documents) == 1:
        return documents[0]
    merged: dict[object, object] = {}
    for number, document in enumerate(documents, start=1):
        if document is None:
            continue
        if not isinstance(document, dict):
            raise Unreadable(f"Document {number} of the YAML must be an object, and is {kind_of(document)}.")
        for key, value in document.items():
            merged[key] = _joined(merged[key], value, number, str(key)) if key in merged else value
    return merged


def _joined(first: object, second: object, number: int, key: str) -> object:
    """Join what two documents say under one key: lists follow one another, and objects must differ in their keys."""
    if isinstance(first, list) and isinstance(second, list):
        return first + second
    if isinstance(first, Mapping) and isinstance(second, Mapping) and not first.keys() & second.keys():
        return {**first, **second}
    raise Unreadable(f"Document {number} of the YAML has {key[:60]!r} again. Import one after the other.")
