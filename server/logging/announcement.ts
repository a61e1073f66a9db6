import type { ServerCertificate } from "../certificates/ensure.ts";
import { serverUrls } from "../certificates/urls.ts";
import { progress } from "./progress.ts";

const date = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Prints one progress line about the certificate, and one for each thing that people have to know about it. */
export function tellCertificate({
  outcome,
  reason,
  server,
  newAuthority,
  authority,
  uncovered,
}: ServerCertificate) {
  const until = `valid until ${date(server.validUntil)}`;
  const what = {
    kept: until,
    made: `made, ${until}`,
    renewed: `renewed (${reason}), ${until}`,
    supplied: `${server.files.cert}, ${until}`,
  };
  progress("Certificate", what[outcome]);
  if (newAuthority && authority)
    progress("", `signed by a new authority of this machine: ${authority.files.cert}`);
  if (uncovered.length > 0)
    progress("", `browsers will warn at ${uncovered.join(", ")}; bun run certs tells more`);
}

interface Announced {
  certificate: ServerCertificate;
  host: string;
  port: number;
  dataDir: string;
  /** The token of the set-up link, and the origins to open it at where some were configured; null for a server that is set up. */
  setUp: { token: string; origins: readonly string[] | null } | null;
}

/** Prints where to find the server, how to recognise it, and where its data is. */
export function announce({ certificate, host, port, dataDir, setUp }: Announced): void {
  const urls = serverUrls(certificate.names, port, host);
  const [here, ...network] = urls.local[0] ? [urls.local[0], ...urls.lan] : ["", ...urls.lan];
  console.log("\nsecure-chat is running\n");
  if (here) progress("Here", here);
  for (const [at, url] of network.entries()) progress(at === 0 ? "Network" : "", url);
  progress("Fingerprint", `SHA-256 ${certificate.server.fingerprint}`);
  progress("Data", dataDir);
  if (setUp) tellSetUp(setUp.token, setUp.origins ?? [...urls.local.slice(0, 1), ...urls.lan.slice(0, 1)]);
  console.log("\nPress Ctrl-C to stop.");
}

/** Prints the links to the set-up page, one for each origin: whoever opens one becomes the owner. */
export function tellSetUp(token: string, origins: readonly string[]): void {
  const which = origins.length > 1 ? "one of these links" : "this link";
  console.log(`\nThis chat is not set up yet, and closed until it is. To set it up, open ${which}:\n`);
  for (const origin of origins) console.log(`  ${origin}/setup#${token}`);
  console.log("\nWhoever opens it first becomes the owner, so keep it to yourself. It works once.");
}
