import { createApi, Session, type Options } from "../src/index.js";

/** The server that tests/standard/clients starts. */
export const baseUrl = process.env.API_URL ?? "http://127.0.0.1:8000";

export const PASSWORD = "correct horse battery staple";

export function registration(email = `${crypto.randomUUID()}@example.com`) {
  return { email, password: PASSWORD, full_name: "Ada", tenant_name: "Acme" };
}

/** Registers the owner of a new tenant; `fetch` is what their requests go through. */
export async function owner(options: Partial<Options> = {}) {
  const session = new Session({ baseUrl });
  const user = registration();
  await session.register(user);
  return { session, email: user.email, api: createApi({ baseUrl, credentials: session, ...options }) };
}
