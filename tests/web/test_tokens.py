"""The style sheets keep what the look promises: contrasts, sizes, one place for colours."""

import re
from itertools import chain, combinations, pairwise
from pathlib import Path

import pytest
from coloraide import Color
from django.conf import settings

from core.statuses import MeasureStatus
from web.charts import theme
from web.charts.theme import GRID, INK_ON_MIDDLE, SEQUENCE_TONES, STATUS_TONES

ROOT = Path(__file__).resolve().parents[2]
CSS = sorted((ROOT / "static/css").rglob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))

HEX = re.compile(r"#[0-9a-fA-F]{6}\b")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\(")


def bare(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


def tokens(selector: str) -> dict[str, str]:
    css = bare((ROOT / "static/css/tokens.css").read_text(encoding="utf-8"))
    block = re.search(re.escape(selector) + r"\s*\{(.*?)\}", css, flags=re.DOTALL)
    assert block, selector
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block[1]))


NORMAL = tokens(":root")
LARGE = NORMAL | tokens(':root[data-size="large"]')
MORE_CONTRAST = NORMAL | tokens("@media (prefers-contrast: more) {\n  :root")


def sheets_of(template: Path) -> list[str]:
    return re.findall(r"{% static 'css/([\w/-]+\.css)' %}", template.read_text(encoding="utf-8"))


def test_every_style_sheet_is_linked_in_the_order_of_the_cascade():
    frame = sheets_of(ROOT / "templates/base.html")
    assert [frame[0], frame[1], frame[2], frame[-1]] == ["tokens.css", "base.css", "layout.css", "print.css"]
    assert all(name.startswith("components/") for name in frame[3:-1])
    own = {name for template in TEMPLATES if template.name != "base.html" for name in sheets_of(template)} - {*frame}
    assert {name for name in own if not name.startswith("pages/")} == {"plotly.css"}
    assert sorted([*frame, *own]) == sorted(str(path.relative_to(ROOT / "static/css")) for path in CSS)


@pytest.mark.parametrize("path", CSS, ids=lambda p: p.name)
def test_no_style_sheet_is_long(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_does():
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#17242f", "#ffffff"), 2) == 15.79


@pytest.mark.parametrize("palette", [NORMAL, LARGE], ids=["normal", "large print"])
@pytest.mark.parametrize("ground", ["ground", "tint"])
@pytest.mark.parametrize("text", ["ink", "ink-2", "ink-3", "accent", "accent-dark", "red", "green", "yellow-edge"])
def test_text_can_be_read(palette, ground, text):
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("palette", [NORMAL, LARGE], ids=["normal", "large print"])
@pytest.mark.parametrize("ground", ["ground", "tint"])
@pytest.mark.parametrize(
    "mark",
    [
        "edge", "completed", "in-progress", "promoting-edge", "yellow-edge", "red", "green", "comparator", "seq-edge",
    ],
)  # fmt: skip
def test_marks_and_lines_can_be_told_from_the_ground(palette, ground, mark):
    assert contrast(palette[mark], palette[ground]) >= 3


def test_neighbouring_statuses_can_be_told_apart_by_lightness_alone():
    assert contrast(NORMAL["completed"], NORMAL["in-progress"]) >= 3.2
    assert contrast(NORMAL["in-progress"], NORMAL["promoting"]) >= 3.2


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("ground", "accent"), ("ground", "accent-dark"), ("ground", "red"),
        ("ink", "seq-1"), ("ink", "seq-2"), ("ink", "seq-3"), ("ground", "seq-4"), ("ground", "seq-5"),
    ],
)  # fmt: skip
def test_words_in_an_area_can_be_read(text, area):
    assert contrast(NORMAL[text], NORMAL[area]) >= 4.5


def grey(colour: Color) -> Color:
    """Return a colour as a printer without colours prints it: its luminance alone."""
    return Color("srgb-linear", [colour.luminance()] * 3)


SIGHTS = {
    "normal": lambda colour: colour,
    "deuteranopia": lambda colour: colour.filter("deutan", 1, method="machado"),
    "protanopia": lambda colour: colour.filter("protan", 1, method="machado"),
    "grey": grey,
}


def difference(one: str, other: str, sight: str) -> float:
    """CIEDE2000 of two colours as seen with a kind of sight: 1 is just seen side by side, 100 is black and white."""
    seen = SIGHTS[sight]
    return seen(Color(one)).delta_e(seen(Color(other)), method="2000")


def test_differences_are_measured_as_ciede2000_does():
    assert round(difference("#000000", "#ffffff", "normal")) == 100
    # Sharma, Wu and Dalal (2005), the first of their pairs.
    one, other = Color("lab-d65", [50, 2.6772, -79.7751]), Color("lab-d65", [50, 0, -82.7485])
    assert round(one.delta_e(other, method="2000", space="lab-d65"), 4) == 2.0425


STATUSES = ("completed", "in-progress", "promoting")
LIGHTS = ("red", "yellow", "green")
CLASSES = tuple(f"seq-{n}" for n in range(1, 6))
LINES = ("accent", "comparator", "ink-2")


@pytest.mark.parametrize(
    ("names", "sight", "floor"),
    [
        # Told apart by their lightness alone, also where the print has no colours.
        (STATUSES, "normal", 28), (STATUSES, "deuteranopia", 26), (STATUSES, "protanopia", 29), (STATUSES, "grey", 27),
        # In grey their shape and word tell them apart.
        (LIGHTS, "normal", 47), (LIGHTS, "deuteranopia", 17), (LIGHTS, "protanopia", 14),
        # Neighbours only; the value stands in each tile.
        (CLASSES, "normal", 8), (CLASSES, "deuteranopia", 8), (CLASSES, "protanopia", 7), (CLASSES, "grey", 6),
        # In grey dash, width and the label at their end.
        (LINES, "normal", 9), (LINES, "deuteranopia", 8), (LINES, "protanopia", 7),
    ],
)  # fmt: skip
@pytest.mark.parametrize("palette", [NORMAL, LARGE], ids=["normal print", "large print"])
def test_colours_of_a_group_can_be_told_apart(palette, names, sight, floor):
    pairs = pairwise(names) if names is CLASSES else combinations(names, 2)
    too_near = {
        (one, other): round(apart, 1)
        for one, other in pairs
        if (apart := difference(palette[one], palette[other], sight)) < floor
    }
    assert too_near == {}


def test_each_class_of_the_map_is_darker_than_the_one_before():
    light = [luminance(NORMAL[f"seq-{n}"]) for n in range(1, 6)]
    assert light == sorted(light, reverse=True)


def test_who_asks_for_more_contrast_gets_that_of_large_print():
    assert MORE_CONTRAST == LARGE


def test_large_print_never_has_less_contrast():
    for name in ("ink-2", "ink-3", "edge", "rule"):
        assert contrast(LARGE[name], LARGE["ground"]) > contrast(NORMAL[name], NORMAL["ground"])


@pytest.mark.parametrize("path", [p for p in CSS if p.name != "tokens.css"] + SCRIPTS, ids=lambda p: p.name)
def test_colours_stand_in_the_token_file_only(path):
    text = path.read_text(encoding="utf-8")
    assert COLOUR.findall(bare(text)) == []


def test_charts_have_the_colours_of_the_tokens():
    """Plotly reads no style sheet. Of the theme only the grid, which is decoration, and the ink on the middle status
    have a colour of their own."""
    colours = {name: value for name, value in vars(theme).items() if isinstance(value, str) and COLOUR.match(value)}
    tones = [*STATUS_TONES.values(), *SEQUENCE_TONES]
    used = {colour.lower() for colour in [*colours.values(), *chain.from_iterable(tones)]}
    assert used - set(NORMAL.values()) == {GRID.lower(), INK_ON_MIDDLE.lower()}
    for name in ("ink", "ink-2", "ink-3", "edge", "ground", "accent", "comparator", "red"):
        assert colours[name.replace("-", "_").upper()].lower() == NORMAL[name]
    for status in MeasureStatus:
        assert STATUS_TONES[status].fill.lower() == NORMAL[status.tone]


def test_words_in_the_areas_of_charts_can_be_read():
    for tone in [*STATUS_TONES.values(), *SEQUENCE_TONES]:
        assert contrast(tone.text.lower(), tone.fill.lower()) >= 4.5
        assert contrast(tone.edge.lower(), NORMAL["ground"]) >= 3


def test_no_other_module_names_a_colour():
    apps = [ROOT / app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()]
    modules = [path for app in [*apps, ROOT / "core", ROOT / "pilotzone"] for path in app.rglob("*.py")]
    assert len(modules) > 100
    coloured = {str(path.relative_to(ROOT)) for path in modules if HEX.search(path.read_text(encoding="utf-8"))}
    # A workbook has no style sheet.
    assert coloured == {"web/charts/theme.py", "ledger/workbook.py"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_templates_hold_no_style_no_inline_script_and_no_colour(path):
    html = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=", html)
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", html)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", html)
    assert not re.search(r"(?:fill|stroke|color)=\"#", html)


@pytest.mark.parametrize("path", CSS, ids=lambda p: p.name)
def test_nothing_is_smaller_than_the_note_size(path):
    """Paper has a scale of its own, in points; the presentation one that follows from the window, and px of 1920."""
    css = bare(path.read_text(encoding="utf-8"))
    sizes = re.findall(r"(?:font-size|--size-[\w-]+):\s*([^;]+);", css)
    for size in sizes:
        if size.endswith("rem"):
            assert float(size.removesuffix("rem")) >= 0.8125
        elif path.name == "print.css" and size.endswith("pt"):
            assert float(size.removesuffix("pt")) >= 7
        elif path.name.startswith("presentation") and size.endswith("px"):
            # 12 px are those of drawings that stand there at 1.85 times their size.
            assert size == "12px" or int(size.removesuffix("px")) >= 22
        elif path.name == "presentation-screen.css" and "vw" in size:
            assert size in ("1.25vw", "min(1.25vw, 2.2222vh)")
        else:
            assert re.fullmatch(r"var\(--size-[\w-]+\)|inherit|1[02][05]?%", size), size


@pytest.mark.parametrize("path", CSS, ids=lambda p: p.name)
def test_only_the_two_weights_that_chinese_faces_have(path):
    weights = re.findall(r"font-weight:\s*([^;]+);", bare(path.read_text(encoding="utf-8")))
    assert set(weights) <= {"400", "700"}


@pytest.mark.parametrize("path", CSS, ids=lambda p: p.name)
def test_nothing_that_chromium_86_does_not_know(path):
    css = bare(path.read_text(encoding="utf-8"))
    for newer in (":has(", ":is(", ":where(", "@layer", "@container", "aspect-ratio", "accent-color", "text-wrap"):
        assert newer not in css
    assert not re.search(r"\binset\s*:|overflow:\s*clip|margin-inline|padding-inline|&\s*[.:>]|@import|url\(", css)


@pytest.mark.parametrize("path", CSS, ids=lambda p: p.name)
def test_every_variable_is_a_token(path):
    used = set(re.findall(r"var\(--([\w-]+)\)", path.read_text(encoding="utf-8")))
    assert used <= set(NORMAL)
