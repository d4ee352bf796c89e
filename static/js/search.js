// "/" puts the cursor into the search box of the page, unless somebody is typing.
const box = document.querySelector("input[type=search]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || !box || event.target.matches("input, textarea, select")) return;
  event.preventDefault();
  box.focus();
});
