import createClient, { type Client } from "openapi-fetch";
import { defaultFetch, type Credentials, type Options } from "./api.js";
import type { components, paths } from "./generated/openapi.js";
import { ok, ProblemError } from "./problems.js";
import { retrying } from "./retries.js";

type Schemas = components["schemas"];
type Tokens = Schemas["TokenRead"];
type Answer = Tokens | Schemas["CookiesSet"] | Schemas["ChallengeRead"];

/** The password was right; `answer` it with a code of the second factor. */
export type Challenge = Schemas["ChallengeRead"];
type Where = Pick<Options, "baseUrl" | "fetch" | "attempts" | "longestWait">;

const EARLY = 15;
const NOTE = "api-session";

/** Credentials of a program: a key that does not change. */
export function apiKey(key: string): Credentials {
  return {
    authorize: async (request) => request.headers.set("Authorization", `Bearer ${key}`),
    renew: async () => false,
  };
}

abstract class LogIn {
  protected readonly api: Client<paths>;
  protected abstract readonly cookies: boolean;

  constructor({ baseUrl, fetch = defaultFetch, ...patience }: Where) {
    this.api = createClient<paths>({ baseUrl, fetch: retrying(fetch, patience), credentials: "include" });
  }

  /** Returns a challenge if there is a second factor. Throws ProblemError. */
  async logIn(email: string, password: string): Promise<Challenge | undefined> {
    const body = { grant_type: "password", username: email, password } as const;
    return this.#take(
      await ok(
        this.api.POST("/api/v1/auth/token", {
          params: this.params,
          body,
          bodySerializer: (form) => new URLSearchParams(form as unknown as Record<string, string>),
          headers: { "Content-Type": "application/x-www-form-urlencoded" },
        }),
      ),
    );
  }

  /** Ends a log-in with a second factor: a code of the device, or a recovery code. */
  async answer(challenge: Challenge, code: string): Promise<void> {
    const body = { challenge: challenge.challenge, code };
    this.#take(await ok(this.api.POST("/api/v1/auth/second-factor", { params: this.params, body })));
  }

  /** Makes a user with a tenant of their own, and logs in. Returns false if the address must be confirmed before. */
  async register(body: Schemas["Registration"]): Promise<boolean> {
    const answer = await ok(this.api.POST("/api/v1/auth/register", { params: this.params, body }));
    if ("confirm" in answer) {
      return false;
    }
    this.#take(answer);
    return true;
  }

  protected get params(): { query: { cookies: boolean } } {
    return { query: { cookies: this.cookies } };
  }

  protected abstract keep(tokens: Tokens | undefined): void;

  #take(answer: Answer): Challenge | undefined {
    if ("challenge" in answer) {
      return answer;
    }
    this.keep("access_token" in answer ? answer : undefined);
    return undefined;
  }
}

/** A log-in with tokens in memory: for programs, apps and tests. Pages use BrowserSession. */
export class Session extends LogIn implements Credentials {
  protected readonly cookies = false;
  #tokens: Tokens | undefined;
  #until = 0;
  #refreshes = 0;
  readonly #sent = new WeakMap<Request, number>();
  #renewing: Promise<boolean> | undefined;

  /** Takes tokens that another request has brought, such as `auth/switch`. */
  keep(tokens: Tokens | undefined): void {
    this.#tokens = tokens;
    this.#refreshes++;
    this.#until = Date.now() + ((tokens?.expires_in ?? 0) - EARLY) * 1000;
  }

  get isLoggedIn(): boolean {
    return this.#tokens !== undefined;
  }

  /** The token to keep, in a safe place, if the log-in is to outlive this process. */
  get refreshToken(): string | undefined {
    return this.#tokens?.refresh_token;
  }

  /** Goes on with a log-in of an earlier process. Returns false if it has ended. */
  async resume(refreshToken: string): Promise<boolean> {
    this.#tokens = { access_token: "", expires_in: 0, refresh_token: refreshToken, token_type: "bearer" };
    return this.#renewOnce();
  }

  async logOut(): Promise<void> {
    const refresh_token = this.#tokens?.refresh_token;
    this.keep(undefined);
    if (refresh_token) {
      await ok(this.api.POST("/api/v1/auth/logout", { body: { refresh_token } }));
    }
  }

  async authorize(request: Request): Promise<void> {
    if (this.#tokens && Date.now() > this.#until) {
      await this.#renewOnce();
    }
    this.#sent.set(request, this.#refreshes);
    if (this.#tokens) {
      request.headers.set("Authorization", `Bearer ${this.#tokens.access_token}`);
    }
  }

  async renew(request: Request): Promise<boolean> {
    if (!this.#tokens) {
      return false;
    }
    return this.#sent.get(request) !== this.#refreshes || this.#renewOnce();
  }

  /** All who need it wait for one refresh: a refresh token is valid for one use. */
  #renewOnce(): Promise<boolean> {
    this.#renewing ??= this.#refresh().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #refresh(): Promise<boolean> {
    const refresh_token = this.#tokens?.refresh_token ?? "";
    return endsQuietly(async () => {
      const answer = await ok(this.api.POST("/api/v1/auth/refresh", { body: { refresh_token } }));
      this.keep(answer as Tokens);
    }, () => this.keep(undefined));
  }
}

/**
 * A log-in whose tokens are in cookies that no script can read. All tabs share it: one of them
 * refreshes it, and the others notice.
 */
export class BrowserSession extends LogIn implements Credentials {
  protected readonly cookies = true;
  readonly #seen = new WeakMap<Request, string | null>();
  #queue: Promise<unknown> = Promise.resolve();

  protected keep(): void {
    write(crypto.randomUUID());
  }

  /** Whether this browser has logged in; the API may have ended it since. */
  get isLoggedIn(): boolean {
    return read() !== null;
  }

  async logOut(): Promise<void> {
    write(null);
    await ok(this.api.POST("/api/v1/auth/logout", { params: this.params }));
  }

  async authorize(request: Request): Promise<void> {
    this.#seen.set(request, read());
  }

  async renew(request: Request): Promise<boolean> {
    const seen = this.#seen.get(request) ?? null;
    return seen !== null && this.#alone(() => this.#refreshUnlessDone(seen));
  }

  async #refreshUnlessDone(seen: string): Promise<boolean> {
    const now = read();
    if (now !== seen) {
      return now !== null;
    }
    return endsQuietly(async () => {
      await ok(this.api.POST("/api/v1/auth/refresh", { params: this.params, body: {} }));
      this.keep();
    }, () => write(null));
  }

  /** One at a time, among all tabs; among those of this tab if the page is not served with TLS. */
  #alone<T>(act: () => Promise<T>): Promise<T> {
    if ("locks" in navigator) {
      return navigator.locks.request(NOTE, act) as Promise<T>;
    }
    const turn = this.#queue.then(act);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}

/** Which log-in it is, in a cookie: another tab sees a change at once, which it does not with localStorage. */
function read(): string | null {
  return document.cookie.match(`(?:^|; )${NOTE}=([^;]+)`)?.[1] ?? null;
}

function write(note: string | null): void {
  const age = note === null ? 0 : 31_536_000;
  document.cookie = `${NOTE}=${note ?? ""}; path=/; samesite=strict; max-age=${age}`;
}

/** Returns false if the API says that the log-in has ended. Throws any other problem. */
async function endsQuietly(refresh: () => Promise<void>, ended: () => void): Promise<boolean> {
  try {
    await refresh();
    return true;
  } catch (error) {
    if (error instanceof ProblemError && [401, 403].includes(error.status)) {
      ended();
      return false;
    }
    throw error;
  }
}
