import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { continueIn, ensureDependencies } from "../setup.ts";
import { type Ground, layGround } from "./ground.ts";
import { disturbance } from "./quiet.ts";
import { print, printVerdict, type Section } from "./report.ts";
import { changes } from "./scenarios/changes.ts";
import { entering } from "./scenarios/entering.ts";
import { floodsOfOne } from "./scenarios/floods.ts";
import { groupMessage } from "./scenarios/group-message.ts";
import { longLog } from "./scenarios/long-log.ts";
import { memory } from "./scenarios/memory.ts";
import { reconnectStorm } from "./scenarios/reconnect-storm.ts";
import { slowDisk } from "./scenarios/slow-disk.ts";
import { startUp } from "./scenarios/start-up.ts";
import { storeThroughput } from "./scenarios/store-throughput.ts";
import { storedMessages } from "./scenarios/stored-messages.ts";
import { killAll } from "./server-process.ts";
import { removeFolders } from "./temporary.ts";

// Measures what the server costs, beside the least that could be done and beside what others use.
// bun run bench [--only NAME[,NAME]] [--quick] [--json FILE]

const scenarios: Record<string, (ground: Ground) => Promise<Section>> = {
  "group-message": groupMessage,
  entering,
  changes,
  memory,
  floods: floodsOfOne,
  "slow-disk": slowDisk,
  "start-up": startUp,
  "stored-messages": storedMessages,
  "reconnect-storm": reconnectStorm,
  "long-log": longLog,
  "store-throughput": storeThroughput,
};

process.on("exit", () => {
  void killAll();
  removeFolders();
});
let toldToStop = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    toldToStop = true;
    void killAll().then(() => process.exit(1));
  });

try {
  const { only, quick, json } = options(process.argv.slice(2));
  if (await ensureDependencies("everything"))
    process.exit(await continueIn(["scripts/bench/main.ts", ...process.argv.slice(2)]));
  const ground = await layGround(quick);
  const machine = [
    `Bun ${Bun.version} on ${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model.trim()}`,
    ground.cores.says,
    ground.node.says,
    ...(quick ? ["--quick: short rounds, believe the shape and not the digits"] : []),
  ];
  console.log(machine.join("\n"));

  const sections: Section[] = [];
  for (const name of only) {
    const before = await disturbance("before");
    const section = await scenarios[name]!(ground);
    const after = await disturbance("after");
    section.notes.push(...[before, after].filter((sentence) => sentence !== null));
    sections.push(section);
    print(section);
  }
  printVerdict(sections);
  if (json !== undefined) await Bun.write(json, JSON.stringify({ machine, sections }, null, 2));
  process.exit(0);
} catch (error) {
  // What is being stopped fails because of that.
  if (!toldToStop)
    console.error(error instanceof Error && process.env.DEBUG === undefined ? error.message : error);
  // Not before all are gone, whichever came first: the signal, or the failure it led to.
  await killAll();
  process.exit(1);
}

/** Reads the command line; throws a sentence when it cannot be followed. */
function options(args: string[]): { only: string[]; quick: boolean; json: string | undefined } {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string", multiple: true },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
    },
  });
  const names = Object.keys(scenarios);
  const only = (values.only ?? names).flatMap((value) => value.split(","));
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new Error(`There is no measurement "${unknown}". There are: ${names.join(", ")}`);
  return { only, quick: values.quick, json: values.json };
}
