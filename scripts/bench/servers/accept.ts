import { readFileSync } from "node:fs";
import "../probe.ts";

/** A bare TLS listener: shakes hands and holds the connection. */
const { port } = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  tls: { cert: readFileSync(process.env.CERT!), key: readFileSync(process.env.KEY!) },
  socket: { data() {} },
});
console.log(`ready ${port}`);
