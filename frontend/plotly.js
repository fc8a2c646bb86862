// What the image serves of plotly.js: the traces that the charts use, a third of the whole.
// tests/dashboard/test_bundle.py fails when a chart has a trace that is not named here.
const Plotly = require("plotly.js/lib/core");

Plotly.register([require("plotly.js/lib/scatter"), require("plotly.js/lib/bar")]);

module.exports = Plotly;
