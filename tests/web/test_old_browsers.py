"""Tests that frontend/old_browsers.mjs finds what browsers of the age of Chromium 86 do not know, and nothing else."""

import subprocess
from pathlib import Path

from tests.services import ROOT

TOO_NEW = [
    ("css", "p { inset: 0 }"),
    ("css", "p { inset-inline: 0 }"),
    ("css", "p { margin-inline: 1px }"),
    ("css", "p { aspect-ratio: 1 }"),
    ("css", "p { accent-color: red }"),
    ("css", "p { text-wrap: balance }"),
    ("css", "p { overflow: clip }"),
    ("css", "p { overflow-x: clip }"),
    ("css", "p { translate: 1px }"),
    ("css", "p { height: 100dvh }"),
    ("css", "p { width: 10cqw }"),
    ("css", "p { color: color-mix(in srgb, red, blue) }"),
    ("css", "p { color: oklch(50% 0.1 20) }"),
    ("css", "p { color: rgb(from red r g b) }"),
    ("css", "p { grid-template-rows: subgrid }"),
    ("css", "p { no-such-property: 1px }"),
    ("css", "p:has(a) { color: red }"),
    ("css", "p:is(.a, .b) { color: red }"),
    ("css", "p:where(.a) { color: red }"),
    ("css", "p:not(.a, .b) { color: red }"),
    ("css", "p { & a { color: red } }"),
    ("css", "p { a { color: red } }"),
    ("css", "p { @media print { color: red } }"),
    ("css", "@container (min-width: 9px) { p { color: red } }"),
    ("css", "@layer base { p { color: red } }"),
    ("css", "@supports (inset: 0) { p { inset: 0 } }"),
    ("css", "@media (width > 9px) { p { color: red } }"),
    ("js", "structuredClone({});"),
    ("js", "window.structuredClone({});"),
    ("js", "[1].at(-1);"),
    ("js", "[1].findLast(Boolean);"),
    ("js", "Object.hasOwn({}, 'a');"),
    ("js", "let a = 1; a ||= 2;"),
    ("js", "let a = 1; a ??= 2;"),
    ("js", "class A { #b = 1 }"),
    ("js", "await fetch('/');"),
    ("js", "/a/v.test('a');"),
    ("js", "import a from 'a';"),
    ("js", "document.body.style.inset = '0';"),
    ("js", "document.body.checkVisibility();"),
    ("js", "document.body.addEventListener('scrollend', null);"),
    ("html", '<script type="importmap"></script>'),
    ("html", '<p popover="auto">'),
    ("html", "<p {% if a > b %}title{% endif %} inert>"),
    ("html", "<search></search>"),
]
KNOWN = [
    ("css", "p { text-underline-offset: 2px; text-decoration-thickness: 1px }"),
    ("css", "p { gap: 1px; display: flex; width: clamp(1px, 2vw, 3px); overflow: hidden; outline: 1px solid red }"),
    ("css", "p:focus-visible, p:not(.a), p:focus-within { color: rgb(0 0 0 / 50%) }"),
    ("css", ":root { --inset: 1px } @page { size: A4; margin: 1cm } @media (min-width: 9px) { p { color: red } }"),
    ("css", "@font-face { font-family: a; src: url(a.woff2); font-display: swap }"),
    ("js", "const a = { at: 1 }; a?.at ?? 'a'.replaceAll('a', 'b'); Promise.allSettled([]);"),
    ("js", "document.body.replaceChildren(); document.body.dataset.lost = 1; document.body.style.minWidth = '0';"),
    (
        "html",
        '<meta name="viewport" content="width=device-width"><input type="date" {% comment %} inert {% endcomment %}>',
    ),
    ("html", '<script src="a.js" type="module" defer></script><svg viewBox="0 0 1 1"><path d=""/></svg>'),
]


def faults(node: str, folder: Path, samples: list[tuple[str, str]]) -> str:
    files = []
    for number, (kind, text) in enumerate(samples):
        files.append(folder / f"{number}.{kind}")
        files[-1].write_text(f"\n{text}\n")
    done = subprocess.run([node, ROOT / "frontend/old_browsers.mjs", *files], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.returncode == (1 if done.stdout else 0)
    return done.stdout


def test_a_feature_that_came_later_is_named_with_its_line(node: str, tmp_path: Path) -> None:
    found = faults(node, tmp_path, TOO_NEW)
    missed = [text for number, (kind, text) in enumerate(TOO_NEW) if f"{tmp_path}/{number}.{kind}:2: " not in found]
    assert missed == []


def test_what_chromium_86_knows_and_ornament_is_no_fault(node: str, tmp_path: Path) -> None:
    assert faults(node, tmp_path, KNOWN) == ""


def test_what_cannot_be_read_is_a_fault(node: str, tmp_path: Path) -> None:
    found = faults(node, tmp_path, [("css", "p { color red }"), ("js", "if (")])
    assert f"{tmp_path}/0.css:2: cannot be read" in found
    assert f"{tmp_path}/1.js:3: is no ES2020" in found
