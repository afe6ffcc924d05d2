import { ok, type Data } from "./problems.js";

interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

type Item<A> = Data<A> extends Page<infer T> ? T : never;

/**
 * Yields the items of all pages, and reads each page when its first item is asked for:
 *
 *     for await (const user of items((page) => api.GET("/api/v1/users", { params: { query: page } })))
 */
export async function* items<A extends { data?: unknown; error?: unknown; response: Response }>(
  read: (page: { cursor?: string }) => Promise<A>,
): AsyncGenerator<Item<A>, void, undefined> {
  let cursor: string | null | undefined;
  do {
    const page = (await ok(read(cursor ? { cursor } : {}))) as Page<Item<A>>;
    yield* page.items;
    cursor = page.next_cursor;
  } while (cursor);
}
