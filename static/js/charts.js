// Draws the charts of a page with Plotly, which is fetched only when a chart nears the view.
//
//   <script src="charts.js" data-plotly="URL of plotly.min.js" data-failed="A sentence." defer></script>
//   <figure class="chart"> … <div class="chart-plot" data-figure-id="ID" data-label="Caption" data-described-by="ID"></div>
//     <script type="application/json" id="ID">a figure, as web/charts/chart.py makes it</script> …
//
// A drawn figure has data-drawn="true"; one that failed has "false", the sentence, and its rows opened.
// Written for Chromium 86.
(function () {
  "use strict";

  const script = document.currentScript;
  const NARROW = 440;
  const PAPER = 688;
  const SHEET = 860; // what a sheet has for one chart below its heading
  const CONFIG = { displayModeBar: false, displaylogo: false, doubleClick: false, showTips: false, responsive: false };
  const drawn = new Map(); // plot -> the width it was drawn at
  let plotly = null;
  let printing = false;

  function loadPlotly() {
    plotly =
      plotly ||
      new Promise(function (resolve, reject) {
        const tag = document.createElement("script");
        tag.src = script.dataset.plotly;
        tag.onload = function () {
          resolve(window.Plotly);
        };
        tag.onerror = reject;
        document.head.append(tag);
      });
    return plotly;
  }

  function isDict(value) {
    return value !== null && typeof value === "object" && !Array.isArray(value);
  }

  function merge(base, changes) {
    Object.keys(changes || {}).forEach(function (key) {
      if (isDict(base[key]) && isDict(changes[key])) merge(base[key], changes[key]);
      else base[key] = changes[key];
    });
    return base;
  }

  // Sizes against those of the screen, in large print and on paper. `rows`: the height where bars hold text.
  function factors(narrow, paper) {
    if (paper) return { font: 0.76, height: 0.56, rows: 0.85, line: 0.75 };
    if (document.documentElement.dataset.size !== "large") return { font: 1, height: 1, rows: 1, line: 1 };
    const font = narrow ? 1.1 : 1.25;
    return { font: font, height: 1.15, rows: font, line: 1 };
  }

  function resize(node, by, name) {
    Object.keys(node).forEach(function (key) {
      const value = node[key];
      if (Array.isArray(value)) {
        value.forEach(function (one) {
          if (isDict(one)) resize(one, by, key);
        });
      } else if (isDict(value)) resize(value, by, key);
      else if (typeof value !== "number") return;
      else if ((key === "size" && /font$/.test(name)) || key === "minsize" || key === "xshift" || key === "yshift" || name === "margin" || name === "pad")
        node[key] = value * by.font;
      else if (key === "width" && name === "line") node[key] = value * by.line;
      else if (key === "size" && name === "marker") node[key] = value * by.line;
    });
  }

  // Parsed anew each time, since Plotly writes into what it is given.
  function figureOf(plot, width, paper) {
    const figure = JSON.parse(document.getElementById(plot.dataset.figureId).textContent);
    const narrow = width < (paper ? NARROW * 0.76 : NARROW);
    const layout = merge(figure.layout, narrow ? figure.narrow : null);
    const by = factors(narrow, paper);
    // Tiles have no room for more.
    if (figure.aspect && paper) by.font = 0.68;
    else if (figure.aspect && narrow) by.font = 1;
    const family = getComputedStyle(document.body).fontFamily;
    resize({ data: figure.data, layout: layout }, by, "");
    layout.font.family = family;
    layout.hoverlabel.font.family = family;
    layout.width = width;
    layout.height = Math.round(figure.aspect ? width / figure.aspect : layout.height * (layout.uniformtext ? by.rows : by.height));
    if (paper) layout.height = Math.min(layout.height, SHEET);
    return { data: figure.data, layout: layout, key: figure.key };
  }

  // Where the page brings no key of its own.
  function drawKey(plot, entries) {
    const holder = plot.parentNode;
    if (!entries || holder.querySelector(".key")) return;
    const key = document.createElement("div");
    key.className = "key";
    entries.forEach(function (entry) {
      const line = document.createElement("span");
      const swatch = document.createElement("span");
      swatch.className = entry.hatched ? "swatch hatched" : "swatch";
      swatch.style.backgroundColor = entry.fill;
      swatch.style.borderColor = entry.edge;
      line.append(swatch, entry.label);
      key.append(line);
    });
    holder.insertBefore(key, plot);
  }

  function follow(event) {
    const to = event.points[0].customdata;
    if (typeof to === "string" && to) window.location.assign(to);
  }

  function draw(plot, width, paper) {
    const figure = figureOf(plot, width, paper);
    const isNew = !drawn.has(plot);
    drawn.set(plot, width);
    if (isNew) {
      // A drawing has a width of its own; this keeps it from holding the column open when the window shrinks.
      plot.style.width = "0";
      plot.style.minWidth = "100%";
      plot.style.minHeight = "0";
    }
    return window.Plotly[isNew ? "newPlot" : "react"](plot, figure.data, figure.layout, CONFIG).then(function () {
      if (!isNew) return;
      plot.on("plotly_click", follow);
      plot.on("plotly_hover", function (event) {
        point(plot, event.points[0].customdata ? "pointer" : "");
      });
      plot.on("plotly_unhover", function () {
        point(plot, "");
      });
    });
  }

  function point(plot, cursor) {
    const ground = plot.querySelector(".nsewdrag");
    if (ground) ground.style.cursor = cursor;
  }

  function mark(plot, ok) {
    (plot.closest("figure") || plot).dataset.drawn = String(ok);
  }

  // What is drawn later moves nothing that is read, or has the focus, by then.
  function hold(plot) {
    const figure = figureOf(plot, plot.clientWidth, false);
    drawKey(plot, figure.key);
    plot.style.minHeight = figure.layout.height + "px";
  }

  function fail(plot, error) {
    if (window.console) console.warn("Chart " + plot.dataset.figureId + " was not drawn:", error);
    const figure = plot.closest("figure") || plot.parentNode;
    const sentence = document.createElement("p");
    sentence.className = "chart-note";
    sentence.textContent = script.dataset.failed || "";
    plot.hidden = true;
    plot.after(sentence);
    figure.querySelectorAll(".chart-rows").forEach(function (rows) {
      rows.classList.add("open");
    });
    mark(plot, false);
  }

  function name(plot) {
    plot.setAttribute("role", "img");
    if (plot.dataset.label) plot.setAttribute("aria-label", plot.dataset.label);
    if (plot.dataset.describedBy) plot.setAttribute("aria-describedby", plot.dataset.describedBy);
  }

  function settle(plot, drawing) {
    drawing
      .then(function () {
        mark(plot, true);
        widths.observe(plot);
      })
      .catch(function (error) {
        fail(plot, error);
      });
  }

  function show(plot) {
    name(plot);
    settle(
      plot,
      loadPlotly().then(function () {
        return draw(plot, plot.clientWidth, false);
      })
    );
  }

  const widths = new ResizeObserver(function (entries) {
    if (printing) return;
    entries.forEach(function (entry) {
      const plot = entry.target;
      if (plot.clientWidth && plot.clientWidth !== drawn.get(plot)) draw(plot, plot.clientWidth, false);
    });
  });

  const views = new IntersectionObserver(
    function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting) return;
        views.unobserve(entry.target);
        show(entry.target);
      });
    },
    { rootMargin: "400px 0px" }
  );

  function onPaper(plot) {
    // Not <main>, which is as wide as the window: its margins grow with that, and those of the paper do not.
    const page = plot.closest(".page") || document.body;
    return draw(plot, Math.round((PAPER * plot.clientWidth) / page.clientWidth), true);
  }

  // The drawing takes the share of the paper that it has of the page. What is further down was not drawn yet; it is
  // now, unless Plotly is still on its way.
  window.addEventListener("beforeprint", function () {
    printing = true;
    document.querySelectorAll(".chart-plot[data-figure-id]").forEach(function (plot) {
      if (drawn.has(plot)) onPaper(plot);
      else if (window.Plotly && !plot.hidden) {
        views.unobserve(plot);
        name(plot);
        settle(plot, onPaper(plot));
      }
    });
  });
  window.addEventListener("afterprint", function () {
    printing = false;
    drawn.forEach(function (_width, plot) {
      draw(plot, plot.clientWidth, false);
    });
  });

  function start() {
    document.querySelectorAll(".chart-plot[data-figure-id]").forEach(function (plot) {
      hold(plot);
      views.observe(plot);
    });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
