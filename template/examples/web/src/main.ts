import { BrowserSession, createApi, items, ok, ProblemError } from "api-client";

const session = new BrowserSession({ baseUrl: location.origin });
const api = createApi({ baseUrl: location.origin, credentials: session });

const find = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;
const value = (form: FormData, name: string): string => String(form.get(name));

async function show(): Promise<void> {
  const names: string[] = [];
  if (session.isLoggedIn) {
    for await (const role of items((page) =>
      api.GET("/api/v1/tenants/current/roles", { params: { query: page } }),
    )) {
      names.push(role.name);
    }
  }
  find("#log-in").hidden = session.isLoggedIn;
  find("#roles").hidden = !session.isLoggedIn;
  find("#roles ul").replaceChildren(...names.map(line));
}

function line(text: string): HTMLElement {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

async function logIn(form: FormData): Promise<void> {
  const challenge = await session.logIn(value(form, "email"), value(form, "password"));
  const code = challenge && prompt("The code of your second factor");
  if (challenge && code) {
    await session.answer(challenge, code);
  }
}

async function create(form: FormData): Promise<void> {
  const body = { name: value(form, "name"), permissions: [] };
  await ok(api.POST("/api/v1/tenants/current/roles", { body }));
}

/** Runs an action, then shows the roles, or what the API refused. */
async function attempt(action: () => Promise<void>): Promise<void> {
  const shown = find("#problem");
  shown.hidden = true;
  try {
    await action();
    await show();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    shown.hidden = false;
    shown.textContent = error.of("name") ?? error.message;
    if (!session.isLoggedIn) await show();
  }
}

function onSubmit(selector: string, action: (form: FormData) => Promise<void>): void {
  const form = find<HTMLFormElement>(selector);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const data = new FormData(form);
    void attempt(() => action(data)).then(() => form.reset());
  });
}

onSubmit("#log-in", logIn);
onSubmit("#create", create);
find("#log-out").addEventListener("click", () => void attempt(() => session.logOut()));
void attempt(async () => undefined);
