import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { stat } from "node:fs/promises";
import { namesOf } from "./describe.ts";
import { CertificateError } from "./error.ts";
import { type Pair, type PairFiles, textOf } from "./files.ts";

/** Reads the certificate the user brought. Only checked, never changed: throws a CertificateError when a browser could not use it. */
export async function readSupplied(files: PairFiles, now: number): Promise<Pair> {
  const cert = await contentOf("TLS_CERT", files.cert);
  const key = await contentOf("TLS_KEY", files.key);
  const certificate = parsed(files.cert, cert);
  const privateKey = parsedKey(files.key, key);
  await refuseSharedKey(files.key);

  if (certificate.ca)
    throw new CertificateError(
      `TLS_CERT: the first certificate in ${files.cert} is an authority. Put the server's own certificate first, then the chain.`,
    );
  if (!certificate.checkPrivateKey(privateKey))
    throw new CertificateError(
      `TLS_KEY: ${files.key} is not the key of ${files.cert}. Give the two files that were made together.`,
    );
  const until = new Date(certificate.validTo);
  if (until.getTime() <= now)
    throw new CertificateError(
      `TLS_CERT: ${files.cert} expired on ${date(until)}. Renew it where you got it, or unset TLS_CERT and TLS_KEY.`,
    );
  const from = new Date(certificate.validFrom);
  if (from.getTime() > now)
    throw new CertificateError(
      `TLS_CERT: ${files.cert} is valid from ${date(from)} on, which is not yet. Is the clock of this computer right?`,
    );
  const { dns, addresses } = namesOf(certificate);
  if (dns.length + addresses.length === 0)
    throw new CertificateError(
      `TLS_CERT: ${files.cert} names no host or address (no subjectAltName), so no browser accepts it. Have it issued again with the server's names.`,
    );
  return { cert, key };
}

async function contentOf(name: string, path: string): Promise<string> {
  const text = await textOf(path).catch((error: NodeJS.ErrnoException) => {
    throw new CertificateError(`${name}: ${path} cannot be read (${error.code ?? error.message}).`);
  });
  if (text === null) throw new CertificateError(`${name}: there is no file ${path}.`);
  return text;
}

function parsed(path: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new CertificateError(
      `TLS_CERT: ${path} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).`,
    );
  }
}

function parsedKey(path: string, pem: string): KeyObject {
  if (/ENCRYPTED/.test(pem))
    throw new CertificateError(
      `TLS_KEY: ${path} is protected by a passphrase, which nobody could type at the start. Store it without one, mode 0600.`,
    );
  try {
    return createPrivateKey(pem);
  } catch {
    throw new CertificateError(
      `TLS_KEY: ${path} holds no private key in PEM form (-----BEGIN PRIVATE KEY-----).`,
    );
  }
}

// A group may read it, as certificate tools set it up; everybody may not.
async function refuseSharedKey(path: string): Promise<void> {
  if (process.platform !== "win32" && ((await stat(path)).mode & 0o007) !== 0)
    throw new CertificateError(
      `TLS_KEY: everybody on this computer can read ${path}. Close it: chmod 600 ${path}`,
    );
}

function date(value: Date): string {
  return value.toISOString().slice(0, 10);
}
