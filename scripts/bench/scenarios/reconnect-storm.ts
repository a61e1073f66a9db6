import { join } from "node:path";
import { projectRoot } from "../../../server/config/environment.ts";
import { type Contender, type Frame, startOurs, startRival } from "../contenders.ts";
import type { Ground } from "../ground.ts";
import { atMost, type Section } from "../report.ts";
import { inRounds, median, ratio } from "../rounds.ts";
import { makeServerFolder, type ServerFolder } from "../server-folder.ts";
import { type ServerProcess, startProcess } from "../server-process.ts";
import { openTls, openWire } from "../wire.ts";

const clients = 1000;
const missed = 20;
/** How many are on their way at the same time: the load has one core too. */
const atOnce = 100;
const nothing: Frame = ["", ""];

/** After a restart everybody comes back within a breath, enters, and asks for what was missed. */
export async function reconnectStorm(ground: Ground): Promise<Section> {
  const folder = await makeServerFolder(clients, 2000, missed);
  const known = await visit(ground, folder);
  const measured = await inRounds(ground.quick ? 1 : 5, {
    ours: async () => {
      const ours = await startOurs(ground, folder);
      return storm(ours.server, (number) => comeBack(ours, number, known));
    },
    upgrade: async () => {
      const floor = await startRival(ground, "floor", nothing);
      return storm(floor.server, async (number) => {
        const wire = await openWire(floor.address(number));
        return () => wire.close();
      });
    },
    accept: async () => {
      const server = await startAccepting(ground);
      return storm(server, () => openTls(server.port));
    },
  });
  const toAccept = ratio(measured, "ours", "accept");
  return {
    title: "A thousand come back after a restart",
    unit: "server CPU, µs a client",
    lines: [
      {
        what: `enter and catch up on ${missed} messages`,
        numbers: {
          ours: median(measured.ours),
          "TLS accept": median(measured.accept),
          "accept and upgrade": median(measured.upgrade),
          "ours/accept": toAccept,
          "ours/upgrade": ratio(measured, "ours", "upgrade"),
        },
        reaches: [atMost(toAccept, 2, "≤ 2 × a bare TLS accept")],
      },
    ],
    notes: [`each server is fresh, so its code is cold; ${atOnce} clients at a time`],
  };
}

/** What a client holds from before the restart. */
interface Known {
  epoch: string;
  peopleTag: string;
  cursor: number;
}

async function visit(ground: Ground, folder: ServerFolder): Promise<Known> {
  const ours = await startOurs(ground, folder);
  const client = await openWire(ours.address(0));
  const [{ epoch, peopleTag }] = JSON.parse(await client.ask({ type: "chat.enter" })) as [Known];
  await client.close();
  await ours.server.stop();
  return { epoch, peopleTag, cursor: folder.messages - missed };
}

async function comeBack(ours: Contender, number: number, { epoch, peopleTag, cursor }: Known) {
  const client = await openWire(ours.address(number));
  await client.ask({ type: "chat.enter", people: peopleTag });
  const synced = await client.ask({ type: "conversation.sync", conversation: "group", epoch, after: cursor });
  const [{ messages }] = JSON.parse(synced) as [{ messages: unknown[] }];
  if (messages.length !== missed) throw new Error(`A client caught up on ${messages.length} messages`);
  return () => void client.close();
}

/** Server CPU in microseconds a client, from the first to the last; everyone stays until all are there. */
async function storm(server: ServerProcess, come: (number: number) => Promise<() => void>): Promise<number> {
  const leave: (() => void)[] = [];
  const before = await server.ask("read");
  let next = 0;
  const queue = async () => {
    while (next < clients) leave.push(await come(next++));
  };
  await Promise.all(Array.from({ length: atOnce }, queue));
  const after = await server.ask("read");
  for (const each of leave) each();
  await server.stop();
  return (after.cpu - before.cpu) / clients;
}

function startAccepting({ cores, certificate }: Ground): Promise<ServerProcess> {
  const command = [process.execPath, join(projectRoot, "scripts/bench/servers/accept.ts")];
  const env = { CERT: certificate.cert, KEY: certificate.key };
  return startProcess({ command, env, port: /ready (\d+)/ }, cores);
}
