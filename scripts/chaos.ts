import { canSeparate } from "../tests/chaos/network.ts";
import { run, usual } from "../tests/chaos/run.ts";
import { type FaultKind, faultKinds } from "../tests/chaos/schedule.ts";
import { findProgram } from "./find-program.ts";
import { command, continueIn, ensureDependencies, SetupError } from "./setup.ts";

const usage = `Runs three nodes and thirty clients under faults, and checks that nothing is lost, doubled or shown to the wrong people.

  bun run chaos                            two minutes
  bun run chaos --minutes 30               longer
  bun run chaos --seed 7                   the faults of this seed again
  bun run chaos --faults freeze,kill-node  only these: ${faultKinds.join(", ")}`;

const given = {
  minutes: 2,
  seed: Date.now() % 2 ** 31,
  kinds: [...faultKinds],
};

await command(async () => {
  if (Bun.argv.includes("--help")) return tell(usage);
  read(Bun.argv.slice(2));
  if (await ensureDependencies("everything"))
    return await continueIn(["scripts/chaos.ts", ...Bun.argv.slice(2)]);
  const { minutes, seed } = given;
  const left = leftOut();
  const kinds = given.kinds.filter((kind) => !left.has(kind));
  for (const [kind, why] of left) if (given.kinds.includes(kind)) console.warn(`skipped: ${kind} (${why})`);
  if (findProgram("haproxy") === null) console.warn("skipped: the balancer (haproxy is not installed)");

  const again = `bun run chaos --minutes ${minutes} --seed ${seed} --faults ${given.kinds.join(",")}`;
  console.log(`To run the same again: ${again}`);
  const { acknowledged, injected, broken } = await run({
    ...usual,
    seed,
    kinds,
    ms: minutes * 60_000,
    say: console.log,
  });
  for (const each of broken) console.error(`broken: ${each}`);
  if (broken.length > 0) console.error(`To run the same again: ${again}`);
  console.log(
    `chaos: ${acknowledged} messages acknowledged, ${injected} faults injected, ${broken.length} invariants broken`,
  );
  return broken.length === 0 ? 0 : 1;
});

/** Which faults cannot be had, and why. */
function leftOut(): Map<FaultKind, string> {
  const left = new Map<FaultKind, string>();
  if (!canSeparate()) left.set("cut", "network namespaces need root and iproute2");
  return left;
}

function read(args: string[]) {
  const rest = args.flatMap((each) => (/^--\w+=/.test(each) ? each.split(/=(.*)/s, 2) : [each]));
  while (rest.length > 0) {
    const name = rest.shift()!;
    const value = rest.shift() ?? "";
    if (name === "--minutes" && Number(value) > 0) given.minutes = Number(value);
    else if (name === "--seed" && /^\d{1,10}$/.test(value)) given.seed = Number(value);
    else if (name === "--faults") given.kinds = value.split(",").map(kindOf);
    else throw new SetupError(`${name} ${value} is not understood.\n\n${usage}`);
  }
}

function kindOf(name: string): FaultKind {
  const kind = faultKinds.find((known) => known === name);
  if (kind) return kind;
  throw new SetupError(`There is no fault ${JSON.stringify(name)}; there are ${faultKinds.join(", ")}.`);
}

function tell(text: string): number {
  console.log(text);
  return 0;
}
