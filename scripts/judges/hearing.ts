import { startJudged } from "./judged-server.ts";
import { observatory } from "./observatory.ts";
import { firefox, webkit } from "./smoke.ts";
import { sslscan } from "./sslscan.ts";
import { testssl } from "./testssl.ts";
import { verdictLine } from "./verdict.ts";

const judges = [observatory, sslscan, testssl, firefox, webkit];

/** Starts a server, asks every judge, and prints what each says; gives how many findings there are. */
export async function hear(): Promise<number> {
  const server = await startJudged();
  try {
    let findings = 0;
    let asked = 0;
    for (const judge of judges) {
      const verdict = await judge(server);
      console.log(verdictLine(verdict));
      findings += verdict.findings.length;
      if (verdict.skipped === null) asked++;
    }
    console.log(`\nJudges asked: ${asked} of ${judges.length}. Findings: ${findings}.`);
    return findings;
  } finally {
    await server.stop();
  }
}
