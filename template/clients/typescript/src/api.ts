import createClient, { type Client } from "openapi-fetch";
import type { paths } from "./generated/openapi.js";
import { isRepeatable, retrying, type Fetch, type Patience } from "./retries.js";

/** Calls each operation by its path: `api.GET("/api/v1/users/me")`. */
export type Api = Client<paths>;

/** Proves who sends a request: a session, or an API key. */
export interface Credentials {
  /** Prepares the request, before each attempt. */
  authorize(request: Request): Promise<void>;
  /** Is asked after a 401; returns true if the request is to be sent again. */
  renew(request: Request): Promise<boolean>;
}

export interface Options extends Patience {
  /** Where the API is, without `/api`. */
  baseUrl: string;
  /** Without them, the API is called as nobody. */
  credentials?: Credentials;
  /** Replaces the global `fetch`, for tests and proxies. */
  fetch?: Fetch;
}

const KEY = "Idempotency-Key";

/** Returns a client that renews its log-in, sends idempotency keys, and retries by the API's rules. */
export function createApi({ baseUrl, credentials, fetch = defaultFetch, ...patience }: Options): Api {
  const patient = retrying(fetch, patience);
  const send = credentials ? authorized(patient, credentials) : patient;
  return createClient<paths>({ baseUrl, fetch: send, credentials: "include" });
}

/** Looks `fetch` up at each call: a page may have replaced it. */
export const defaultFetch: Fetch = (request) => globalThis.fetch(request);

function authorized(fetch: Fetch, credentials: Credentials): Fetch {
  return async (request) => {
    if (request.method === "POST" && !request.headers.has(KEY)) {
      request.headers.set(KEY, crypto.randomUUID());
    }
    const again = isRepeatable(request) ? request.clone() : undefined;
    await credentials.authorize(request);
    const response = await fetch(request);
    if (response.status !== 401 || !again || !(await credentials.renew(request))) {
      return response;
    }
    await credentials.authorize(again);
    return fetch(again);
  };
}
