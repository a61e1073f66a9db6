import { join } from "node:path";
import { projectRoot } from "../../server/config/environment.ts";
import type { EventOf } from "../../server/protocol/events.ts";
import type { Ground } from "./ground.ts";
import { type ServerFolder, text, unlimited } from "./server-folder.ts";
import { type ServerProcess, startProcess } from "./server-process.ts";
import type { Address, Wire } from "./wire.ts";

/** A server that takes part, and how its members speak with it. */
export interface Contender {
  name: string;
  server: ServerProcess;
  /** Where the member with this number connects. */
  address(member: number): Address;
  /** What a member does once it is connected. */
  enter(wire: Wire): Promise<unknown>;
  /** The text that sends a group message under this id. */
  say(id: string): string;
}

const bench = join(projectRoot, "scripts/bench");

/** The real server: on the database file of the folder, with synchronous FULL, or on what these settings name. */
export async function startOurs(
  ground: Ground,
  folder: ServerFolder,
  given: Record<string, string> = {},
  entry = "server/main.ts",
  /** The command that runs it, such as one that makes the disk slow. */
  under: string[] = [],
): Promise<Contender> {
  const command = [
    ...under,
    process.execPath,
    "--preload",
    join(bench, "probe.ts"),
    join(projectRoot, entry),
  ];
  const env = { ...unlimited, HOST: "127.0.0.1", PORT: "0", DATA_DIR: folder.dataDir, ...given };
  const server = await startProcess({ command, env, port: /Here\s+https:\/\/localhost:(\d+)/ }, ground.cores);
  const origin = `https://localhost:${server.port}`;
  return {
    name: "ours",
    server,
    address: (member) => ({
      port: server.port,
      path: "/api/socket",
      headers: { Origin: origin, Cookie: folder.cookies[member]! },
    }),
    enter: (wire) => wire.ask({ type: "chat.enter" }),
    say: (id) =>
      JSON.stringify({
        type: "message.send",
        ref: "say",
        conversation: "group",
        clientId: id,
        body: { text },
      }),
  };
}

/** A frame of ours with one message, cut in two where the id belongs: what the others carry, byte for byte as long. */
export type Frame = readonly [string, string];

/** Takes one text that ours delivered. */
export function frameFrom(text: string): Frame {
  const [event] = JSON.parse(text) as [EventOf<"message.sent">];
  return text.split(event.message.clientId) as unknown as Frame;
}

const rivals = {
  floor: { script: "servers/floor.ts", path: "/", onNode: false },
  ws: { script: "servers/ws.ts", path: "/", onNode: true },
  "Socket.IO": {
    script: "servers/socket-io.ts",
    path: "/socket.io/?EIO=4&transport=websocket",
    onNode: true,
  },
};

export type RivalName = keyof typeof rivals;

/** All that take part, by their names. */
const names = ["ours", "floor", "ws", "Socket.IO"] as const;
export type Name = (typeof names)[number];

/** Something of each that takes part. */
export const ofEach = <T>(of: (name: Name) => T): Record<Name, T> =>
  Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, T>;

/** A server that forgets: its members send the very frame that ours would deliver, and all get it. */
export async function startRival(
  ground: Ground,
  name: RivalName,
  [before, after]: Frame,
): Promise<Contender> {
  const { script, path, onNode } = rivals[name];
  const file = join(bench, script);
  const command = onNode ? await ground.node.command(file) : [process.execPath, file];
  const { cert, key } = ground.certificate;
  const env = { CERT: cert, KEY: key };
  const server = await startProcess({ command, env, port: /ready (\d+)/ }, ground.cores);
  const isSocketIo = name === "Socket.IO";
  return {
    name,
    server,
    address: () => ({ port: server.port, path, headers: {} }),
    enter: async (wire) => isSocketIo && (await wire.answer("40", "40{")),
    say: (id) => (isSocketIo ? `42["send",${before}${id}${after}]` : before + id + after),
  };
}
