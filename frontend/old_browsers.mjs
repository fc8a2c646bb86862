// Names what a browser of 2020 does not know in the style sheets, scripts and templates that are given:
//
//   node frontend/old_browsers.mjs static/css/base.css static/js/site.js templates/base.html
//
// Domestic government browsers are of the age of Chromium 86. Which feature came when is told by MDN's data; a name that
// only newer versions have is a fault wherever it stands, also behind a test for it: nothing here needs such tests.
// Exits 1 with a line for each fault. Scripts keep to the syntax of ES2020.
import { readFileSync } from "node:fs";

import { parse as parseScript } from "acorn";
import { full } from "acorn-walk";
import { parse as parseSheet, walk } from "css-tree";
import data from "@mdn/browser-compat-data/forLegacyNode";

const CHROMIUM = 86;
// Nothing is lost where a browser passes over these: ornament, and what answers to a setting that it cannot have.
const MAY_BE_MISSING = [
  "text-underline-offset",
  "text-decoration-thickness",
  "@media (forced-colors)",
  "forced-color-adjust",
  "forced-color-adjust: none",
  "@media (prefers-contrast)",
  '<meta name="viewport">', // for phones alone
];

const numbered = (version) => parseInt(String(version).replace("≤", ""), 10) || Infinity;

// The version of Chromium that first has a feature, Infinity if none does, null if the data do not say.
function since(feature) {
  if (!feature || !feature.__compat) return null;
  const versions = [feature.__compat.support.chrome]
    .flat()
    .filter((one) => !one.prefix && !one.alternative_name && !one.flags)
    .filter((one) => !one.version_removed || numbered(one.version_removed) > CHROMIUM)
    .map((one) => numbered(one.version_added));
  return Math.min(...versions, Infinity);
}

class Report {
  constructor(file) {
    this.file = file;
    this.lines = new Set();
  }

  add(line, text) {
    this.lines.add(`${this.file}:${line}: ${text}`);
  }

  // `features`: whatever the name may mean; one that an old browser has is enough.
  check(line, name, ...features) {
    const versions = features.map(since).filter((version) => version !== null);
    if (!versions.length || MAY_BE_MISSING.includes(name)) return;
    const first = Math.min(...versions);
    if (first > CHROMIUM) this.add(line, `${name} ${first === Infinity ? "is not in Chromium" : `came with Chromium ${first}`}`);
  }
}

// Every feature below `root` by its own name, since the data group values by kind.
function byName(root, found = new Map()) {
  for (const [name, feature] of Object.entries(root)) {
    if (name === "__compat") continue;
    found.set(name, [...(found.get(name) || []), feature]);
    byName(feature, found);
  }
  return found;
}

const { properties, selectors, types, "at-rules": atRules } = data.css;
const valueNames = byName(types);
const VIEWPORTS = { s: "small", l: "large", d: "dynamic" };

function checkSheet(text, report) {
  const sheet = parseSheet(text, {
    positions: true,
    onParseError: (error) => report.add(error.line, `cannot be read: ${error.message}`),
  });
  walk(sheet, function (node) {
    const line = node.loc && node.loc.start.line;
    if (node.type === "Declaration") {
      const name = node.property.toLowerCase();
      const descriptor = this.atrule && !this.rule && (atRules[this.atrule.name] || {})[name];
      if (name.startsWith("-")) return; // a prefix stands for a version of its own
      if (!properties[name] && !descriptor) report.add(line, `${name} is unknown to MDN`);
      else report.check(line, name, properties[name], descriptor);
    } else if (node.type === "Identifier" && this.declaration) {
      const property = properties[this.declaration.property.toLowerCase()];
      if (property) report.check(line, `${this.declaration.property}: ${node.name}`, property[node.name]);
    } else if (node.type === "Function") {
      const own = this.declaration && properties[this.declaration.property];
      report.check(line, `${node.name}()`, ...(valueNames.get(node.name) || []), own && own[node.name]);
      const first = node.children.first;
      if (first && first.type === "Identifier" && first.name === "from") report.add(line, "relative colours came with Chromium 119");
    } else if (node.type === "Dimension") {
      const [, size] = /^([sld])v(w|h|i|b|min|max)$/.exec(node.unit) || [];
      const length = types.length;
      if (size) report.check(line, node.unit, length[`viewport_percentage_units_${VIEWPORTS[size]}`]);
      else if (/^cq/.test(node.unit)) report.check(line, node.unit, length.container_query_length_units);
      else report.check(line, node.unit, length[node.unit]);
    } else if (node.type === "PseudoClassSelector" || node.type === "PseudoElementSelector") {
      report.check(line, `:${node.name}`, selectors[node.name]);
      const list = node.children && node.children.first;
      if (list && list.type === "SelectorList" && list.children.size > 1)
        report.check(line, `a list in :${node.name}()`, selectors[node.name] && selectors[node.name].selector_list);
    } else if (node.type === "NestingSelector" || (node.type === "Rule" && this.rule)) {
      report.check(line, "nesting", selectors.nesting);
    } else if (node.type === "Atrule") {
      report.check(line, `@${node.name}`, atRules[node.name]);
      if (this.rule) report.check(line, "nesting", selectors.nesting);
    } else if (node.type === "Feature" && this.atrule) {
      report.check(line, `@media (${node.name})`, atRules.media[node.name.replace(/^(min|max)-/, "")]);
    } else if (node.type === "FeatureRange") {
      report.check(line, "a range in @media", atRules.media.range_syntax);
    }
  });
}

// What a script can name: globals, members of any object, and events.
const globals = new Map();
const members = new Map();
const events = new Map();
for (const [name, owner] of [...Object.entries(data.api), ...Object.entries(data.javascript.builtins)]) {
  globals.set(name, [...(globals.get(name) || []), owner]);
  for (const [key, feature] of Object.entries(owner)) {
    if (key === "__compat" || key === name) continue;
    const [, plain, kind] = /^(.*?)(_event|_static)?$/.exec(key);
    const names = kind === "_event" ? events : members;
    names.set(plain, [...(names.get(plain) || []), feature]);
  }
}

function checkScript(text, report) {
  let program;
  try {
    program = parseScript(text, { ecmaVersion: 2020, sourceType: "script", locations: true });
  } catch (error) {
    report.add(error.loc ? error.loc.line : 1, `is no ES2020: ${error.message}`);
    return;
  }
  const own = new Set(); // what the script itself gives a name to: variables, and keys of its objects
  full(program, (node) => {
    const named = [node.id, node.param, ...(node.params || []), node.type === "Property" && node.key];
    for (const one of named) if (one && one.type === "Identifier") own.add(one.name);
  });
  full(program, (node) => {
    const line = node.loc.start.line;
    if (node.type === "Identifier" && !own.has(node.name)) report.check(line, node.name, ...(globals.get(node.name) || []));
    if (node.type === "MemberExpression") {
      const { property, computed } = node;
      const name = computed ? property.value : property.name;
      // A global may be written as window.name.
      const isGlobal = ["window", "self", "globalThis"].includes(node.object.name);
      const meant = [...(members.get(name) || []), ...((isGlobal && globals.get(name)) || [])];
      const style = properties[String(name).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)];
      const isData = node.object.property && node.object.property.name === "dataset";
      if (!own.has(name) && !isData) report.check(property.loc.start.line, `.${name}`, ...meant, style);
    }
    const method = node.type === "CallExpression" && node.callee.property && node.callee.property.name;
    const [event] = node.arguments || [];
    if (method === "addEventListener" && event) report.check(line, `the event ${event.value}`, ...(events.get(event.value) || []));
  });
}

const { elements, global_attributes: everywhere } = data.html;

function checkTemplate(text, report) {
  const blank = (part) => part.replace(/[^\n]/g, " ");
  const html = text.replace(/\{%\s*comment\s*%\}[^]*?\{%\s*endcomment\s*%\}|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--[^]*?-->/g, blank);
  for (const tag of html.matchAll(/<([a-z][a-z0-9-]*)((?:"[^"]*"|'[^']*'|[^<>"'])*)>/g)) {
    const element = elements[tag[1]];
    if (!element) continue;
    const line = html.slice(0, tag.index).split("\n").length;
    report.check(line, `<${tag[1]}>`, element);
    for (const [, name, value] of tag[2].matchAll(/\s([a-z-]+)(?:="([^"]*)")?/g)) {
      const attribute = element[name] || everywhere[name];
      report.check(line, `<${tag[1]} ${name}>`, attribute);
      report.check(line, `<${tag[1]} ${name}="${value}">`, (attribute && attribute[value]) || element[`${name}_${value}`]);
    }
  }
}

const CHECKS = { css: checkSheet, js: checkScript, html: checkTemplate };
let faults = 0;
for (const file of process.argv.slice(2)) {
  const report = new Report(file);
  CHECKS[file.split(".").pop()](readFileSync(file, "utf-8"), report);
  for (const line of report.lines) console.log(line);
  faults += report.lines.size;
}
process.exit(faults ? 1 : 0);
