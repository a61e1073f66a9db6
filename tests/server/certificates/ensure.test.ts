import { beforeEach, expect, test } from "bun:test";
import { createHash, X509Certificate } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { NetworkInterfaceInfo } from "node:os";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { type CertificateRequest, ensureCertificate } from "../../../server/certificates/ensure.ts";
import { CertificateError } from "../../../server/certificates/error.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { outcomeOf } from "../../support/outcome.ts";

const day = 86_400_000;
const start = Date.UTC(2026, 0, 1, 12);
const top = temporaryFolder();
let dataDir: string;
let runs = 0;
beforeEach(() => {
  dataDir = join(top, String(runs++), "data");
});

function ensure(days = 0, change: Partial<CertificateRequest> & { lan?: string[] } = {}) {
  const { lan = ["192.168.1.5", "fd00::2"], ...rest } = change;
  const interfaces = { eth0: lan.map((address) => ({ address, internal: false }) as NetworkInterfaceInfo) };
  return ensureCertificate({
    dataDir,
    tls: null,
    hostname: "alpha",
    interfaces,
    now: start + days * day,
    ...rest,
  });
}
const file = (name: string) => join(dataDir, "certs", name);
const content = (name: string) => readFileSync(file(name), "utf8");

test("the first start makes an authority and a server certificate, EC P-256 with SHA-256", async () => {
  const { pair, outcome, newAuthority, uncovered } = await ensure();
  expect({ outcome, newAuthority, uncovered }).toEqual({
    outcome: "made",
    newAuthority: true,
    uncovered: [],
  });
  expect(pair).toEqual({ cert: content("cert.pem"), key: content("key.pem") });
  for (const pem of [content("cert.pem"), content("ca.pem")]) {
    const { publicKey, signatureAlgorithm } = new x509.X509Certificate(pem);
    expect(publicKey.algorithm).toMatchObject({ name: "ECDSA", namedCurve: "P-256" });
    expect(signatureAlgorithm).toMatchObject({ name: "ECDSA", hash: { name: "SHA-256" } });
  }
});

test("names are DNS entries and addresses are IP entries", async () => {
  const { pair } = await ensure();
  const san = new x509.X509Certificate(pair.cert).getExtension(x509.SubjectAlternativeNameExtension);
  expect(san?.names.toJSON()).toEqual([
    { type: "dns", value: "localhost" },
    { type: "dns", value: "alpha" },
    { type: "dns", value: "alpha.local" },
    { type: "ip", value: "127.0.0.1" },
    { type: "ip", value: "::1" },
    { type: "ip", value: "192.168.1.5" },
    { type: "ip", value: "fd00::2" },
  ]);
});

test("it is valid from the day before, for clocks differ, and for 397 days and not a second longer", async () => {
  const { server, authority } = await ensure();
  expect(server.validFrom).toBe(start - day);
  expect((server.validUntil + 1000 - server.validFrom) / day).toBe(397);
  expect((authority!.validUntil + 1000 - authority!.validFrom) / day).toBe(3650);
});

test("the authority is one, signs no further authorities, and carries its limits as critical", async () => {
  const { pair } = await ensure();
  const authority = new x509.X509Certificate(content("ca.pem"));
  expect(authority.getExtension(x509.BasicConstraintsExtension)).toMatchObject({
    ca: true,
    pathLength: 0,
    critical: true,
  });
  expect(authority.getExtension("2.5.29.30")?.critical).toBe(true);
  const leaf = new x509.X509Certificate(pair.cert);
  expect(leaf.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId).toBe(
    authority.getExtension(x509.SubjectKeyIdentifierExtension)!.keyId,
  );
  expect(pair.cert.endsWith(content("ca.pem"))).toBe(true);
});

test("the fingerprint is SHA-256 over the certificate, in pairs of capitals", async () => {
  const { server, pair } = await ensure();
  const digest = createHash("sha256").update(new X509Certificate(pair.cert).raw).digest("hex");
  expect(server.fingerprint).toBe(digest.toUpperCase().match(/../g)!.join(":"));
});

test("keys are for the owner alone, and so is the folder", async () => {
  await ensure();
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  const posix = process.platform !== "win32";
  expect([file("key.pem"), file("ca-key.pem"), dataDir, file(".")].map(mode)).toEqual(
    posix ? ["600", "600", "700", "700"] : ["666", "666", "666", "666"],
  );
  if (posix) {
    chmodSync(file("key.pem"), 0o644);
    await ensure();
    expect(mode(file("key.pem"))).toBe("600");
  }
  expect(readdirSync(file(".")).sort()).toEqual(["ca-key.pem", "ca.pem", "cert.pem", "key.pem"]);
});

test("the next start keeps it, until fewer than 30 days are left; the authority stays", async () => {
  const first = await ensure();
  expect(await ensure(366 - 1)).toMatchObject({ outcome: "kept", pair: first.pair });
  const renewed = await ensure(366);
  expect(renewed).toMatchObject({ outcome: "renewed", reason: "29 days were left", newAuthority: false });
  expect(renewed.pair.key).not.toBe(first.pair.key);
  expect(renewed.authority?.fingerprint).toBe(first.authority!.fingerprint);
  expect((await ensure(900)).reason).toBe("it has expired");
});

test("a certificate never outlives its authority, which is replaced before it ends", async () => {
  const first = await ensure();
  const late = await ensure(3500);
  expect(late.authority?.fingerprint).toBe(first.authority!.fingerprint);
  expect(late.server.validUntil).toBe(first.authority!.validUntil);
  expect(await ensure(3630)).toMatchObject({ outcome: "renewed", newAuthority: true });
});

test("another address on the network renews it, and says which", async () => {
  await ensure();
  const moved = await ensure(1, { lan: ["10.0.0.9"] });
  expect(moved).toMatchObject({ outcome: "renewed", newAuthority: false, uncovered: [] });
  expect(moved.reason).toBe("names have changed: +10.0.0.9, -192.168.1.5, -fd00::2");
  expect((await ensure(2, { lan: ["10.0.0.9"] })).outcome).toBe("kept");
});

test("a public address the authority does not know is left out and told, without renewing at every start", async () => {
  await ensure();
  const abroad = { lan: ["192.168.1.5", "203.0.113.7"] };
  expect(await ensure(1, abroad)).toMatchObject({ outcome: "renewed", uncovered: ["203.0.113.7"] });
  expect(await ensure(2, abroad)).toMatchObject({ outcome: "kept", uncovered: ["203.0.113.7"] });
  const mode = "again with a new authority";
  expect(await ensure(3, { ...abroad, mode })).toMatchObject({ newAuthority: true, uncovered: [] });
});

test("one made while the clock ran ahead is renewed once the clock is right; the authority stays", async () => {
  const ahead = await ensure(100);
  const { outcome, reason, newAuthority } = await ensure(0);
  expect({ outcome, reason, newAuthority }).toEqual({
    outcome: "renewed",
    reason: "it was not valid yet",
    newAuthority: false,
  });
  expect(ahead.newAuthority).toBe(true);
});

test("files that do not belong together are replaced by the start, and by nothing else", async () => {
  await ensure();
  const another = content("key.pem");
  await ensure(0, { mode: "again" });
  writeFileSync(file("key.pem"), another);
  expect(await outcomeOf(ensure(0, { mode: "keep" }))).toThrow(
    /are no certificate with its key.*bun run certs --force/,
  );
  expect(await ensure()).toMatchObject({
    outcome: "renewed",
    reason: "certificate and key do not belong together",
  });
  rmSync(file("cert.pem"));
  expect(await outcomeOf(ensure(0, { mode: "keep" }))).toThrow(CertificateError);
});

test("asked to keep, it only says why the start would renew", async () => {
  const first = await ensure();
  const late = await ensure(380, { mode: "keep" });
  expect(late).toMatchObject({ outcome: "kept", reason: "15 days were left", pair: first.pair });
});
