import type { components } from "./generated/openapi.js";
import type { ProblemSlug } from "./generated/problems.js";

type Problem = components["schemas"]["Problem"];
export type FieldProblem = components["schemas"]["FieldProblem"];

interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

export type Data<A> = A extends { error?: never; data?: infer D } ? D : never;

/** Returns the data of a successful response. Throws ProblemError for any other. */
export async function ok<A extends Answer>(answer: Promise<A>): Promise<Data<A>> {
  const { data, error, response } = await answer;
  if (!response.ok) {
    throw new ProblemError(response, error);
  }
  return data as Data<A>;
}

/** What the API refused and why (RFC 9457); docs/errors.md. `slug` tells the kinds apart. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly status: number;
  /** The last part of `type`, such as `validation`. */
  readonly slug: ProblemSlug | (string & {});
  readonly title: string;
  readonly errors: readonly FieldProblem[];
  /** Identifies the request in the API's log. */
  readonly traceId: string | undefined;
  /** Seconds to wait before the next attempt. */
  readonly retryAfter: number | undefined;

  constructor(response: Response, body: unknown) {
    const problem = isProblem(body) ? body : undefined;
    super(problem?.detail ?? `The server answered ${response.status} ${response.statusText}`.trim());
    this.status = response.status;
    this.slug = problem?.type.split("/").at(-1) ?? "";
    this.title = problem?.title ?? response.statusText;
    this.errors = problem?.errors ?? [];
    this.traceId = problem?.trace_id ?? response.headers.get("x-trace-id") ?? undefined;
    const seconds = response.headers.get("Retry-After");
    this.retryAfter = seconds === null ? undefined : Number(seconds);
  }

  /** Returns what is wrong with one value of the body: `problem.of("email")`. */
  of(field: string): string | undefined {
    return this.errors.find((each) => each.pointer === `/body/${field}`)?.detail;
  }
}

/** A proxy in between may answer with a page of its own. */
function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "type" in body && "detail" in body;
}
