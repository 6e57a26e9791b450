"""`python -m bot.check_data`: what is wrong in data/ and domain.yml, each with file, line and what to do."""

import json
import re
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from bot.training_files import Example, Wrong, decoded, examples_of, line_of, read_yaml
from bot.verdict import FALLBACK, FAQ, NEEDS_PERSON, UNCERTAINTY

ROOT = Path(__file__).resolve().parent.parent
LEAST_EXAMPLES = 12
SIGNALS = sorted({signal for signal, _ in NEEDS_PERSON.values()} - {UNCERTAINTY})
REASONS = {*SIGNALS, UNCERTAINTY}
ROUTES = ("answer", "smalltalk", "handoff")
_COPIED_WORDS = 7  # shorter messages ("refund policy") are the same without anybody copying
_ENTITY = re.compile(r"\[[^\[\]]+\](\([^()]+\)|\{[^{}]+\}|\[[^\[\]]*\])")
_ASKED_BY_RASA = ("utter_default", "utter_ask_")  # its own fallback and forms say these


def main(root: Path = ROOT) -> None:
    found = problems(root)
    print("\n".join(found) or "data/ and domain.yml are in order.")
    sys.exit(1 if found else 0)


def problems(root: Path = ROOT) -> list[str]:
    """One line for each, ordered by file and line; empty where all is well."""
    return Check(root).problems()


class Check:
    """Reads everything first, so that one run names everything."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._found: set[tuple[str, int, str]] = set()
        self._examples: list[tuple[str, Example]] = []
        self._first_at: dict[str, tuple[str, int]] = {}
        self._steps: list[tuple[str, int, str, str]] = []  # file, line, "intent" or "action", name
        self._answers: dict[str, tuple[int, Any]] = {}
        self._ruled: set[str] = set()
        # What may only follow from a file that cannot be read is not named.
        self._data_read = self._answers_read = True

    def problems(self) -> list[str]:
        for file in sorted([*self._root.glob("data/**/*.yml"), *self._root.glob("data/**/*.yaml")]):
            self._read(file)
        self._read_answers()
        self._check_examples()
        if self._data_read:
            self._check_counts()
        self._check_answers()
        self._check_steps()
        self._check_regression()
        return [f"{name}:{line}: {words}" for name, line, words in sorted(self._found)]

    def _add(self, name: str, found: list[Wrong]) -> None:
        self._found.update((name, line, words) for line, words in found)

    def _read(self, file: Path) -> None:
        name = file.relative_to(self._root).as_posix()
        content, found = read_yaml(file)
        if content is None and found:
            self._data_read = False
        elif not isinstance(content, dict) or not content.keys() & {"nlu", "rules", "stories"}:
            self._data_read = False
            found.append((1, "there is no `nlu:` here; begin with `nlu:` and a list of `- intent: …`"))
        else:
            if "nlu" in content:
                listed = examples_of(content["nlu"], found, line_of(content, "nlu"))
                self._examples += [(name, example) for example in listed]
            rules, stories = ([*_steps(content.get(kind))] for kind in ("rules", "stories"))
            self._ruled |= {step for _, kind, step in rules if kind == "intent"}
            self._steps += [(name, *step) for step in rules + stories]
        self._add(name, found)

    def _read_answers(self) -> None:
        file = self._root / "domain.yml"
        content, found = read_yaml(file) if file.exists() else (None, [])
        responses = content.get("responses") if isinstance(content, dict) else None
        if isinstance(responses, dict):
            self._answers = {name: (line_of(responses, name), given) for name, given in responses.items()}
        else:
            self._answers_read = False
            found = found or [(1, "there are no answers; add them under `responses:`")]
        self._add("domain.yml", found)

    def _check_examples(self) -> None:
        seen: dict[str, tuple[str, str, Example]] = {}
        for name, example in self._examples:
            self._first_at.setdefault(example.intent, (name, example.line))
            self._add(name, [(example.line, words) for words in _in_example(example)])
            if not (key := _key(example.text)):
                continue
            other_name, words, other = seen.setdefault(key, (name, example.text, example))
            if other is example:
                continue
            there = f"{other_name}:{other.line}"
            if other.intent != example.intent:
                same = "the same example" if _same(words, example.text) else f"nearly the same ({words!r})"
                told = f"{same} stands under {other.intent} at {there}; keep one of them"
                self._add(name, [(example.line, told)])
            elif _same(words, example.text):
                self._add(name, [(example.line, f"the same example stands at {there}; keep one of them")])

    def _check_counts(self) -> None:
        distinct: dict[str, set[str]] = {intent: set() for intent in NEEDS_PERSON}
        for _, example in self._examples:
            distinct.setdefault(example.intent, set()).add(example.text)
        for intent, texts in distinct.items():
            if len(texts) < LEAST_EXAMPLES:
                name, line = self._first_at.get(intent, (f"data/nlu/{intent}.yml", 1))
                told = f"{intent} has {len(texts)} examples; write at least {LEAST_EXAMPLES}"
                self._add(name, [(line, told)])

    def _check_answers(self) -> None:
        for intent, (name, line) in self._first_at.items():
            answered = intent in {*NEEDS_PERSON, *self._ruled} or f"utter_{intent}" in self._answers
            if self._answers_read and not answered:
                self._add(name, [(line, self._without_answer(intent))])
        for answer, (line, given) in self._answers.items():
            self._add("domain.yml", [(line, words) for words in self._in_answer(answer, given)])

    def _without_answer(self, intent: str) -> str:
        known = [*NEEDS_PERSON, *(answer.removeprefix("utter_") for answer in self._answers)]
        if close := get_close_matches(intent, known, 1, 0.8):
            return f"intent {intent} is unknown; did you mean {close[0]}?"
        if not intent.startswith(FAQ):
            return (
                f"intent {intent} is unknown; name a topic faq_<topic>, or add utter_{intent} to domain.yml"
            )
        return f"utter_{intent} is missing; add the topic's answer to domain.yml, under `responses:`"

    def _in_answer(self, answer: str, given: Any) -> Iterator[str]:
        intent = answer.removeprefix("utter_")
        uttered = {step for _, _, kind, step in self._steps if kind == "action"}
        asked = intent in self._first_at or answer in uttered or answer.startswith(_ASKED_BY_RASA)
        if self._data_read and not asked:
            yield f"no intent asks for {answer}; add examples of {intent} to data/nlu, or delete the answer"
        if not isinstance(given, list) or not all(
            isinstance(one, dict) and one.get("text") for one in given or [0]
        ):
            yield f"{answer} says nothing; write `- text: …` under it"
        elif answer.startswith("utter_faq_") and not (given[0].get("metadata") or {}).get("title"):
            yield f"{answer} has no title; add `metadata: {{title: …}}` to it, which agents and customers read"

    def _check_steps(self) -> None:
        known = {*self._first_at, *NEEDS_PERSON, FALLBACK}
        for name, line, kind, step in self._steps:
            if (
                kind == "intent"
                and self._data_read
                and step not in known
                and not step.startswith("EXTERNAL_")
            ):
                close = get_close_matches(step, known, 1, 0.8)
                told = f"did you mean {close[0]}?" if close else "add examples of it to data/nlu"
                self._add(name, [(line, f"intent {step} is unknown; {told}")])
            if (
                kind == "action"
                and self._answers_read
                and step.startswith("utter_")
                and step not in self._answers
            ):
                self._add(name, [(line, f"{step} is missing; add it to domain.yml, under `responses:`")])

    def _check_regression(self) -> None:
        taught = {_key(example.text): (name, example.line) for name, example in self._examples}
        for file in sorted(self._root.glob("data/regression/*.jsonl")):
            name = file.relative_to(self._root).as_posix()
            text, found = decoded(file.read_bytes())
            for number, line in enumerate(text.split("\n"), 1):
                if not line.strip():
                    continue
                row = _row(line)
                found += [(number, words) for words in self._in_row(row)]
                copied = taught.get(_key(row["text"])) if row else None
                if row and copied and len(row["text"].split()) >= _COPIED_WORDS:
                    told = f"this example also stands at {name}:{number}, which is never trained on; reword it here"
                    self._add(copied[0], [(copied[1], told)])
            self._add(name, found)

    def _in_row(self, row: Any) -> Iterator[str]:
        if row is None:
            yield "a row is a JSON object with `text`"
            return
        if row.get("route") not in ROUTES:
            yield f"route {row.get('route')!r} is unknown; one of {', '.join(ROUTES)}"
        for reason in row.get("reasons") or []:
            if reason not in REASONS:
                yield f"reason {reason!r} is unknown; one of {', '.join(sorted(REASONS))}"
        topic = row.get("topic")
        if topic and self._data_read and not {topic, f"faq_{topic}"} & self._first_at.keys():
            close = get_close_matches(f"faq_{topic}", self._first_at, 1, 0.8)
            told = (
                f"did you mean {close[0].removeprefix('faq_')}?"
                if close
                else "delete the row, or teach the topic"
            )
            yield f"topic {topic} is unknown; {told}"


def _in_example(example: Example) -> Iterator[str]:
    text = example.text
    if not text:
        yield "an example is empty; write what a customer says, or delete the line"
    if text.startswith("/"):
        yield "an example begins with /, which Rasa takes for an intent; write it as a customer would"
    rest = _ENTITY.sub("", text)
    if rest.count("[") != rest.count("]") or re.search(r"\][({]", rest):
        yield "the brackets of an entity are not balanced; write [words](entity)"
    if example.metadata is not None:
        yield from _in_metadata(example.metadata)


def _in_metadata(metadata: Any) -> Iterator[str]:
    signals = metadata.get("signals") if isinstance(metadata, dict) else None
    if not isinstance(signals, list) or metadata.keys() != {"signals"}:
        yield "metadata of an example is `signals: […]` and nothing else"
        return
    for signal in signals:
        if signal not in SIGNALS:
            yield f"signal {signal!r} is unknown; one of {', '.join(SIGNALS)}"


def _steps(listed: Any) -> Iterator[tuple[int, str, str]]:
    """Line, kind and name of each step of rules or stories, whatever they are nested in."""
    children = listed.values() if isinstance(listed, dict) else listed if isinstance(listed, list) else []
    if isinstance(listed, dict):
        for kind in ("intent", "action"):
            if isinstance(listed.get(kind), str):
                yield line_of(listed, kind), kind, listed[kind]
    for child in children:
        yield from _steps(child)


def _row(line: str) -> Any:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and isinstance(row.get("text"), str) else None


def _key(text: str) -> str:
    """Equal for texts that differ in case, spaces and punctuation only; text of signs alone is its own key."""
    return "".join(filter(str.isalnum, text.casefold())) or text


def _same(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()


if __name__ == "__main__":
    main()
