"""The files that a trainer writes, read with the line where each thing stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.scalarstring import LiteralScalarString

Wrong = tuple[int, str]
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_IN_PLAIN_WORDS = {  # what YAML's parser says of the commonest slips
    "but found '-'": "this `-` stands at another indentation than the entries above it; indent it as they are",
    "mapping values are not allowed": "a colon is read as the end of a key; write the text under `- text: |`",
    "could not find expected ':'": "this line is indented less than the text it belongs to, or lacks a colon",
}
_OTHER_ENTRIES = {"synonym", "regex", "lookup"}


@dataclass(frozen=True)
class Example:
    """`text` is as in the file, with the brackets of entities."""

    line: int
    intent: str
    text: str
    metadata: Any = None


def decoded(data: bytes) -> tuple[str, list[Wrong]]:
    """The text with Unix line ends and nothing invisible in it, and what was wrong; empty where it is no UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return "", [(data[: error.start].count(b"\n") + 1, "this is not UTF-8; save the file as UTF-8")]
    found: list[Wrong] = []
    if text.startswith("\ufeff"):
        found.append((1, "the file begins with a byte-order mark; save it as UTF-8 without BOM"))
        text = text[1:]
    if "\r" in text:
        line = text[: text.index("\r")].count("\n") + 1
        found.append((line, "the line ends as on Windows; save the file with Unix line ends (LF)"))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    for number, content in enumerate(text.split("\n"), 1):
        if "\t" in content:
            found.append((number, "there is a tab; use spaces"))
        if unseen := _UNSEEN.search(content):
            found.append((number, f"there is an invisible character (U+{ord(unseen[0]):04X}); delete it"))
    return _UNSEEN.sub(" ", text).replace("\t", " "), found


def read_yaml(file: Path) -> tuple[Any, list[Wrong]]:
    """What the file says, with ruamel's line numbers, and what is wrong with it; None where it cannot be read."""
    text, found = decoded(file.read_bytes())
    try:
        return YAML().load(text), found
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if not found:
            found.append((mark.line + 1 if mark else 1, _what_to_do(str(error.problem or error.context))))
        return None, found


def _what_to_do(problem: str) -> str:
    problem = problem.split(" with value ")[0].splitlines()[0]
    for said, told in _IN_PLAIN_WORDS.items():
        if said in problem:
            return told
    if "duplicate key" in problem:
        return f"{problem}; keep one of the two"
    return f"{problem}; compare the indentation with the lines above"


def line_of(parent: Any, key: Any) -> int:
    """The line of a mapping's key or a list's item, from 1."""
    place = parent.lc.item(key) if isinstance(parent, CommentedSeq) else parent.lc.key(key)
    return int(place[0]) + 1


def examples_of(listed: Any, found: list[Wrong], line: int) -> Iterator[Example]:
    """The examples under `nlu:`; what Rasa would silently leave out, or fall over, goes to `found`.

    `line`: where the list begins.
    """
    if not isinstance(listed, list):
        found.append((line, "`nlu:` holds a list; begin each entry with `- intent: …`"))
        return
    for place, entry in enumerate(listed):
        at = line_of(listed, place)
        if not isinstance(entry, dict) or not (entry.keys() & {"intent", *_OTHER_ENTRIES}):
            found.append((at, "this entry is none that Rasa reads; begin it with `- intent: …`"))
        elif "intent" in entry:
            yield from _of_intent(entry, found)


def _of_intent(entry: Any, found: list[Wrong]) -> Iterator[Example]:
    at = line_of(entry, "intent")
    intent, written = entry["intent"], entry.get("examples")
    if not isinstance(intent, str) or not intent.strip():
        found.append((at, "the intent has no name; write `- intent: faq_<topic>`"))
        return
    if "metadata" in entry:
        found.append(
            (line_of(entry, "metadata"), "metadata of a whole intent has no effect; write it on examples")
        )
    if isinstance(written, LiteralScalarString):
        yield from _in_block(intent, written, line_of(entry, "examples") + 1, found)
    elif isinstance(written, list):
        yield from _in_list(intent, written, found)
    else:
        at = line_of(entry, "examples") if "examples" in entry else at
        found.append(
            (at, f"the examples of {intent} are no text block; write `examples: |` and a line `- …` for each")
        )


def _in_block(intent: str, block: str, first: int, found: list[Wrong]) -> Iterator[Example]:
    for number, content in enumerate(block.rstrip("\n").split("\n"), first):
        if content.startswith("-"):
            yield Example(number, intent, content[1:].strip())
        else:
            found.append(
                (number, "this line is not read; begin each example with `- `, all at the same indentation")
            )


def _in_list(intent: str, listed: Any, found: list[Wrong]) -> Iterator[Example]:
    for place, item in enumerate(listed):
        at = line_of(listed, place)
        if not isinstance(item, dict) or not isinstance(item.get("text"), str):
            found.append((at, "this example is no text; write `- text: |` and the words, indented, below it"))
            continue
        block = isinstance(item["text"], LiteralScalarString)
        yield Example(line_of(item, "text") + block, intent, item["text"].strip(), item.get("metadata"))
