import { test } from "node:test";
import assert from "node:assert/strict";
import { apiUrl, browser, PASSWORD, user } from "./browser.js";

const opened = browser();

test("the documentation's Authorize logs in, and its requests carry the log-in", async () => {
  const { page } = opened;
  const email = await user();
  await page.goto(`${apiUrl}/docs`);

  await page.locator("button.authorize").first().click();
  await page.locator("#oauth_username").fill(email);
  await page.locator("#oauth_password").fill(PASSWORD);
  await page.getByRole("button", { name: "Apply given OAuth2 credentials" }).click();
  await page.getByRole("button", { name: "Remove authorization" }).waitFor();
  await page.locator(".btn-done").first().click();

  const operation = page.locator('.opblock:has([data-path="/api/v1/users/me"])').first();
  await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Try it out" }).click();
  const [response] = await Promise.all([
    page.waitForResponse((each) => each.url().endsWith("/api/v1/users/me")),
    operation.getByRole("button", { name: "Execute" }).click(),
  ]);

  assert.equal(response.status(), 200);
  assert.equal((await response.json()).email, email);
});
