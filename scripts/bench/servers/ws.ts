import { WebSocketServer } from "ws";
import "../probe.ts";
import { listen } from "./https.ts";

/** `ws` as its documentation broadcasts: a loop over the clients. Keeps nothing. */
const https = listen();
const sockets = new WebSocketServer({ server: https });
sockets.on("connection", (socket) => {
  socket.on("message", (frame) => {
    const text = frame.toString();
    for (const client of sockets.clients) if (client.readyState === client.OPEN) client.send(text);
  });
});
