import { Server } from "socket.io";
import "../probe.ts";
import { listen } from "./https.ts";

/** Socket.IO 4 with one room and no transport but WebSocket. Keeps nothing. */
const io = new Server(listen(), { transports: ["websocket"] });
io.on("connection", (socket) => {
  socket.join("group");
  socket.on("send", (events) => io.to("group").emit("sent", events));
});
