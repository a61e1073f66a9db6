import { natsSignals } from "../../../server/cluster/nats-signals.ts";
import { postgresSignals } from "../../../server/cluster/postgres-signals.ts";
import { system } from "../../../server/system.ts";
import { browserSystem } from "../../../web/transport/system.ts";
import { text } from "../house.ts";
import "../probe.ts";

// What of a node sends and hears signals, and nothing else. `POST /?every=MS&each=N&for=MS` sends so many hints at each
// tick and answers with how many there were; `GET /` tells how many of others were heard.

const { CARRIER, NODE } = process.env;
const report = (error: unknown) => console.error(error);
const secret = new Uint8Array(32);
const way = { url: CARRIER!, node: NODE!, secret, epoch: () => "e".repeat(32), system, report };
const signals = CARRIER!.startsWith("nats:")
  ? natsSignals({ ...way, cluster: "bench" })
  : postgresSignals(way);

/** Hints go round these, as they do where many talk at once. */
const conversations = 500;
let heard = 0;
let turn = 0;

await signals.listen(
  (signal) => {
    if (signal.kind === "grown") heard += signal.head - signal.first + 1;
  },
  () => {},
);

function hint() {
  const conversation = `direct:1:${2 + (turn % conversations)}` as const;
  const rev = 1 + Math.floor(turn / conversations);
  turn++;
  const clientId = browserSystem.newId();
  const message = { conversation, seq: rev, rev, author: 1, clientId, body: { text }, createdAt: Date.now() };
  signals.send({ kind: "grown", conversation, first: rev, head: rev, messages: [message] });
}

async function send(every: number, each: number, ms: number): Promise<number> {
  const end = performance.now() + ms;
  let sent = 0;
  while (performance.now() < end) {
    for (let at = 0; at < each; at++) hint();
    sent += each;
    await Bun.sleep(every);
  }
  return sent;
}

const { port } = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    if (request.method === "GET") return Response.json(heard);
    const { searchParams: asked } = new URL(request.url);
    const [every, each, ms] = ["every", "each", "for"].map((name) => Number(asked.get(name)));
    return Response.json(await send(every!, each!, ms!));
  },
});
console.log(`ready ${port}`);
