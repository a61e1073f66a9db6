import { statSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { type CertificateDescription, daysLeft } from "../server/certificates/describe.ts";
import { ensureCertificate, type ServerCertificate } from "../server/certificates/ensure.ts";
import { parseConfig } from "../server/config/environment.ts";
import { command } from "./setup.ts";

const usage = `Shows the certificate, and makes one when there is none.

  bun run certs                       never changes one that is there
  bun run certs --force               makes a new one, signed by the same authority: devices that trust it notice nothing
  bun run certs --force --authority   makes a new authority too: every device has to trust that one anew`;

await command(async () => {
  const args = new Set(Bun.argv.slice(2));
  const { size } = args;
  const help = args.delete("--help");
  const force = args.delete("--force");
  const authority = args.delete("--authority");
  if (help || args.size > 0 || (authority && !force)) {
    console.log(usage);
    return help && size === 1 ? 0 : 1;
  }
  const { dataDir, tls } = parseConfig(Bun.env);
  const now = Date.now();
  const mode = authority ? "again with a new authority" : force ? "again" : "keep";
  const found = { hostname: hostname(), interfaces: networkInterfaces() };
  print(await ensureCertificate({ dataDir, tls, ...found, now, mode }), now);
  return 0;
});

function print(certificate: ServerCertificate, now: number): void {
  const { outcome, reason, newAuthority, server, authority, uncovered } = certificate;
  const headline = {
    kept: "This certificate was here already and has not been touched.",
    made: "Made a new certificate.",
    renewed: "Made a new certificate in place of the old one.",
    supplied:
      "This is the certificate you supplied (TLS_CERT, TLS_KEY). It can be used, and is never changed.",
  };
  console.log(`${headline[outcome]}\n`);
  console.log(section("Certificate", server, now));
  if (authority) console.log(section("Authority, which devices may trust", authority, now));
  if (newAuthority && outcome === "made")
    console.log("Browsers stop warning on a device once it trusts the authority; the README says how.");
  if (newAuthority && outcome === "renewed")
    console.log(
      "The authority is new as well: a device that trusted the old one has to trust this one instead.",
    );
  if (outcome === "kept" && reason)
    console.log(`The next start renews the certificate (${reason}). Now: bun run certs --force`);
  if (uncovered.length > 0)
    console.log(
      `Not covered: ${uncovered.join(", ")}. The authority was made before this computer had these names. With a new one they are: bun run certs --force --authority`,
    );
}

function section(title: string, description: CertificateDescription, now: number): string {
  const { owner, issuer, validFrom, validUntil, names, fingerprint, files } = description;
  const all = [...names.dns, ...names.addresses].join(", ");
  return [
    `${title}\n`,
    line("owner", owner),
    issuer === owner ? "" : line("signed by", issuer),
    line("valid", `${utc(validFrom)} to ${utc(validUntil)} (${daysLeft(validUntil, now)} days left)`),
    line("created", utc(statSync(files.cert).mtimeMs)),
    all && line("names", all),
    line("SHA-256", fingerprint),
    line("certificate", files.cert),
    line("key", files.key),
  ].join("");
}

function line(name: string, value: string): string {
  return `  ${name.padEnd(12)} ${value}\n`;
}

function utc(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
