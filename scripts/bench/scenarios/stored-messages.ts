import { type Contender, startOurs } from "../contenders.ts";
import { say } from "../crowd.ts";
import type { Ground } from "../ground.ts";
import { atMost, type Line, type Section } from "../report.ts";
import { inRounds, median, ratio } from "../rounds.ts";
import { makeServerFolder } from "../server-folder.ts";
import { removeFolder } from "../temporary.ts";
import { openWire, type Wire } from "../wire.ts";

const people = 50;
const few = 1_000;
const many = 1_000_000;

/** What a send, a page of history and a catch-up cost the server as the history grows a thousandfold. */
export async function storedMessages(ground: Ground): Promise<Section> {
  const folders = [await makeServerFolder(people, few), await makeServerFolder(people, many)];
  const [atFew, atMany] = await Promise.all(folders.map((folder) => open(ground, folder)));
  const lines: Line[] = [];
  for (const [what, act] of Object.entries(acts)) {
    const times = ground.quick ? 200 : 1000;
    for (const at of [atFew!, atMany!]) await costOf(at, act, times);
    const measured = await inRounds(ground.quick ? 3 : 7, {
      few: () => costOf(atFew!, act, times),
      many: () => costOf(atMany!, act, times),
    });
    const growth = ratio(measured, "many", "few");
    lines.push({
      what,
      numbers: {
        "at 1,000": median(measured.few),
        "at 1,000,000": median(measured.many),
        "million/thousand": growth,
      },
      reaches: [atMost(growth, 1.2, "≤ 1.2 ×")],
    });
  }
  for (const { clients, contender } of [atFew!, atMany!]) {
    for (const client of clients) await client.close();
    await contender.server.stop();
  }
  for (const { dataDir } of folders) removeFolder(dataDir);
  return { title: "A long history", unit: "server CPU, µs each", lines, notes: [] };
}

interface Opened {
  contender: Contender;
  clients: Wire[];
  epoch: string;
  messages: number;
}

async function open(ground: Ground, folder: Awaited<ReturnType<typeof makeServerFolder>>): Promise<Opened> {
  const contender = await startOurs(ground, folder);
  const clients: Wire[] = [];
  for (let member = 0; member < people; member++) clients.push(await openWire(contender.address(member)));
  const [entered] = JSON.parse(await clients[0]!.ask({ type: "chat.enter" })) as [{ epoch: string }];
  return { contender, clients, epoch: entered.epoch, messages: folder.messages };
}

/** A place anywhere in the history the folder was made with. */
const somewhere = ({ messages }: Opened) => 1 + Math.floor(Math.random() * messages);

type Act = (at: Opened, client: Wire) => Promise<string>;

const acts: Record<string, Act> = {
  "send a message": ({ contender }, client) => say(client, contender),
  "the latest page": (_, client) => client.ask({ type: "history.read", conversation: "group" }),
  "a page anywhere": (at, client) =>
    client.ask({ type: "history.read", conversation: "group", before: somewhere(at) }),
  "catch up from anywhere": ({ epoch, ...at }, client) =>
    client.ask({
      type: "conversation.sync",
      conversation: "group",
      epoch,
      after: somewhere({ epoch, ...at }),
    }),
};

/** Server CPU in microseconds a time, each by another person than the last, one after the other. */
async function costOf(at: Opened, act: Act, times: number): Promise<number> {
  const before = await at.contender.server.ask("read");
  for (let time = 0; time < times; time++) await act(at, at.clients[time % people]!);
  const after = await at.contender.server.ask("read");
  return (after.cpu - before.cpu) / times;
}
