"""What a page says."""

import re


def text_of(html: str) -> str:
    """The words of <main>, without tags and scripts."""
    main = html[html.index("<main") : html.index("</main>")]
    main = re.sub(r"<script.*?</script>", "", main, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())
