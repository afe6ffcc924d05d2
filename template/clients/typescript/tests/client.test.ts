import assert from "node:assert/strict";
import { test } from "node:test";
import { apiKey, createApi, items, ok, ProblemError, Session } from "../src/index.js";
import { baseUrl, owner, PASSWORD, registration } from "./server.js";

const role = (name: string) => ({ name, permissions: [] });

test("logs in, and is refused with the wrong password", async () => {
  const { email } = await owner();
  const session = new Session({ baseUrl });

  await assert.rejects(
    session.logIn(email, "something else"),
    (problem) => problem instanceof ProblemError && problem.slug === "wrong-credentials",
  );
  assert.equal(await session.logIn(email, PASSWORD), undefined);

  const api = createApi({ baseUrl, credentials: session });
  assert.equal((await ok(api.GET("/api/v1/users/me"))).email, email);
});

test("refreshes once for many requests that are refused together", async () => {
  let refreshes = 0;
  const session = new Session({
    baseUrl,
    fetch: (request) => {
      refreshes += Number(request.url.endsWith("/auth/refresh"));
      return fetch(request);
    },
  });
  await session.register(registration());
  const api = createApi({
    baseUrl,
    credentials: session,
    fetch: (request) => {
      if (!refreshes) request.headers.set("Authorization", "Bearer expired");
      return fetch(request);
    },
  });
  const before = session.refreshToken;

  const all = await Promise.all(Array.from({ length: 8 }, () => ok(api.GET("/api/v1/users/me"))));

  assert.equal(new Set(all.map((me) => me.id)).size, 1);
  assert.equal(refreshes, 1);
  assert.notEqual(session.refreshToken, before);
});

test("goes on with a log-in of an earlier process, until it ends", async () => {
  const { session, email } = await owner();
  const later = new Session({ baseUrl });
  const api = createApi({ baseUrl, credentials: later });

  assert.equal(await later.resume(session.refreshToken ?? ""), true);
  assert.equal((await ok(api.GET("/api/v1/users/me"))).email, email);

  const last = later.refreshToken ?? "";
  await later.logOut();
  assert.equal(await later.resume(last), false);
  assert.equal(later.isLoggedIn, false);
});

test("reports a problem with what is wrong where", async () => {
  const { api } = await owner();

  const refused = await api
    .POST("/api/v1/tenants/current/invitations", { body: { email: "nobody", role: "member" } })
    .then((answer) => new ProblemError(answer.response, answer.error));

  assert.equal(refused.status, 422);
  assert.equal(refused.slug, "validation");
  assert.ok(refused.of("email"));
  assert.equal(refused.of("role"), undefined);
  assert.match(refused.traceId ?? "", /^[0-9a-f]{32}$/);
});

test("sends a request again after its answer was lost, and it is done once", async () => {
  let lost = 1;
  const { api } = await owner({
    fetch: async (request) => {
      const response = await fetch(request);
      if (request.method === "POST" && lost-- > 0) throw new TypeError("fetch failed");
      return response;
    },
  });

  const made = await ok(api.POST("/api/v1/tenants/current/roles", { body: role("reader") }));

  const roles = await ok(api.GET("/api/v1/tenants/current/roles"));
  assert.deepEqual(roles.items.map((each) => each.id), [made.id]);
});

test("waits as long as it is asked to, and not at all for what takes too long", async () => {
  const asked = (status: number, seconds: string) =>
    new Response(null, { status, headers: { "Retry-After": seconds } });
  const answers = [asked(429, "0"), asked(503, "0"), asked(503, "3600")];
  const { api } = await owner({ fetch: async (request) => answers.shift() ?? fetch(request) });

  const { response } = await api.GET("/api/v1/users/me");

  assert.equal(response.status, 503);
  assert.equal(answers.length, 0);
  await ok(api.GET("/api/v1/users/me"));
});

test("does not repeat a change without a key when the connection breaks", async () => {
  let sent = 0;
  const { api } = await owner({
    fetch: async () => {
      sent++;
      throw new TypeError("fetch failed");
    },
  });

  await assert.rejects(api.PATCH("/api/v1/tenants/current", { body: { name: "Other" } }), TypeError);

  assert.equal(sent, 1);
});

test("reads all pages", async () => {
  const { api } = await owner();
  const names = ["first", "second", "third", "fourth", "fifth"];
  for (const name of names) {
    await ok(api.POST("/api/v1/tenants/current/roles", { body: role(name) }));
  }

  const found: string[] = [];
  for await (const each of items((page) =>
    api.GET("/api/v1/tenants/current/roles", { params: { query: { ...page, limit: 2 } } }),
  )) {
    found.push(each.name);
  }

  assert.deepEqual(found.sort(), names.sort());
});

test("calls with an API key", async () => {
  const { api } = await owner();
  const { key } = await ok(
    api.POST("/api/v1/api-keys", { body: { name: "partner", permissions: ["roles:read"] } }),
  );

  const partner = createApi({ baseUrl, credentials: apiKey(key) });

  assert.equal((await ok(partner.GET("/api/v1/tenants/current/roles"))).items.length, 0);
});
