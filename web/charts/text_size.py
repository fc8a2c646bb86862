"""How wide text is drawn, estimated: nothing here can ask a browser. Sizes are px."""

from web.charts.theme import FONT


def about_wide(text: str, size: float = FONT) -> float:
    """px that the longest line takes, about: a Chinese character is as wide as high, a Latin one half of it."""
    return max(half_widths(line) for line in text.split("<br>")) * size / 2 * 1.12


def half_widths(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def wrapped(text: str, limit: int) -> str:
    """Return the text in two lines where it is longer than `limit` half characters: broken before a bracket, else into
    lines of about the same length."""
    if half_widths(text) <= limit:
        return text
    if "（" in text:
        return text.replace("（", "<br>（", 1)
    words = text.split(" ")
    if len(words) == 1:
        return f"{text[: len(text) // 2]}<br>{text[len(text) // 2 :]}"
    breaks = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
    return "<br>".join(min(breaks, key=lambda two: max(map(half_widths, two))))
