import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";

/** The HTTPS server below the Node rivals; says where it listens. */
export function listen(): Server {
  const { CERT, KEY } = process.env;
  const server = createServer({ cert: readFileSync(CERT!), key: readFileSync(KEY!) }, (_, answer) =>
    answer.end("ok"),
  );
  server.listen(0, "127.0.0.1", () => console.log(`ready ${(server.address() as AddressInfo).port}`));
  return server;
}
