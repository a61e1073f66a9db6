import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import bcrypt from "bcryptjs";

/**
 * The HTTPS server below the Node rivals: says where it listens, and checks a password on `POST /sign-in` with the
 * asynchronous call that bcryptjs recommends, against a hash of the same cost as ours.
 */
export function listen(): Server {
  const { CERT, KEY, PASSWORD_HASH } = process.env;
  const server = createServer(
    { cert: readFileSync(CERT!), key: readFileSync(KEY!) },
    async (request, answer) => {
      if (request.method !== "POST") return answer.end("ok");
      let password = "";
      for await (const chunk of request) password += chunk;
      answer.statusCode = (await bcrypt.compare(password, PASSWORD_HASH!)) ? 200 : 401;
      answer.end("{}");
    },
  );
  server.listen(0, "127.0.0.1", () => console.log(`ready ${(server.address() as AddressInfo).port}`));
  return server;
}
