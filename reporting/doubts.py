"""Doubts about what in a report is not wrong, but unlikely: whoever files it is asked, and says that it is so."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from core.exceptions import NotAllowed
from core.texts import MAX_REASON_LENGTH, clean_text

# The names of the doubts that a person says are so, and the words to each; empty where none are needed.
type Answers = Mapping[str, str]
NO_ANSWERS: Answers = {}
# What a report keeps of one: its name, the question as it was put, and the words.
type KeptAnswer = dict[str, str]


@dataclass(frozen=True)
class Doubt:
    """Something unlikely: its `name` is what a person confirms, `field` where it stands. `reason`: the words of whoever
    said that it is so, which a doubt that `needs_reason` wants."""

    name: str
    field: str
    question: str
    needs_reason: bool = False
    reason: str = ""


class Doubtful(NotAllowed):
    """A refusal of what is unlikely, while whoever filed it has not yet said that it is so. `doubts`: about what."""

    def __init__(self, doubts: Collection[Doubt]) -> None:
        first = next(iter(doubts))
        super().__init__(first.question, field=first.field)
        self.doubts = list(doubts)


def answered(doubts: Iterable[Doubt], answers: Answers) -> list[KeptAnswer]:
    """Return the answers as they are kept. Raises Doubtful where one is missing, or the words that it needs."""
    asked = list(doubts)
    missing = [
        each for each in asked if each.name not in answers or (each.needs_reason and not answers[each.name].strip())
    ]
    if missing:
        raise Doubtful(missing)
    return [
        {
            "name": each.name,
            "question": each.question,
            "reason": _words(answers[each.name]) if each.needs_reason else "",
        }
        for each in asked
    ]


def _words(text: str) -> str:
    return clean_text(text, field="answers", max_length=MAX_REASON_LENGTH)


def with_kept(doubts: Iterable[Doubt], kept: Iterable[KeptAnswer]) -> list[Doubt]:
    """Return the doubts about a report that waits, with the words that were kept; those too that were asked when it was
    filed, and would not be asked now."""
    found = {each.name: each for each in doubts}
    for each in kept:
        known = found.get(each["name"]) or Doubt(each["name"], "", each["question"])
        found[each["name"]] = replace(known, reason=each["reason"])
    return list(found.values())
