import { expect, test } from "bun:test";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import type { ChatEvent } from "../../../server/protocol/events.ts";
import { Connections, closeSocket, type Socket } from "../../../server/realtime/connections.ts";
import { Presence } from "../../../server/realtime/presence.ts";
import { socketHandler } from "../../../server/realtime/socket.ts";
import type { Session } from "../../../server/store/sessions.ts";
import { clock } from "../../support/clock.ts";

/** A socket whose two ends close at one moment, so that the code each of them sees is chance. */
function crossing() {
  const session = { userId: 1, userName: "alice", id: Buffer.alloc(32), createdAt: 0 } as Session;
  const socket = { data: { session, closed: false }, subscriptions: [], subscribe() {}, close() {} };
  return socket as unknown as Socket;
}

test("who was logged out has left, also when the browser hangs up at the same moment with a code of its own", () => {
  const time = clock();
  const said: ChatEvent[] = [];
  const presence = new Presence({ publish: (_topic, events) => void said.push(...events) }, time);
  const stays = () => null;
  const deps = {
    connections: new Connections(),
    presence,
    memberships: { topicsFor: () => [] },
    socketsPerUser: 5,
    closeReason: stays,
    take: async () => {},
  };
  const { open, close } = socketHandler(deps);
  const socket = crossing();
  open?.(socket);
  time.advance(150);
  closeSocket(socket, closeCodes.signedOut);
  close?.(socket, 1000, "");
  time.advance(150);
  expect(said.at(-1)).toEqual({ type: "presence.changed", online: [], offline: [1] });
});
