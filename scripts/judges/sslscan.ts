import type { Judged } from "./judged-server.ts";
import { outsideProgram, runFor } from "./outside.ts";
import { skipped, type Verdict, verdict } from "./verdict.ts";

const judge = "sslscan";

/** Protocols and suites as a second judge sees them. */
export async function sslscan({ name, port }: Judged): Promise<Verdict> {
  const program = await outsideProgram(["sslscan"], "sslscan");
  if (program === null) return skipped(judge, "it cannot be installed here");
  const asked = [program, "--no-colour", "--xml=-", `--sni-name=${name}`, `127.0.0.1:${port}`];
  return judgementOf((await runFor(20, asked)).output);
}

/** What it has printed, as a verdict: TLS 1.2 and 1.3, each suite with forward secrecy and authenticated encryption. */
export function judgementOf(xml: string): Verdict {
  const elements = (name: string) =>
    [...xml.matchAll(new RegExp(`<${name} ([^>]*)>`, "g"))].map(([, text]) => attributes(text!));
  const spoken = elements("protocol")
    .filter(({ enabled }) => enabled === "1")
    .map(({ type, version }) => `${type} ${version}`);
  const ciphers = elements("cipher");
  const weak = ciphers.filter(
    ({ cipher, strength }) =>
      !/^(TLS_|ECDHE-).*(GCM|POLY1305)/.test(cipher!) || !/^(strong|acceptable)$/.test(strength!),
  );
  return verdict(judge, `${spoken.join(" and ")}, ${ciphers.length} suites`, [
    ...(spoken.join() === "tls 1.2,tls 1.3" ? [] : [`It speaks ${spoken.join(", ") || "nothing"}.`]),
    ...(ciphers.length > 0 ? [] : ["It offers no suite."]),
    ...weak.map(({ sslversion, cipher, strength }) => `${sslversion} ${cipher} is ${strength}.`),
    ...elements("heartbleed").flatMap(({ sslversion, vulnerable }) =>
      vulnerable === "0" ? [] : [`${sslversion} has Heartbleed.`],
    ),
    ...elements("renegotiation").flatMap(({ supported, secure }) =>
      supported === "0" || secure === "1" ? [] : ["It renegotiates insecurely."],
    ),
  ]);
}

function attributes(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
}
