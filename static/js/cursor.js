// One cursor over strips that share a time axis: a line in each of them under the pointer, and its time below.

const SVG = "http://www.w3.org/2000/svg";

document.addEventListener("pointermove", (event) => {
  const strips = event.target.closest("[data-began]");
  const box = strips?.querySelector(".lane").getBoundingClientRect();
  const share = strips ? (event.clientX - box.left) / box.width : -1;
  if (share >= 0 && share <= 1) show(strips, share);
  else for (const old of document.querySelectorAll(".cursor")) old.remove();
});

function show(strips, share) {
  const [began, ended] = [strips.dataset.began, strips.dataset.ended].map((at) => new Date(at).getTime());
  const at = `${share * 100}%`;
  for (const lane of strips.querySelectorAll(".lane")) place(lane, "line", { x1: at, x2: at, y2: "100%" });
  const hours = strips.querySelector(".hours");
  place(hours, "text", { x: at, y: "1em" }).textContent = new Date(began + share * (ended - began)).toISOString().slice(11, 16);
}

function place(picture, kind, attributes) {
  const mark = picture.querySelector(":scope > .cursor") ?? picture.appendChild(document.createElementNS(SVG, kind));
  for (const [name, value] of Object.entries({ class: "cursor", ...attributes })) mark.setAttribute(name, value);
  return mark;
}
