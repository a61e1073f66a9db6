import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { Judged } from "./judged-server.ts";
import { outsideProgram, runFor } from "./outside.ts";
import { skipped, type Verdict, verdict } from "./verdict.ts";

const judge = "testssl.sh";
/** Seconds. It takes a minute on a machine that has nothing else to do. */
const patience = 300;

/** Findings that are none here. What it finds beyond OK and INFO and is not named here counts. */
const reasons: Record<string, string> = {
  cert_revocation: "a self-made authority has no service that could be asked for revoked certificates",
  DNS_CAArecord: "a name of one's own network has no entry in the public DNS",
};

/** Protocols, suites and their order, the certificate under its own authority, and the known attacks. */
export async function testssl({ name, port, authority, folder }: Judged): Promise<Verdict> {
  const program = await outsideProgram(["testssl", "testssl.sh"], "testssl.sh");
  if (program === null) return skipped(judge, "it cannot be installed here");
  const file = join(folder, "testssl.json");
  const parts = ["-p", "-s", "-f", "-P", "-S", "-U"];
  const quiet = "--quiet --color 0 --warnings off --openssl-timeout 5 --connect-timeout 5".split(" ");
  const whom = ["--add-ca", authority, "--ip", "127.0.0.1", "--jsonfile", file, `https://${name}:${port}`];
  // It warns of itself where its OpenSSL lacks an engine for suites that are spoken in Russia alone, and sslscan lists all of ours.
  const withoutEngine = { NO_ENGINE: "true" };
  const { code } = await runFor(patience, [program, ...quiet, ...parts, ...whom], withoutEngine);
  if (code === null) return skipped(judge, `it was not done within ${patience} seconds`);
  return judgementOf(existsSync(file) ? readFileSync(file, "utf8") : "");
}

const found = v.array(v.object({ id: v.string(), severity: v.string(), finding: v.string() }));

/** What it has written, as a verdict. It writes the time it took at the end, so that what has none is not whole. */
export function judgementOf(written: string): Verdict {
  const all = v.safeParse(found, parsed(written));
  const whole =
    all.success && all.output.some(({ id, severity }) => id === "scanTime" && severity === "INFO");
  const bad = all.success ? all.output.filter(({ severity }) => !["OK", "INFO"].includes(severity)) : [];
  const findings = bad
    .filter(({ id }) => reasons[id] === undefined)
    .map(({ id, severity, finding }) => `${severity} ${id}: ${finding}`);
  if (!whole) findings.push("It did not come to its end.");
  return verdict(
    judge,
    `${all.success ? all.output.length : 0} findings, ${findings.length} of them bad`,
    findings,
    bad.flatMap(({ id }) => (reasons[id] === undefined ? [] : [`${id}: ${reasons[id]}`])),
  );
}

/** A list that broke off in the middle is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
