// Sends the page's form to the API, with the token behind the # of the link, and shows the answer.
"use strict";

const alertBox = document.querySelector(".refused[role=alert]");
const EXPIRED = /\/(link-invalid|invitation-invalid)$/;
const token = new URLSearchParams(location.hash.slice(1));
if (location.hash) history.replaceState(null, "", location.pathname);  // not for the next visitor

for (const form of document.querySelectorAll("form[data-send]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
  const name = form.dataset.token;
  if (name && !token.has(name)) {
    refuse(document.body.dataset.incomplete);
    form.hidden = true;
  }
}
if (document.body.dataset.page === "welcome") showWhoIsLoggedIn();

async function send(form) {
  const button = form.querySelector("button");
  clear(form);
  button.disabled = true;
  const answer = await fetch(form.dataset.send, request(form)).catch(() => null);
  button.disabled = false;
  if (!answer) return refuse(document.body.dataset.unreachable);
  const body = (await answer.json().catch(() => null)) ?? {};
  if (!answer.ok) return show(form, body, answer.status);
  if (body.challenge) return location.assign(`/second-factor#challenge=${body.challenge}`);
  const next = THEN[form.dataset.then] ?? done;
  next(form, body);
}

const THEN = { device: showDevice, codes: showCodes, reload: () => location.reload() };

function showDevice(form, { secret, qr_code }) {
  document.getElementById("secret").textContent = secret;
  document.getElementById("qr_code").src = qr_code;
  move(form, document.getElementById("device"));
  document.getElementById("code").focus();
}

function showCodes(form, { recovery_codes }) {
  const items = recovery_codes.map((code) => {
    const item = document.createElement("li");
    item.append(Object.assign(document.createElement("code"), { textContent: code }));
    return item;
  });
  document.getElementById("recovery_codes").replaceChildren(...items);
  move(form, document.getElementById("codes"));
}

function move(from, to) {
  from.hidden = true;
  to.hidden = false;
  to.focus();
}

function request(form) {
  const fields = new FormData(form);
  const name = form.dataset.token;
  if (name) fields.set(name, token.get(name));
  if ("urlencoded" in form.dataset) {
    fields.set("grant_type", "password");
    return { method: "POST", body: new URLSearchParams(fields) };
  }
  const body = JSON.stringify(Object.fromEntries(fields));
  return { method: "POST", body, headers: { "Content-Type": "application/json" } };
}

function done(form) {
  const section = document.querySelector(".done");
  form.hidden = true;
  for (const part of document.querySelectorAll(".way-on")) part.hidden = true;
  section.hidden = false;
  section.focus();
}

function show(form, problem, status) {
  const expired = document.querySelector(".expired");
  if (expired && EXPIRED.test(problem.type ?? "")) return move(form, expired);
  const general = new Set([sentenceOf(form, problem, status)]);
  for (const { pointer, detail } of problem.errors ?? []) {
    const field = form.elements[pointer.split("/").pop()];
    if (field instanceof HTMLInputElement) mark(field, detail);
    else general.add(detail);
  }
  refuse([...general].join(" "));
  form.querySelector("[aria-invalid]")?.focus();
}

function sentenceOf(form, problem, status) {
  const denied = status === 401 ? form.dataset.denied : undefined;
  const { logIn, status: answered } = document.body.dataset;
  if (status === 401 && !denied) return problem.detail ?? logIn;
  return denied ?? problem.detail ?? problem.title ?? `${answered} ${status}`;
}

function mark(field, detail) {
  const note = Object.assign(document.createElement("p"), { className: "wrong", textContent: detail });
  note.id = `${field.id}-wrong`;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-errormessage", note.id);
  field.after(note);
}

function clear(form) {
  alertBox.hidden = true;
  for (const note of form.querySelectorAll(".wrong")) note.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-errormessage");
  }
}

function refuse(sentence) {
  alertBox.textContent = sentence;
  alertBox.hidden = false;
}

async function showWhoIsLoggedIn() {
  const answer = await fetch("/api/v1/users/me");
  const known = answer.ok ? await answer.json() : null;
  document.getElementById("unconfirmed").hidden = !known || known.email_verified_at !== null;
  document.getElementById("name").textContent = known ? known.full_name : "";
  document.getElementById("member").hidden = !known;
  document.getElementById("log-in").hidden = Boolean(known);
}
