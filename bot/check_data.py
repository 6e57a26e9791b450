"""What a trainer can get wrong in data/nlu and domain.yml, each with file, line and what to do."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

ROOT = Path(__file__).resolve().parent.parent
LEAST_EXAMPLES = 12
_INTENT = re.compile(r"^- intent:\s*(\S+)\s*$")
_EXAMPLE = re.compile(r"^\s+- (?!text:)(.+)$")
_TEXT_LINE = re.compile(r"^\s{6}(\S.*)$")
_KNOWN = {"greet", "goodbye", "thanks", "affirm", "deny", "bot_challenge", "security_incident", "security_question",
          "request_human", "anger", "out_of_scope"}  # fmt: skip


def problems(root: Path = ROOT) -> list[str]:
    """One line for each; empty where all is well."""
    found: list[str] = []
    seen: dict[str, tuple[str, str]] = {}
    first_at: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for file in sorted((root / "data" / "nlu").glob("*.yml")):
        name = file.relative_to(root)
        text = file.read_text(encoding="utf-8")
        if broken := _broken_yaml(text):
            found.append(f"{name}:{broken}")
            continue
        for number, intent, example in _examples(text):
            where = f"{name}:{number}"
            found += [f"{where}: {problem}" for problem in _in_example(example)]
            if intent not in _KNOWN and not intent.startswith("faq_"):
                found.append(f"{where}: intent {intent!r} is unknown; a topic's intent is called faq_<topic>")
            key = " ".join(example.lower().split())
            other, first = seen.setdefault(key, (intent, where))
            if other != intent:
                found.append(f"{where}: the same example stands under {other} at {first}; keep one of them")
            first_at.setdefault(intent, where)
            counts[intent] += 1
    found += [
        f"{first_at[intent]}: {intent} has {count} examples; write at least {LEAST_EXAMPLES}"
        for intent, count in counts.items()
        if count < LEAST_EXAMPLES
    ]
    return found + list(_missing_answers(root, [intent for intent in counts if intent.startswith("faq_")]))


def _broken_yaml(text: str) -> str | None:
    for number, line in enumerate(text.splitlines(), 1):
        if "\t" in line:
            return f"{number}: there is a tab; use spaces"
    try:
        YAML(typ="safe").load(text)
    except MarkedYAMLError as error:
        number = error.problem_mark.line + 1 if error.problem_mark else 1
        return f"{number}: {error.problem}; compare the indentation with the lines above"
    return None


def _examples(text: str) -> Iterator[tuple[int, str, str]]:
    intent = ""
    for number, line in enumerate(text.splitlines(), 1):
        if match := _INTENT.match(line):
            intent = match[1]
        elif (match := _EXAMPLE.match(line) or _TEXT_LINE.match(line)) and "signals:" not in line:
            yield number, intent, match[1]


def _in_example(example: str) -> Iterator[str]:
    if example.startswith("/"):
        yield "an example begins with /, which Rasa takes for an intent; write it as a customer would"
    if example.count("[") != example.count("]") or (
        "](" in example and example.count("(") != example.count(")")
    ):
        yield "brackets of an entity are not balanced; write [words](entity)"


def _missing_answers(root: Path, intents: list[str]) -> Iterator[str]:
    responses = YAML(typ="safe").load((root / "domain.yml").read_text(encoding="utf-8"))["responses"]
    for intent in intents:
        answers = responses.get(f"utter_{intent}")
        if not answers:
            yield f"domain.yml: utter_{intent} is missing; add the topic's answer under responses"
        elif not (answers[0].get("metadata") or {}).get("title"):
            yield f"domain.yml: utter_{intent} has no title; add `metadata: {{title: …}}`"
