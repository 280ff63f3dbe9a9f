// Colours and fonts of the plots: those of the page, in the scheme of its reader.
const ofPage = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const escape = (text) =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
const touched = matchMedia("(pointer: coarse)").matches;
const themed = (layout) => {
  const axis = {
    gridcolor: ofPage("--grid"), zerolinecolor: ofPage("--grid"), linecolor: ofPage("--line"),
    automargin: true,
  };
  return {
    ...layout,
    font: { color: ofPage("--ink"), size: 13, family: getComputedStyle(document.body).fontFamily },
    colorway: [0, 1, 2, 3, 4, 5, 6].map((index) => ofPage(`--c${index}`)),
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 12, r: 12, t: 12, b: 12 },
    hoverlabel: {
      bgcolor: ofPage("--card"), bordercolor: ofPage("--line"), font: { color: ofPage("--ink") },
      align: "left", namelength: -1,
    },
    hovermode: "closest",
    showlegend: false,
    dragmode: touched ? false : "zoom",
    xaxis: { ...axis, ...layout.xaxis },
    yaxis: { ...axis, ...layout.yaxis },
  };
};
const CONFIG = { displaylogo: false, displayModeBar: false };
