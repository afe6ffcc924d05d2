export { createApi, type Api, type Credentials, type Options } from "./api.js";
export { apiKey, BrowserSession, Session, type Challenge } from "./sessions.js";
export { ok, ProblemError, type FieldProblem } from "./problems.js";
export { items } from "./pages.js";
export { binary } from "./uploads.js";
export type { ProblemSlug } from "./generated/problems.js";
export type { components, operations, paths } from "./generated/openapi.js";
