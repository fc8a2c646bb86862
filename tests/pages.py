"""Helpers that read the words of a page, and list which pages there are."""

import re

# What differs between two visits of one page: a token, the id of a form, and the time, which passes meanwhile.
OF_THE_VISIT = re.compile(
    rb'(?<=csrfmiddlewaretoken" value=")\w+|(?<=name="form_id" value=")[\w-]+'
    rb"|(?:\d{4}-\d\d-\d\dT)?(?<!\d)\d\d:\d\d(?::\d\d)?\b"
)


def joined(html: str) -> str:
    """A page without the marks that keep numbers and days whole at the end of a line."""
    return re.sub(r'<span class="nowrap">(.*?)</span>', r"\1", html)


def text_of(html: str) -> str:
    """The words of <main>, without tags and scripts."""
    main = joined(html[html.index("<main") : html.index("</main>")])
    main = re.sub(r"<script.*?</script>", "", main, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def patterns(resolver, names=()):
    """The name and the view of each address; that of the administration counts as one."""
    for pattern in resolver.url_patterns:
        if not hasattr(pattern, "url_patterns"):
            yield ":".join([*names, pattern.name or f"without a name: {pattern.pattern}"]), pattern.callback
        elif pattern.namespace == "admin":
            yield "admin:index", None
        else:
            yield from patterns(pattern, (*names, *filter(None, [pattern.namespace])))
