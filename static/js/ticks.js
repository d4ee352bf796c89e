// Ticks all boxes of a name: <label hidden><input type="checkbox" data-ticks="id"></label>, also after a fragment was swapped.
const boxes = (all) => [...document.querySelectorAll(`input[name="${all.dataset.ticks}"]`)];

function show() {
  for (const all of document.querySelectorAll("[data-ticks]")) {
    const ticked = boxes(all).filter((box) => box.checked).length;
    all.parentElement.hidden = false;
    all.checked = ticked > 0 && ticked === boxes(all).length;
    all.indeterminate = ticked > 0 && !all.checked;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.dataset.ticks) for (const box of boxes(event.target)) box.checked = event.target.checked;
  show();
});
document.addEventListener("htmx:after:swap", show);
show();
