import { expect, test } from "bun:test";
import { createPrivateKey } from "node:crypto";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";
import { ensureCertificate } from "../../../server/certificates/ensure.ts";
import { CertificateError } from "../../../server/certificates/error.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { outcomeOf } from "../../support/outcome.ts";

const top = temporaryFolder();
const now = Date.UTC(2026, 5, 1);
const tls = { cert: join(top, "fullchain.pem"), key: join(top, "privkey.pem") };

const san = (...altNames: { type: 2; value: string }[]) => ({ name: "subjectAltName", altNames }) as const;
const named = san({ type: 2, value: "chat.example.com" }, { type: 2, value: "*.chat.example.com" });

async function made(extensions: Parameters<typeof generate>[1] & object = {}) {
  const { cert, private: key } = await generate([{ name: "commonName", value: "chat.example.com" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.UTC(2026, 4, 1)),
    notAfterDate: new Date(Date.UTC(2026, 6, 1)),
    extensions: [{ name: "basicConstraints", cA: false }, named],
    ...extensions,
  });
  return { cert, key };
}

function use(cert: string, key: string) {
  writeFileSync(tls.cert, cert);
  writeFileSync(tls.key, key);
  chmodSync(tls.key, 0o600);
  return ensureCertificate({ dataDir: join(top, "data"), tls, hostname: "alpha", interfaces: {}, now });
}

async function refusal(cert: string, key: string): Promise<string> {
  const error = await use(cert, key).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CertificateError);
  return (error as Error).message;
}

const good = await made();

test("one that browsers can use is taken as it is, with its own names", async () => {
  const certificate = await use(good.cert, good.key);
  expect(certificate).toMatchObject({
    outcome: "supplied",
    pair: good,
    authority: null,
    newAuthority: false,
  });
  expect(certificate.names).toEqual({ dns: ["chat.example.com", "*.chat.example.com"], addresses: [] });
});

test("a key of another certificate is refused", async () => {
  expect(await refusal(good.cert, (await made()).key)).toMatch(
    /privkey\.pem is not the key of .*fullchain\.pem/,
  );
});

test("an expired one is refused with the day", async () => {
  const { cert, key } = await made({ notAfterDate: new Date(Date.UTC(2026, 4, 20)) });
  expect(await refusal(cert, key)).toMatch(/expired on 2026-05-20/);
});

test("one from the future is refused, with a hint at the clock", async () => {
  const { cert, key } = await made({ notBeforeDate: new Date(Date.UTC(2026, 5, 20)) });
  expect(await refusal(cert, key)).toMatch(/valid from 2026-06-20 on.*clock/);
});

test("one that names no host is refused", async () => {
  const { cert, key } = await made({ extensions: [{ name: "basicConstraints", cA: false }] });
  expect(await refusal(cert, key)).toMatch(/names no host or address/);
});

test("an authority in place of the server's certificate is refused", async () => {
  const { cert, key } = await made({ extensions: [{ name: "basicConstraints", cA: true }, named] });
  expect(await refusal(cert, key)).toMatch(/is an authority/);
});

test("files without PEM, and files that are not there, are told apart", async () => {
  expect(await refusal("nonsense", good.key)).toMatch(/^TLS_CERT: .* holds no certificate in PEM form/);
  expect(await refusal(good.cert, "nonsense")).toMatch(/^TLS_KEY: .* holds no private key in PEM form/);
  rmSync(tls.key);
  const again = ensureCertificate({ dataDir: top, tls, hostname: "alpha", interfaces: {}, now });
  expect(await outcomeOf(again)).toThrow(/^TLS_KEY: there is no file .*privkey\.pem/);
});

test("a key with a passphrase is refused", async () => {
  const locked = createPrivateKey(good.key).export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: "x",
  });
  expect(await refusal(good.cert, locked.toString())).toMatch(/protected by a passphrase/);
});

test("ASVS 13.3.1 a key that everybody may read is refused, with the way to close it", async () => {
  await use(good.cert, good.key);
  if (process.platform === "win32") return; // Modes mean nothing there.
  chmodSync(tls.key, 0o644);
  const again = ensureCertificate({ dataDir: top, tls, hostname: "alpha", interfaces: {}, now });
  expect(await outcomeOf(again)).toThrow(`chmod 600 ${tls.key}`);
});
