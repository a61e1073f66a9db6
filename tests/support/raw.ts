import { connect } from "node:tls";
import type { Reachable } from "./person.ts";
import { fromHeader } from "./server.ts";

export interface Answer {
  status: number;
  headers: Headers;
  body: string;
}

export interface RawRequest {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
  /** The address to come from. */
  from?: string;
}

/** A TLS connection, once it stands, for whoever speaks HTTP by hand. */
export function connection({ origin }: Reachable) {
  const socket = connect({
    port: Number(new URL(origin).port),
    host: "127.0.0.1",
    rejectUnauthorized: false,
  });
  return new Promise<typeof socket>((resolve, reject) => {
    socket.once("secureConnect", () => resolve(socket));
    socket.once("error", reject);
  });
}

const switching = Buffer.from("101");

/** Sends these bytes over a connection of their own; gives all that came back when the server has closed it. */
export async function exchange(server: Reachable, bytes: string | Uint8Array): Promise<string> {
  const socket = await connection(server);
  return await new Promise((resolve) => {
    const received: Uint8Array[] = [];
    socket.on("data", (data: Buffer) => {
      received.push(data);
      // An opened socket stays open; its head is all there is to read.
      if (data.subarray(9, 12).equals(switching)) socket.end();
    });
    // A server that closes early may reset the rest of what was being written; what it said counts.
    socket.on("error", () => {});
    socket.on("close", () => resolve(Buffer.concat(received).toString("latin1")));
    socket.write(bytes);
  });
}

/** A request as written, with headers no `fetch` would send and from an address no `fetch` can choose. */
export async function request(server: Reachable, given: RawRequest): Promise<Answer> {
  const { method = "GET", path = "/", body, from } = given;
  const headers: Record<string, string> = {
    Host: new URL(server.origin).host,
    ...(from === undefined ? {} : { [fromHeader]: from }),
    ...(body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) }),
    Connection: given.headers?.Upgrade === undefined ? "close" : "Upgrade, close",
    ...given.headers,
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return answer(await exchange(server, `${method} ${path} HTTP/1.1\r\n${head.join("")}\r\n${body ?? ""}`));
}

/** The head and body of an answer, as they came. */
export function answer(text: string): Answer {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { status: Number(first.split(" ")[1]), headers, body: text.slice(end + 4) };
}

/** A request of a page of the server's own. */
export const post = (
  server: Reachable,
  path: string,
  body: unknown,
  more: RawRequest = {},
): Promise<Answer> =>
  request(server, {
    method: "POST",
    path,
    body: JSON.stringify(body),
    ...more,
    headers: { Origin: server.origin, "Content-Type": "application/json", ...more.headers },
  });

/** The headers of a request to open a socket. */
export const upgrade = (
  { origin }: Reachable,
  more: Record<string, string> = {},
): Record<string, string> => ({
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  Origin: origin,
  ...more,
});
