import { join } from "node:path";
import { projectRoot } from "../../server/config/environment.ts";

/** A documented decision, by which requirements are met or excepted. */
export interface Decision {
  ids: string[];
  reason: string;
}

/** The decisions in the Security section of the server's document: `- **1.2.3, 4.5.6** reason`, over as many lines as it takes. */
export function decisionsIn(document: string): Decision[] {
  const [, section = ""] = document.split(/^## Security$/m);
  const [own = ""] = section.split(/^## /m);
  const entries = own.matchAll(/^- \*\*([\d., ]+)\*\*((?:.*\n?)(?: {2,}.*\n?)*)/gm);
  return [...entries].map(([, ids, reason]) => ({
    ids: ids!.split(",").map((id) => id.trim()),
    reason: reason!.replace(/\s+/g, " ").trim(),
  }));
}

export async function readDecisions(): Promise<Decision[]> {
  return decisionsIn(await Bun.file(join(projectRoot, "server/DECISIONS.md")).text());
}
