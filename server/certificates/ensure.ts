import { existsSync } from "node:fs";
import { type CertificateDescription, describeCertificate } from "./describe.ts";
import { CertificateError } from "./error.ts";
import { keepPrivate, type Pair, type PairFiles, readPair, selfMadeFiles, textOf } from "./files.ts";
import { type Interfaces, machineNames, type Names } from "./names.ts";
import { belongTogether, reasonToRenew } from "./renewal.ts";
import { readSupplied } from "./supplied.ts";

export interface CertificateRequest {
  readonly dataDir: string;
  /** The files of a certificate the user brought, or null for a self-made one. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly hostname: string;
  readonly interfaces: Interfaces;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** "keep" never touches one that exists, "again" always makes a new one. The start takes what is needed. */
  readonly mode?: "as needed" | "keep" | "again" | "again with a new authority";
}

export interface ServerCertificate {
  readonly pair: Pair;
  readonly outcome: "kept" | "made" | "renewed" | "supplied";
  /** Why it was renewed, or with mode "keep" should be. */
  readonly reason: string | null;
  /** True when devices must be told to trust an authority they do not know yet. */
  readonly newAuthority: boolean;
  readonly server: CertificateDescription;
  /** The self-made authority that devices may trust; null beside a certificate the user brought. */
  readonly authority: CertificateDescription | null;
  /** What people may call the server: the machine's names, or those of the certificate the user brought. */
  readonly names: Names;
  /** Names of the machine that its authority may not sign for; browsers warn there. */
  readonly uncovered: readonly string[];
}

/** Gives the certificate to serve with, making or renewing a self-made one where needed. Throws a CertificateError for a bad supplied one. */
export async function ensureCertificate(request: CertificateRequest): Promise<ServerCertificate> {
  const { dataDir, tls, hostname, interfaces, now, mode = "as needed" } = request;
  if (tls) return supplied(tls, now);

  const files = selfMadeFiles(dataDir);
  const names = machineNames(hostname, interfaces);
  const present = await readPair(files.server);
  if (mode === "keep") refuseDamaged(present, files.server);
  const reason = present && (await reasonFor(present, names, now, files));
  const existing =
    present !== null && (mode === "keep" || (mode === "as needed" && reason === null)) ? present : null;
  // Loaded only when one is made: a start that keeps its certificate needs no ASN.1.
  const made = existing
    ? null
    : await (await import("./make.ts")).makeCertificate(
        files,
        names,
        now,
        mode === "again with a new authority",
      );
  const pair = (existing ?? made?.pair)!;

  await Promise.all([files.server.key, files.authority.key].map(keepPrivate));
  const server = describeCertificate(pair.cert, files.server);
  const authorityPem = await textOf(files.authority.cert);
  const has = [...server.names.dns, ...server.names.addresses];
  return {
    pair,
    outcome: made ? (present ? "renewed" : "made") : "kept",
    reason,
    newAuthority: made?.newAuthority ?? false,
    server,
    authority: authorityPem === null ? null : describeCertificate(authorityPem, files.authority),
    names,
    uncovered: [...names.dns, ...names.addresses].filter((name) => !has.includes(name)),
  };
}

/** A name the authority may not sign for is no reason: a new certificate would lack it too. */
async function reasonFor(present: Pair, names: Names, now: number, files: ReturnType<typeof selfMadeFiles>) {
  const reason = reasonToRenew(present, names, now);
  if (reason === null) return null;
  const { coveredByAuthority } = await import("./make.ts");
  return reasonToRenew(present, await coveredByAuthority(files, names, now), now);
}

/** What exists is never overwritten in this mode, not even when it cannot be used. */
function refuseDamaged(present: Pair | null, { cert, key }: PairFiles): void {
  const incomplete = present === null && (existsSync(cert) || existsSync(key));
  if (incomplete || (present && !belongTogether(present)))
    throw new CertificateError(
      `${cert} and ${key} are no certificate with its key. Make new ones with: bun run certs --force`,
    );
}

async function supplied(
  tls: NonNullable<CertificateRequest["tls"]>,
  now: number,
): Promise<ServerCertificate> {
  const pair = await readSupplied(tls, now);
  const server = describeCertificate(pair.cert, tls);
  const none = { reason: null, newAuthority: false, authority: null, uncovered: [] };
  return { pair, outcome: "supplied", ...none, server, names: server.names };
}
