import type { Client } from "./client.ts";
import type { Ground } from "./ground.ts";
import { type CutOff, ghosts, probeMs, type View } from "./invariants.ts";
import type { NodeProcess } from "./node-process.ts";
import { longAwayMs, type Step } from "./schedule.ts";
import { asSuperuser, type Companion } from "./servers.ts";

/** What is seen while faults are injected, to be judged in the end. */
export interface Seen {
  cutOffs: CutOff[];
  /** Who still saw someone online whose node had been dead for ten seconds. */
  ghosts: string[];
}

/** How long it takes for the people of a dead node to have vanished. */
const vanishedMs = 10_000;
/** Long enough for one outage of PostgreSQL after another. */
const wellMs = 20_000;

/** Does what a step says, and resolves when its fault is over and the cluster whole again. */
export async function inject(step: Step, ground: Ground, sentries: Client[], seen: Seen): Promise<void> {
  const node = ground.nodes[step.node]!;
  switch (step.kind) {
    case "kill-node":
      return killNode(step, node, sentries, seen);
    case "kill-postgres":
      return interrupt(ground.postgres, step.lasts);
    case "freeze":
      return node.freeze(step.lasts);
    case "drain":
      return restart(node);
    case "rolling":
      for (const each of ground.nodes) await restart(each);
      return;
    case "cut":
      return cut(step, ground, sentries[step.node]!, seen);
    case "deafen":
      return deafen(ground);
  }
}

async function killNode({ lasts, node: at }: Step, node: NodeProcess, sentries: Client[], seen: Seen) {
  await node.kill();
  if (lasts < longAwayMs) await Bun.sleep(lasts);
  else {
    await Bun.sleep(vanishedMs);
    const { id } = sentries[at]!.citizen;
    const views = sentries.filter(({ isOnline }) => isOnline).map(viewOf);
    seen.ghosts.push(...ghosts(views, id, node.name));
    await Bun.sleep(lasts - vanishedMs);
  }
  await node.start();
}

async function interrupt(companion: Companion, ms: number) {
  await companion.kill();
  await Bun.sleep(ms);
  await companion.start();
}

async function restart(node: NodeProcess) {
  await node.drain();
  await node.start();
  await until(() => node.isWell(), wellMs);
}

async function cut({ node: at, lasts, way }: Step, { network, nodes }: Ground, sentry: Client, seen: Seen) {
  const node = nodes[at]!;
  await until(async () => sentry.isOnline && (await node.isWell()), wellMs);
  const cutAt = Date.now();
  network.cut(at, way!);
  const unwellAt = await until(async () => !(await node.isWell()), lasts);
  await Bun.sleep(Math.max(0, cutAt + lasts - Date.now()));
  const closedWith = sentry.closes.find((close) => close.at > cutAt)?.code ?? null;
  network.heal(at);
  const healedAt = Date.now();
  const wellAt = await until(() => node.isWell(), wellMs);
  seen.cutOffs.push({ node: node.name, cutAt, healedAt, unwellAt, wellAt, closedWith });
}

/** Ends the connections on which nodes listen: what is notified from here on until they listen again is lost. */
async function deafen({ databaseUrl }: Ground) {
  await asSuperuser(databaseUrl, (sql) =>
    // PostgreSQL may be away just now, and then nobody hears anything anyway.
    sql`select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%'`.catch(() => {}),
  );
}

const viewOf = ({ citizen, online }: Client): View => ({ who: citizen.name, online });

/** When the condition first held, or null when it did not within the time. */
async function until(holds: () => Promise<boolean>, ms: number): Promise<number | null> {
  const deadline = Date.now() + ms;
  do {
    if (await holds()) return Date.now();
    await Bun.sleep(probeMs);
  } while (Date.now() < deadline);
  return null;
}
