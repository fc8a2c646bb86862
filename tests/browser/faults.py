"""Checks for what must not be on any page: each function gives a list of sentences, empty where all is well."""

import csv
import re
import time
from functools import cache
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.services import ROOT
from web.catalogue import catalogue_path, chinese, read_catalogue

HAN = re.compile(r"[\u3400-\u9fff]+")
# Two letters or more: single ones are parts of codes and formulas.
WORD = re.compile(r"[A-Za-z][A-Za-z'’]+")
# Written alike in Chinese: codes of measures and projects, months, paths of figures in the API, names of files, and
# the user names of those without another name; the folder of the demonstration's files.
CODES = re.compile(
    r"\b[MP]\d{3,4}\b|\b\d{4}(Q|H)\d\b|\b[a-z_]+(\.[a-z_]+)+\b|\b[\w-]+\.pdf\b|\bfixtures\b"
    r"|\b(ada|ben|zoe|rita|vic|audit|mia|lea|kim|pete|admin)\b"
    # Names of pages and filters, as the log has them.
    r"|\b[a-z]+:list\b|\b[a-z_]+=[\w-]+(&[a-z_]+=[\w-]+)*"
)

# Plotly's own: marks of type, and places that values fill.
MARKUP = re.compile(r"<[^>]*>|%\{[^}]*\}")

# Each text that a reader sees or hears, with the language that it is marked as. What people type into fields is
# theirs, and <code> is for machines.
TEXTS = """() => {
  const texts = [];
  const add = (element, text) => {
    text = (text || "").trim();
    const marked = element.closest("[lang]");
    if (text) texts.push([marked ? marked.lang : "", text]);
  };
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!element.closest("script, style, noscript, textarea, code, pre")) add(element, walker.currentNode.data);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt", "data-label", "data-failed", "data-lost",
                      "data-log-in"])
    document.querySelectorAll(`[${name}]`).forEach(element => add(element, element.getAttribute(name)));
  document.querySelectorAll("meta[name=description]").forEach(element => add(element, element.content));
  document.querySelectorAll(".chart-plot[data-figure-id]").forEach(plot => {
    // The texts of a chart, drawn or not: what is shown, and not the addresses or the options.
    JSON.stringify(JSON.parse(document.getElementById(plot.dataset.figureId).textContent), (key, value) => {
      if (["text", "ticktext", "hovertemplate", "name", "label", "title"].includes(key))
        [value].flat(3).forEach(each => typeof each === "string" && add(plot, each));
      return value;
    });
  });
  return texts;
}"""


@cache
def words_of_the_chinese() -> frozenset[str]:
    """The Latin words that Chinese sentences of the catalogue and Chinese columns of the data hold: GDP, Excel, PM."""
    texts = [chinese(message) for message in read_catalogue(catalogue_path()) if message.id]
    texts = [re.sub(r"%\(\w+\)[sd]|<[^>]+>", "", text) for text in texts]
    for path in (ROOT / "fixtures").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                texts += [value for column, value in row.items() if column.endswith("_zh")]
                # A source is named in both languages: Chinese, a bar, English.
                texts += [row[column].split(" | ")[0] for column in ("source", "document") if row.get(column)]
    # A text without any Chinese is one that nobody put into Chinese, unless it is a unit.
    return frozenset(word for text in texts if HAN.search(text) or len(text) < 8 for word in WORD.findall(text))


def untranslated(page: Page, language: str) -> list[str]:
    """Chinese on an English page and English on a Chinese one, unless it is marked as such."""
    found = []
    for marked, written in page.evaluate(TEXTS):
        text = MARKUP.sub(" ", written)
        if language == "en" and marked.startswith("en"):
            strange = HAN.findall(text)
        elif language == "zh-hans" and marked.startswith("zh"):
            strange = [word for word in WORD.findall(CODES.sub("", text)) if word not in words_of_the_chinese()]
        else:
            strange = [] if marked else ["no language"]
        if strange:
            found.append(f"untranslated {' '.join(strange)}: {text[:80]}")
    return list(dict.fromkeys(found))


def ill_made(page: Page, language: str) -> list[str]:
    """A page says its language, has a title of its own and one first heading."""
    found = []
    if (said := page.locator("html").get_attribute("lang")) != {"en": "en", "zh-hans": "zh-Hans"}[language]:
        found.append(f"says it is in {said}")
    # The name of the site follows the title.
    if not page.title() or page.title().strip().startswith("·"):
        found.append("has no title")
    if (headings := page.locator("h1").count()) != 1:
        found.append(f"has {headings} first headings")
    return found


def too_wide(page: Page) -> list[str]:
    excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"is {excess} px too wide"] if excess > 0 else []


# Names of rows and heads of columns that are a letter or two wide, and words that a line ends within.
TORN = r"""() => {
  const found = [];
  const linesOf = range => new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;
  document.querySelectorAll(".scroller th").forEach(cell => {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode, range = document.createRange();
      range.selectNodeContents(node);
      const lines = linesOf(range), text = node.data.trim();
      if (lines < 2 || cell.querySelector(".nowrap")) continue;
      const isTorn = [...node.data.matchAll(/[A-Za-z]+/g)].some(word => {
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        return linesOf(range) > 1;
      });
      // A unit in brackets, or what follows a stroke, may stand on a line of its own.
      const parts = text.split(/(?=（)|(?<=\/)/).length;
      // Where the column has room for all of the text, it only goes on behind something else.
      const isNarrow = text.length * parseFloat(getComputedStyle(cell).fontSize) > cell.clientWidth;
      const isColumnOfLetters = isNarrow && lines > parts && text.length < 3 * lines;
      if (isTorn || isColumnOfLetters) found.push(`tears "${text}" into ${lines} lines`);
    }
  });
  return [...new Set(found)];
}"""


def torn(page: Page) -> list[str]:
    return page.evaluate(TORN)


# Best practices too; `preload` would fetch the style sheets once more.
AXE_OPTIONS: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,
}


def barriers(page: Page) -> list[str]:
    """Return the faults that axe finds. It is evaluated from outside, since the content security policy refuses a
    script of another origin."""
    page.evaluate(AXE_SCRIPT)
    results = page.evaluate("options => axe.run(document, options)", AXE_OPTIONS)
    return [
        f"{violation['id']}: {node['html'][:120]} ({len(violation['nodes'])} of them)"
        for violation in results["violations"]
        for node in violation["nodes"][:1]
    ]


SHOW_NEXT_CHART = """() => {
  const plot = document.querySelector("figure:not([data-drawn=true]) .chart-plot");
  if (plot) plot.scrollIntoView();
}"""


def draw_charts(page: Page) -> list[str]:
    """Goes to each chart: they are drawn when they come near the view, and the page grows meanwhile."""
    waiting = page.locator("figure:has(.chart-plot):not([data-drawn=true])")
    end = time.monotonic() + 10
    while waiting.count() and time.monotonic() < end:
        page.evaluate(SHOW_NEXT_CHART)
        page.wait_for_timeout(50)
    return [f"did not draw {figure.get_attribute('data-chart')}" for figure in waiting.all()]


# The labels of each drawn chart by its name: those that its drawing cuts, and those that lie on each other by more than
# the room above and below letters. Marks on a line (·) and empty labels are no words.
LABELS = """() => {
  const found = [];
  document.querySelectorAll("figure[data-drawn=true]").forEach(figure => {
    const name = figure.dataset.chart;
    const drawing = figure.querySelector(".main-svg").getBoundingClientRect();
    const boxes = [];
    figure.querySelectorAll(".main-svg text").forEach(text => {
      const box = text.getBoundingClientRect();
      const words = text.textContent.trim();
      if (!words || !box.width || !text.getBBox().width) return;
      if (getComputedStyle(text).visibility === "hidden" || getComputedStyle(text).opacity === "0") return;
      if (text.closest(".hoverlayer, .modebar")) return;
      if (box.left < drawing.left - 1 || box.right > drawing.right + 1 || box.top < drawing.top - 1 ||
          box.bottom > drawing.bottom + 1) found.push(`${name} cuts "${words}"`);
      boxes.push([words, box]);
    });
    boxes.forEach(([words, one], index) => boxes.slice(index + 1).forEach(([others, other]) => {
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (wide > 1 && high > 0.25 * Math.min(one.height, other.height))
        found.push(`${name}: "${words}" and "${others}" lie on each other`);
    }));
  });
  return found;
}"""


def ill_labelled(page: Page) -> list[str]:
    return page.evaluate(LABELS)
