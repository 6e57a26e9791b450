"""Typing errors, undone before anything is scored: the encoder cuts "exprot" into pieces that mean nothing."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from symspellpy import SymSpell, Verbosity

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST, _LONG, _LONGEST = 4, 8, 24  # letters; in a long word two errors are undone
_OFTEN = 3  # a word that so many examples have is meant, whatever the dictionary says


class Spelling:
    """`words`: what an error may stand for, with how often examples have it."""

    def __init__(self, words: dict[str, int]) -> None:
        self.words = words
        self._near = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        for word, count in words.items():
            self._near.create_dictionary_entry(word, count)

    @classmethod
    def fit(cls, texts: Iterable[str]) -> "Spelling":
        counts = Counter(word for text in texts for word in _WORD.findall(text.lower()))
        return cls(
            {
                word: count
                for word, count in counts.items()
                if count >= _OFTEN or (count > 1 and word in _dictionary())
            }
        )

    def right(self, text: str) -> str:
        """`text` with each unknown word as the one of `words` that it is nearest to, if it is near to any."""
        return _WORD.sub(lambda found: self._word(found.group()), text)

    def _word(self, written: str) -> str:
        word = written.lower()
        if not _SHORTEST <= len(word) <= _LONGEST or word in self.words or word in _dictionary():
            return written
        errors = 2 if len(word) >= _LONG else 1
        near = self._near.lookup(word, Verbosity.CLOSEST, max_edit_distance=errors)
        meant = [one for one in near if one.term[0] == word[0] and len(one.term) > 2]
        if not meant:
            return written
        # A letter is left out more often than one is put in.
        best = min(meant, key=lambda one: (len(one.term) < len(word), -one.count)).term
        return best.upper() if written.isupper() else best


@cache
def _dictionary() -> frozenset[str]:
    """English words, as they come with the library."""
    listed = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    return frozenset(line.split(" ")[0] for line in listed.read_text(encoding="utf-8-sig").splitlines())
