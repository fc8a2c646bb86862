"""Two people, or two tabs of one, write the same draft: who changed which field."""

from collections.abc import Mapping, Sequence


def merge_fields(
    mine: Mapping[str, str], theirs: Mapping[str, str], known: Mapping[str, Sequence[str]]
) -> tuple[dict[str, str], list[str]]:
    """Return the fields as both want them, and the names of those where they want different things; these stay `mine`.

    `known` says of each field what I was shown first, and then what I sent and had no answer to. Where theirs is one of
    these, nobody else changed the field; where mine is the first, I did not.
    """
    merged, conflicts = dict(mine), []
    for name in mine:
        seen = known.get(name, ())
        if mine[name] == theirs[name] or theirs[name] in seen:
            continue
        if seen and mine[name] == seen[0]:
            merged[name] = theirs[name]
        else:
            conflicts.append(name)
    return merged, conflicts
