import type { System } from "../../system.ts";
import { failure } from "./provider.ts";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Sends a request to a provider; gives the JSON object of its answer. */
export type Ask = (
  url: string,
  request?: Pick<RequestInit, "method" | "headers" | "body">,
) => Promise<Fields>;
export type Fields = Record<string, unknown>;

const patienceMs = 5_000;
const answerMaxBytes = 1_000_000;

/**
 * Sends requests to these hosts only. Anything but an answer of status 200 with a JSON object, of bounded size and within a
 * bounded time, is a failure. Redirects are not followed.
 */
export function asking(fetch: Fetch, after: System["after"], hosts: readonly string[]): Ask {
  return async (url, request = {}) => {
    const { protocol, host } = new URL(url);
    if (protocol !== "https:" || !hosts.includes(host))
      throw failure(`${host} is none of the hosts that may be asked over HTTPS: ${hosts.join(", ")}.`);
    const patience = new AbortController();
    const answered = after(patienceMs, () => patience.abort());
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, { ...request, redirect: "manual", signal: patience.signal });
      text = await boundedText(response);
    } catch (error) {
      if (patience.signal.aborted) throw failure(`${host} did not answer within 5 seconds.`);
      throw failure(`${host} could not be asked: ${(error as Error).message}`);
    } finally {
      answered();
    }
    const fields = objectOf(text);
    // GitHub answers with status 200 even where it refuses.
    if (response.status !== 200 || (fields && "error" in fields))
      throw failure(`${host} answered with the status ${response.status}${codeOf(fields?.error)}.`);
    if (!fields) throw failure(`${host} answered with something else than an object of JSON.`);
    return fields;
  };
}

async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    // Leaving the loop also closes the connection.
    if (bytes > answerMaxBytes) throw new Error(`the answer has more than ${answerMaxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function objectOf(text: string): Fields | null {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** Gives the words for an error code of OAuth 2 (RFC 6749, 5.2); none for any other text, which could be anything. */
export function codeOf(error: unknown): string {
  return typeof error === "string" && /^[a-z_]{1,40}$/.test(error) ? ` and the error ${error}` : "";
}
