import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { PairFiles } from "./files.ts";
import type { Names } from "./names.ts";
import { day } from "./validity.ts";

export interface CertificateDescription {
  /** Whom it was made out to. */
  readonly owner: string;
  readonly issuer: string;
  readonly validFrom: number;
  readonly validUntil: number;
  readonly names: Names;
  /** SHA-256 over the certificate, upper case in pairs with colons, as browsers show it. */
  readonly fingerprint: string;
  readonly files: PairFiles;
}

/** Takes PEM text whose first certificate is meant; throws when there is none. */
export function describeCertificate(pem: string, files: PairFiles): CertificateDescription {
  const certificate = new X509Certificate(pem);
  return {
    owner: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    validFrom: Date.parse(certificate.validFrom),
    validUntil: Date.parse(certificate.validTo),
    names: namesOf(certificate),
    fingerprint: certificate.fingerprint256,
    files,
  };
}

export function namesOf(certificate: X509Certificate): Names {
  const entries = (certificate.subjectAltName ?? "").split(", ").filter(Boolean);
  const of = (kind: string) => entries.filter((e) => e.startsWith(kind)).map((e) => e.slice(kind.length));
  return {
    dns: of("DNS:").map((name) => name.toLowerCase()),
    addresses: of("IP Address:").map(shortAddress),
  };
}

export function daysLeft(validUntil: number, now: number): number {
  return Math.floor((validUntil - now) / day);
}

// Certificates spell IPv6 addresses out; the URL parser knows the short form everything else uses.
function shortAddress(address: string): string {
  return isIP(address) === 6 ? new URL(`https://[${address}]`).hostname.slice(1, -1) : address;
}

function oneLine(distinguishedName: string): string {
  return distinguishedName.split("\n").filter(Boolean).join(", ");
}
