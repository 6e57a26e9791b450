"""How often the conversation was with the right side: for a reader, in Markdown."""

from collections.abc import Sequence

from tests.dialogues.dialogue import Expected
from tests.dialogues.player import After, Played, by, words

_HOW_TO_READ = (
    "Expected and found: whose the conversation is after each turn that has an expectation. Reasons are right where "
    "the expected ones stand among those found. What differs is printed in full below its table; a last line that "
    'puts the customer in line for a person, after "bot" to the end, is the button that the test presses.'
)


def owner_right(expected: Expected, after: After) -> bool:
    return expected.state == after.state


def reasons_right(expected: Expected, after: After) -> bool:
    return owner_right(expected, after) and set(expected.reasons) <= set(after.reasons)


def totals(all_played: Sequence[Played]) -> str:
    judged = [pair for played in all_played for pair in pairs(played)]
    owner = sum(owner_right(*pair) for pair in judged)
    reasons = sum(reasons_right(*pair) for pair in judged)
    whole = sum(all(reasons_right(*pair) for pair in pairs(played)) for played in all_played)
    turns = sum(played.dialogue.turns for played in all_played)
    return (
        f"{len(all_played)} dialogues, {turns} turns: right owner after {owner} of {len(judged)} turns with an "
        f"expectation, right owner and reasons after {reasons}; {whole} dialogues right throughout"
    )


def report(groups: dict[str, Sequence[Played]]) -> str:
    """`groups`: a heading, and the dialogues under it."""
    lines = ["# Dialogues played through the public API with the real bot", "", _HOW_TO_READ]
    for heading, all_played in groups.items():
        lines += ["", f"## {heading}", "", f"{totals(all_played)}.", "", *_table(all_played)]
        for played in all_played:
            lines += _for_reader(played)
    return "\n".join(lines) + "\n"


def _table(all_played: Sequence[Played]) -> list[str]:
    rows = ["| dialogue | turns | expected | found | differs after |", "|---|---|---|---|---|"]
    for played in all_played:
        differs = [str(want.after_turn) for want, after in pairs(played) if not reasons_right(want, after)]
        expected = [_shown(want.state, want.reasons) for want, _ in pairs(played)]
        found = [_shown(after.state, after.reasons) for _, after in pairs(played)]
        cells = [f"{played.dialogue.id}: {played.dialogue.title}", str(played.dialogue.turns)]
        cells += [" → ".join(expected), " → ".join(found), ", ".join(differs)]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _for_reader(played: Played) -> list[str]:
    """What was said, where something differs or where only a reader can tell whether it is right."""
    differs = any(not reasons_right(*pair) for pair in pairs(played))
    sentences = played.dialogue.for_reader
    if not differs and not any(sentences.values()):
        return []
    lines = ["", f"### {played.dialogue.id}: {played.dialogue.title}", ""]
    for name, listed in sentences.items():
        lines += [f"- {name}: {sentence}" for sentence in listed]
    lines.append("")
    for entry in played.log:
        who = "customer" if by(entry, "customer") else entry["author"]["kind"]
        lines.append(f"> {entry['seq']} **{who}** {words(entry)}".replace("\n", "\n> ") + "  ")
    return lines


def pairs(played: Played) -> list[tuple[Expected, After]]:
    return [(want, played.after[want.after_turn - 1]) for want in played.dialogue.expected]


def _shown(state: str, reasons: Sequence[str]) -> str:
    return f"{state} ({', '.join(reasons)})" if reasons else state
