import type { ServerCertificate } from "./certificates/ensure.ts";
import { serverUrls } from "./certificates/urls.ts";
import { progress } from "./progress.ts";

const date = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** One progress line about the certificate, and one for what people have to know of it. */
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

/** Where to find the server, how to know that it is the right one, and where everything it keeps lives. */
export function announce(certificate: ServerCertificate, host: string, port: number, dataDir: string): void {
  const urls = serverUrls(certificate.names, port, host);
  const [here, ...network] = urls.local[0] ? [urls.local[0], ...urls.lan] : ["", ...urls.lan];
  console.log("\nsecure-chat is running\n");
  if (here) progress("Here", here);
  for (const [at, url] of network.entries()) progress(at === 0 ? "Network" : "", url);
  progress("Fingerprint", `SHA-256 ${certificate.server.fingerprint}`);
  progress("Data", dataDir);
  console.log("\nPress Ctrl-C to stop.");
}
