"""What played dialogues (bot/replay.py) come to: the right owner, the right reasons, and what must not happen."""

import re
from collections.abc import Sequence

from bot.figures import Figure, Row, share

_AT_TURN = re.compile(r"\b(?:at|in|on|after|from) turn (\d+)", re.IGNORECASE)
_ARTICLE = re.compile(r"\b(?:the|an?) ([a-z_ ]+?) article\b", re.IGNORECASE)
_HANDS_OVER = re.compile(r"^bot (?:hands|transfers|escalates|takes .+ for|treats .+ as)\b", re.IGNORECASE)


def figures(played: Sequence[Row]) -> dict[str, Figure]:
    """Right owner after each turn that something is expected of, and where handed over, every expected reason."""
    checked = [pair for dialogue in played for pair in _checked(dialogue)]
    handed = [(wanted, got) for wanted, got in checked if wanted["state"] == got["state"] == "handoff"]
    whole = [all(_owner(*pair) for pair in _checked(dialogue)) for dialogue in played if dialogue["expect"]]
    asks = [
        ("right owner after a turn", [_owner(*pair) for pair in checked]),
        ("dialogues with the right owner throughout", whole),
        (
            "handed over for every expected reason",
            [set(wanted["reasons"]) <= set(got["reasons"]) for wanted, got in handed],
        ),
    ]
    return {name: share(sum(holds), len(holds)) for name, holds in asks if holds}


def violations(dialogue: Row) -> tuple[list[str], list[str]]:
    """Of its `must_not`, those that were found broken, and those that only a reader can judge.

    Found by itself: an article named that was given, and a handover where there should be none. A sentence about
    turns in which the bot said nothing holds.
    """
    broken, to_read = [], []
    for sentence in dialogue["must_not"]:
        turns = _meant(sentence, dialogue["after"])
        if _HANDS_OVER.match(sentence) and not _ever_expected(dialogue):
            if dialogue["after"][-1]["state"] == "handoff":
                broken.append(sentence)
        elif match := _ARTICLE.search(sentence):
            wanted = _words(match[1])
            given = [topic for one in turns for topic in one["topics"]]
            if any(wanted <= _words(topic) or _words(topic) <= wanted for topic in given):
                broken.append(sentence)
            elif given:
                to_read.append(sentence)
        elif any(one["said"] for one in turns):
            to_read.append(sentence)
    return broken, to_read


def markdown(model: str, played: Sequence[Row]) -> str:
    """The figures, the turns with the wrong owner, the `must_not`, and what the bot said where a reader must judge."""
    lines = [
        f"# {model}: {len(played)} dialogues",
        "",
        "| figure | share | 95 % interval | n |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {one['share']:.1%} | {one['low']:.1%} to {one['high']:.1%} | {one['n']} |"
        for name, one in figures(played).items()
    ]
    wrong = [line for dialogue in played for line in _wrong(dialogue)]
    lines += ["", f"## Not as expected: {len(wrong)}", "", *wrong] if wrong else []
    found = [(dialogue, *violations(dialogue)) for dialogue in played]
    broken = [f"- {dialogue['id']}: {sentence}" for dialogue, ones, _ in found for sentence in ones]
    lines += ["", f"## `must_not` found broken: {len(broken)}", "", *(broken or ["None."])]
    readable = [(dialogue, sentences) for dialogue, _, sentences in found if sentences]
    if readable:
        lines += ["", f"## To be read: {sum(len(sentences) for _, sentences in readable)}"]
    for dialogue, sentences in readable:
        lines += ["", f"### {dialogue['id']} {dialogue['title']}".rstrip(), ""]
        lines += [f"- must not: {sentence}" for sentence in sentences]
        for texts, one in zip(dialogue["turns"], dialogue["after"], strict=True):
            lines += [f"- {one['turn']} customer: {_line(' / '.join(texts))}"]
            lines += [f"- {one['turn']} bot: {_line(text)}" for text in one["said"]]
            lines += [f"- {one['turn']} with a person ({', '.join(one['reasons'])})"] * (
                one["state"] == "handoff"
            )
    return "\n".join(lines) + "\n"


def _checked(dialogue: Row) -> list[tuple[Row, Row]]:
    return [(wanted, dialogue["after"][wanted["after_turn"] - 1]) for wanted in dialogue["expect"]]


def _owner(wanted: Row, got: Row) -> bool:
    return bool(wanted["state"] == got["state"])


def _ever_expected(dialogue: Row) -> bool:
    return any(one["state"] == "handoff" for one in dialogue["expect"])


def _meant(sentence: str, after: Sequence[Row]) -> Sequence[Row]:
    """The turns that a sentence speaks of: one that it names, those after it, or all."""
    if not (match := _AT_TURN.search(sentence)):
        return after
    turn = int(match[1])
    word = match[0].split()[0].lower()
    if word == "after":
        return after[turn:]
    return after[turn - 1 :] if word == "from" else after[turn - 1 : turn]


def _words(name: str) -> set[str]:
    return set(re.findall(r"[a-z]+", name.lower().replace("_", " ")))


def _wrong(dialogue: Row) -> list[str]:
    lines = []
    for wanted, got in _checked(dialogue):
        missing = set(wanted["reasons"]) - set(got["reasons"])
        if not _owner(wanted, got) or (wanted["state"] == "handoff" and missing):
            texts = " / ".join(dialogue["turns"][wanted["after_turn"] - 1])
            where = f"{dialogue['id']} turn {wanted['after_turn']}"
            lines.append(f"- {where} «{_line(texts)}»: {_state(got)}, expected {_state(wanted)}")
    return lines


def _state(one: Row) -> str:
    return f"{one['state']} ({', '.join(one['reasons'])})" if one["reasons"] else str(one["state"])


def _line(text: str) -> str:
    return " ".join(text.split())[:300]
