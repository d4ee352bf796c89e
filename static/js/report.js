// Lets the browser work a little for its report, while somebody writes it (ALTCHA, served from here).
// Without JavaScript, and where the work cannot be done, the form is sent without proof: it works, and few such count.

const LONGEST_MS = 20000; // then the report goes as it is

async function load() {
  await import("../vendor/altcha/altcha-3.2.2.min.js");
  const worker = new URL("../vendor/altcha/pbkdf2-3.2.2.js", import.meta.url);
  globalThis.$altcha.algorithms.set("PBKDF2/SHA-256", () => new Worker(worker));
  globalThis.$altcha.defaults.set({ humanInteractionSignature: false, minDuration: 0, hideFooter: true, hideLogo: true });
}

function prepare(form) {
  const widget = form.querySelector("altcha-widget");
  const said = form.querySelector("[data-report-status]");
  let work = null;
  const begin = () => (work ??= prove(widget).catch(() => {}));
  form.addEventListener("focusin", begin, { once: true });
  form.addEventListener("submit", async (event) => {
    if (form.dataset.report === "done") return;
    event.preventDefault();
    said.textContent = "Sending …";
    await Promise.race([begin(), new Promise((resolve) => setTimeout(resolve, LONGEST_MS))]);
    form.dataset.report = "done";
    // Later, also where the work was done long ago: a form that still tells of being sent cannot be sent again.
    setTimeout(() => form.requestSubmit(event.submitter));
  });
}

async function prove(widget) {
  await (loaded ??= load());
  await customElements.whenDefined("altcha-widget");
  await widget.verify();
}

let loaded = null;

function find() {
  for (const form of document.querySelectorAll('form[data-report=""]')) {
    form.dataset.report = "ready";
    prepare(form);
  }
}

document.addEventListener("htmx:after:swap", find);
find();
