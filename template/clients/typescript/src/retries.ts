export type Fetch = (request: Request) => Promise<Response>;

export interface Patience {
  /** How often a request is sent at most; 4 by default. */
  attempts?: number;
  /** The longest time, in seconds, to wait between two attempts; 30 by default. */
  longestWait?: number;
}

const TEMPORARY = [409, 429, 503];
const IDEMPOTENT = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];
const SMALL = ["application/json", "application/x-www-form-urlencoded"];

/**
 * Returns a `fetch` that tries again when the API asks for it (`Retry-After`: nothing was done), and
 * when the connection breaks and a second attempt does no harm: it is idempotent, or has a key.
 */
export function retrying(fetch: Fetch, { attempts = 4, longestWait = 30 }: Patience = {}): Fetch {
  return async (request) => {
    for (let attempt = 1; attempt < attempts && isRepeatable(request); attempt++) {
      const result = await fetch(request.clone()).catch((error: unknown) => new Lost(error));
      if (result instanceof Lost && (!mayBeLost(request) || request.signal.aborted)) {
        throw result.error;
      }
      const seconds = result instanceof Lost ? 2 ** (attempt - 2) : askedToWait(result);
      if (!(result instanceof Lost) && (seconds === undefined || seconds > longestWait)) {
        return result;
      }
      await sleep(Math.min(seconds ?? 0, longestWait), request.signal);
    }
    return fetch(request);
  };
}

/** True if the body can be kept for another attempt: a file is sent once. */
export function isRepeatable(request: Request): boolean {
  const type = request.headers.get("Content-Type") ?? "";
  return request.body === null || SMALL.some((each) => type.startsWith(each));
}

class Lost {
  constructor(readonly error: unknown) {}
}

function mayBeLost(request: Request): boolean {
  return IDEMPOTENT.includes(request.method) || request.headers.has("Idempotency-Key");
}

function askedToWait(response: Response): number | undefined {
  const asked = response.headers.get("Retry-After");
  return TEMPORARY.includes(response.status) && asked !== null ? Number(asked) : undefined;
}

/** Waits a little longer than asked, so that many clients do not come back together. */
function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    const timer = setTimeout(
      () => {
        signal.removeEventListener("abort", stop);
        resolve();
      },
      seconds * 1000 * (1 + Math.random() / 4),
    );
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
    signal.addEventListener("abort", stop, { once: true });
  });
}
