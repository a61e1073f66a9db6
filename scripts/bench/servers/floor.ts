import { readFileSync } from "node:fs";
import "../probe.ts";

/** The floor: the least that Bun can do for a group message. What a member sends goes to all as it is, and is forgotten. */
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  tls: { cert: readFileSync(process.env.CERT!), key: readFileSync(process.env.KEY!) },
  fetch: (request, server) => (server.upgrade(request) ? undefined : new Response("ok")),
  websocket: {
    open: (socket) => void socket.subscribe("group"),
    message: (_, frame) => void server.publish("group", frame),
    idleTimeout: 60,
    sendPings: true,
    perMessageDeflate: false,
  },
});
console.log(`ready ${server.port}`);
