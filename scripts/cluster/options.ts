import { parseArgs } from "node:util";
import { SetupError } from "../setup.ts";
import { type Balancer, balancers, nodesMax } from "./balancer.ts";

export const usage = `Starts a whole cluster on this machine, for trying it out: PostgreSQL, several nodes, a balancer in front of them.

  bun run cluster                        three nodes
  bun run cluster --nodes 5              so many, at most ${nodesMax}
  bun run cluster --balancer caddy       ${balancers.join(" or ")}; without it the first of them that is installed

DATABASE_URL names a PostgreSQL to use instead of one of its own; PORT is where the chat is opened.`;

/** Takes what stands after the command; throws a SetupError for what it does not know. `balancer` is null for whichever is installed. */
export function clusterOptions(args: string[]): { nodes: number; balancer: Balancer | null; help: boolean } {
  const { nodes, balancer: wanted, help } = given(args);
  if (!/^\d$/.test(nodes) || Number(nodes) < 1 || Number(nodes) > nodesMax)
    throw refusal(`--nodes takes a whole number from 1 to ${nodesMax}, not ${JSON.stringify(nodes)}.`);
  const balancer = balancers.find((each) => each === wanted) ?? null;
  if (wanted !== undefined && balancer === null)
    throw refusal(`--balancer takes ${balancers.join(" or ")}, not ${JSON.stringify(wanted)}.`);
  return { nodes: Number(nodes), balancer, help };
}

function given(args: string[]) {
  const options = {
    nodes: { type: "string", default: "3" },
    balancer: { type: "string" },
    help: { type: "boolean", default: false },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw refusal((error as Error).message);
  }
}

const refusal = (sentence: string) => new SetupError(`${sentence}\n\n${usage}`);
