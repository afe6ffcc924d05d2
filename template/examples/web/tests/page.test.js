import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { build, preview } from "vite";
import { browser, PASSWORD, user } from "./browser.js";

const root = new URL("..", import.meta.url).pathname;
const opened = browser();
let server;

before(async () => {
  await build({ root, logLevel: "warn" });
  server = await preview({ root, preview: { port: 0, host: "127.0.0.1" } });
});
after(() => server?.close());

async function logIn(page, email, password) {
  await page.goto(server.resolvedUrls.local[0]);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

test("logs in, lists, creates, shows problems and logs out", async () => {
  const { page } = opened;
  const email = await user();

  await logIn(page, email, "something else");
  await page.getByRole("alert").getByText("Wrong e-mail or password").waitFor();

  await logIn(page, email, PASSWORD);
  await page.getByRole("heading", { name: "Roles" }).waitFor();
  await page.getByLabel("Name").fill("reader");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("listitem").getByText("reader").waitFor();

  await page.getByLabel("Name").fill("Not a name!");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("alert").waitFor();
  assert.notEqual(await page.getByRole("alert").innerText(), "");
  assert.equal(await page.getByRole("listitem").count(), 1);

  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
});

test("refreshes a log-in once for all tabs", async () => {
  const { context } = opened;
  const first = await context.newPage();
  await logIn(first, await user(), PASSWORD);
  await first.getByRole("heading", { name: "Roles" }).waitFor();
  const cookies = await context.cookies();
  const access = cookies.filter((each) => each.name === "access");
  await context.clearCookies({ name: "access" });
  assert.equal(access.length, 1);
  const refreshes = [];
  const count = (request) => {
    if (request.url().includes("/auth/refresh")) refreshes.push(request.url());
  };
  context.on("request", count);

  const others = await Promise.all([1, 2, 3].map(() => context.newPage()));
  await Promise.all(others.map((page) => page.goto(first.url())));

  for (const page of others) {
    await page.getByRole("heading", { name: "Roles" }).waitFor();
  }
  assert.equal(refreshes.length, 1);
});
