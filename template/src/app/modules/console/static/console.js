// All that pages need a script for: the rest are links and forms.
"use strict";

// A log-in with a provider brings its challenge behind the # of the address, which servers never see.
for (const field of document.querySelectorAll("[data-from-address]")) {
  const sent = new URLSearchParams(location.hash.slice(1)).get(field.dataset.fromAddress);
  if (sent) {
    field.value = sent;
    history.replaceState(null, "", location.pathname + location.search);
  }
}

// A form is sent once, also if somebody clicks twice.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
  });
}

// On a narrow screen the menu begins closed.
const menu = document.querySelector("details.menu");
if (menu && matchMedia("(max-width: 50rem)").matches) menu.open = false;

// A picker searches: its options are replaced by what is found, and what was chosen stays.
function addPickers(part) {
  for (const search of part.querySelectorAll("input[data-picks]")) {
    const select = document.getElementById(search.dataset.for);
    let waiting;
    search.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => find(search, select), 200);
    });
    search.hidden = false;
  }
}
addPickers(document);

async function find(search, select) {
  const wanted = search.value;
  const answer = await fetch(`${search.dataset.picks}?q=${encodeURIComponent(wanted)}`).catch(() => null);
  if (!answer?.ok || search.value !== wanted) return;
  const chosen = select.selectedOptions[0];
  const kept = [...select.options].filter((option) => !option.value || option === chosen);
  const found = (await answer.json()).filter((each) => each.id !== chosen?.value);
  select.replaceChildren(...kept, ...found.map((each) => new Option(each.label, each.id)));
  if (found.length && wanted) select.value = found[0].id;
}

// A list of rows grows by copies of its last row, which is empty.
for (const list of document.querySelectorAll("[data-rows]")) {
  const rows = list.getElementsByTagName("fieldset");
  const button = list.querySelector("[data-add]");
  const empty = rows[rows.length - 1].cloneNode(true);
  const first = rows.length - 1;
  const update = () => { button.hidden = rows.length >= (list.dataset.most ?? Infinity); };
  button.addEventListener("click", () => {
    const copy = empty.cloneNode(true);
    for (const each of copy.querySelectorAll("*")) {
      for (const name of ["name", "id", "for", "data-for", "aria-describedby"]) {
        const value = each.getAttribute(name);
        if (value) each.setAttribute(name, value.replace(`${list.dataset.rows}.${first}.`, `${list.dataset.rows}.${rows.length}.`));
      }
    }
    rows[rows.length - 1].after(copy);
    addPickers(copy);
    copy.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    update();
  });
  update();
}
