"""What of a report is not wrong, but unlikely: whoever files it is asked, and says that it is so."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from core.exceptions import NotAllowed


@dataclass(frozen=True)
class Doubt:
    """Something unlikely: its `name` is what a person confirms, `field` where it stands."""

    name: str
    field: str
    question: str


class Doubtful(NotAllowed):
    """What was filed is unlikely; whoever filed it has not yet said that it is so. `doubts`: about what."""

    def __init__(self, doubts: Collection[Doubt]) -> None:
        first = next(iter(doubts))
        super().__init__(first.question, field=first.field)
        self.doubts = list(doubts)


def check_confirmed(doubts: Iterable[Doubt], confirmed: Collection[str]) -> None:
    """Raises Doubtful where one was not. `confirmed`: the names of those that are said to be so."""
    unconfirmed = [each for each in doubts if each.name not in confirmed]
    if unconfirmed:
        raise Doubtful(unconfirmed)
