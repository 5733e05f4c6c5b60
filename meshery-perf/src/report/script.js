// Reads the curves off under the pointer. Everything it shows stands in the page as text; without it nothing is missing.
for (const plot of document.querySelectorAll("svg[data-curves]")) {
  const data = JSON.parse(plot.dataset.curves);
  const panel = plot.closest(".curves") ?? plot.parentElement;
  const make = (name, parent) => parent.appendChild(document.createElementNS(plot.namespaceURI, name));
  const hover = make("g", plot);
  hover.setAttribute("class", "hover");
  const tip = panel.appendChild(document.createElement("div"));
  tip.className = "tip";
  tip.hidden = true;
  const nearest = (share) => data.x.reduce((best, x, index) => (Math.abs(x - share) < Math.abs(data.x[best] - share) ? index : best), 0);
  const leave = () => { hover.replaceChildren(); tip.hidden = true; };
  plot.addEventListener("pointerleave", leave);
  plot.addEventListener("pointermove", (event) => {
    const box = plot.getBoundingClientRect();
    const index = nearest((event.clientX - box.left) / box.width);
    const x = data.x[index] * 100 + "%";
    hover.replaceChildren();
    const line = make("line", hover);
    for (const [name, value] of [["x1", x], ["x2", x], ["y1", 0], ["y2", box.height]]) line.setAttribute(name, value);
    tip.replaceChildren(Object.assign(document.createElement("b"), { textContent: data.percentile[index] }));
    for (const curve of data.curves.filter((curve) => index < curve.y.length)) {
      const dot = make("circle", hover);
      dot.setAttribute("class", curve.colour);
      for (const [name, value] of [["cx", x], ["cy", curve.y[index] * box.height], ["r", 4]]) dot.setAttribute(name, value);
      const row = tip.appendChild(document.createElement("div"));
      for (const text of [curve.name, curve.text[index]]) row.appendChild(document.createElement("span")).textContent = text;
    }
    tip.hidden = false;
    const place = panel.getBoundingClientRect();
    const left = event.clientX - place.left + 16;
    tip.style.left = Math.min(left, place.width - tip.offsetWidth - 8) + "px";
    tip.style.top = event.clientY - place.top + 16 + "px";
  });
}
