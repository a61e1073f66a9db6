import type { FileRoute, TakenBy } from "../../server/protocol/routes.ts";
import { type Fetch, request } from "./call.ts";
import { notReached } from "./refused.ts";

/**
 * Asks the server for a file and gives it whole; `arrived` hears how many of its lines are here, and how many there will be
 * about, where the server says so. Throws `Refused`.
 */
export type Download = <R extends FileRoute>(
  route: R,
  body: TakenBy<R, "body">,
  arrived?: (lines: number, total: number | null) => void,
) => Promise<Blob>;

const newline = 10;

export function createDownload(fetch: Fetch, totalHeader: string): Download {
  return async (route, body, arrived = () => {}) => {
    const response = await request(fetch, route, { body: body as object });
    const announced = response.headers.get(totalHeader);
    const total = announced === null ? null : Number(announced);
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let lines = 0;
    try {
      for await (const chunk of chunksOf(response)) {
        chunks.push(chunk);
        for (const byte of chunk) if (byte === newline) lines++;
        arrived(lines, total);
      }
    } catch {
      // A file that ends early is none.
      throw notReached();
    }
    return new Blob(chunks, { type: response.headers.get("content-type") ?? "" });
  };
}

/** Not every browser lets one iterate over a stream. */
async function* chunksOf(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
