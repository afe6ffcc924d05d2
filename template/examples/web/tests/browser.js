import { after, before } from "node:test";
import { chromium } from "playwright-core";

export const PASSWORD = "correct horse battery staple";
export const apiUrl = process.env.API_URL ?? "http://127.0.0.1:8000";

/** Opens a page in the Chromium of this machine, before the tests of a file. */
export function browser() {
  const opened = {};
  before(async () => {
    opened.chromium = await chromium.launch({
      executablePath: process.env.BROWSER ?? "/usr/bin/chromium",
      args: ["--no-sandbox"],
    });
    opened.context = await opened.chromium.newContext();
    opened.page = await opened.context.newPage();
  });
  after(() => opened.chromium?.close());
  return opened;
}

/** Registers a user and returns the e-mail address. */
export async function user() {
  const email = `${crypto.randomUUID()}@example.com`;
  const body = { email, password: PASSWORD, full_name: "Ada", tenant_name: "Acme" };
  const response = await fetch(`${apiUrl}/api/v1/auth/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return email;
}
