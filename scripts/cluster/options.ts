import { SetupError } from "../setup.ts";
import { type Balancer, balancers, nodesMax } from "./balancer.ts";

export interface ClusterOptions {
  nodes: number;
  /** Null for whichever is installed. */
  balancer: Balancer | null;
  help: boolean;
}

export const usage = `Starts a whole cluster on this machine, for trying it out: PostgreSQL, several nodes, a balancer in front of them.

  bun run cluster                        three nodes
  bun run cluster --nodes 5              so many, at most ${nodesMax}
  bun run cluster --balancer caddy       haproxy or caddy; without it the first of them that is installed

DATABASE_URL names a PostgreSQL to use instead of one of its own; PORT is where the chat is opened.`;

/** Takes what stands after the command, throws a SetupError for what it does not know. */
export function clusterOptions(args: readonly string[]): ClusterOptions {
  const options: ClusterOptions = { nodes: 3, balancer: null, help: false };
  const rest = args.flatMap((each) => (/^--\w+=/.test(each) ? each.split(/=(.*)/s, 2) : [each]));
  while (rest.length > 0) {
    const name = rest.shift()!;
    if (name === "--help") options.help = true;
    else if (name === "--nodes") options.nodes = numberOf(rest.shift());
    else if (name === "--balancer") options.balancer = balancerOf(rest.shift());
    else throw new SetupError(`There is no ${name}.\n\n${usage}`);
  }
  return options;
}

function numberOf(value = ""): number {
  const number = /^\d$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= nodesMax) return number;
  throw new SetupError(`--nodes takes a whole number from 1 to ${nodesMax}, not ${JSON.stringify(value)}.`);
}

function balancerOf(value = ""): Balancer {
  const known = balancers.find((each) => each === value);
  if (known) return known;
  throw new SetupError(`--balancer takes ${balancers.join(" or ")}, not ${JSON.stringify(value)}.`);
}
