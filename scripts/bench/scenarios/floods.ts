import { type Contender, startOurs } from "../contenders.ts";
import { Crowd } from "../crowd.ts";
import type { Ground } from "../ground.ts";
import { type House, makeHouse } from "../house.ts";
import { below, type Line, type Section } from "../report.ts";
import { median, percentile } from "../rounds.ts";

const members = 50;
const everyMs = 20;
const floodMs = 2_500;
/** How much of the hostile client is on its way at once. */
const atOnce = 16;

type Ask = (path: string, method: string, body?: object) => Promise<Response>;
type Flood = (ask: Ask, name: string) => Promise<Response>;

/** What a client can ask for that costs more than it takes to ask, with an account or without one. */
const floods: Record<string, Flood> = {
  "wrong passwords": (ask, name) => ask("/api/session", "POST", { name, password: "not the password" }),
  "unknown names": (ask) => ask("/api/session", "POST", { name: "nobody-of-that-name", password: "no" }),
  "new accounts": (ask) =>
    ask("/api/account", "POST", { name: "newcomer", password: "a fine long password" }),
  "invitations tried": (ask) => ask("/api/invitation", "POST", { token: `1-${"A".repeat(22)}` }),
  "reset links tried": (ask) => ask("/api/reset/check", "POST", { token: "A".repeat(43) }),
  "questions for passkeys": (ask) => ask("/api/passkeys/question", "POST", {}),
  "codes tried": (ask) => ask("/api/proof", "POST", { code: "123456" }),
  "the list of devices": (ask) => ask("/api/account/sessions", "GET"),
  "all of one's data": (ask) => ask("/api/account/export", "POST", { format: "json" }),
  reports: (ask) => ask("/api/reports", "POST", { conversation: "group", seq: 1, reason: "" }),
  "what is no JSON": (ask) => ask("/api/session", "POST", { name: "x".repeat(15_000) }),
};

/** How late the messages of the others get while one hostile client asks as fast as it can. */
export async function floodsOfOne(ground: Ground): Promise<Section> {
  const house = await makeHouse(members + 1, 1_000);
  const ours = await startOurs(ground, house);
  const crowd = await Crowd.gather(ours, members);
  await crowd.talk(1, 500);

  const lines: Line[] = [];
  for (const [what, flood] of Object.entries(floods)) {
    const runs: { p99: number; quiet: number; asked: number }[] = [];
    for (let round = 0; round < (ground.quick ? 1 : 3); round++) {
      const quiet = percentile(await crowd.speakSteadily(everyMs, Bun.sleep(floodMs)), 0.99);
      const hostile = attack(ours, house, flood);
      const p99 = percentile(await crowd.speakSteadily(everyMs, hostile), 0.99);
      runs.push({ p99, quiet, asked: await hostile });
    }
    const of = (pick: (run: (typeof runs)[number]) => number) => median(runs.map(pick));
    const ratio = of(({ p99, quiet }) => p99 / quiet);
    lines.push({
      what,
      numbers: {
        "p99 before": of(({ quiet }) => quiet),
        "p99 meanwhile": of(({ p99 }) => p99),
        ratio,
        "asked a second": of(({ asked }) => asked / (floodMs / 1000)),
      },
      reaches: [below(ratio, 2, "less than twice")],
    });
  }
  await crowd.leave();
  await ours.server.stop();
  const notes = [
    `${members} members, a message every ${everyMs} ms; the hostile client has ${atOnce} requests on their way at once`,
    "everything on the one server core, hashing too; medians of the rounds",
  ];
  return { title: "One hostile client at full speed", unit: "ms", lines, notes };
}

/** Asks until the time is over; gives how often it was answered. */
async function attack({ server }: Contender, { cookies, names }: House, flood: Flood): Promise<number> {
  const origin = `https://localhost:${server.port}`;
  const ask: Ask = (path, method, body) =>
    fetch(origin + path, {
      method,
      headers: { Origin: origin, "Content-Type": "application/json", Cookie: cookies[members]! },
      body: body === undefined ? undefined : JSON.stringify(body),
      tls: { rejectUnauthorized: false },
    });
  const end = performance.now() + floodMs;
  let answered = 0;
  const go = async () => {
    while (performance.now() < end) {
      await (await flood(ask, names[members]!)).arrayBuffer();
      answered++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, go));
  return answered;
}
