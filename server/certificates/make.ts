import { constraintsOf, makeAuthority } from "./authority.ts";
import { constraintsFor, coveredNames } from "./constraints.ts";
import { type Pair, readPair, type selfMadeFiles, writePair } from "./files.ts";
import type { Names } from "./names.ts";
import { authorityServes } from "./renewal.ts";
import { makeServerCertificate } from "./server-certificate.ts";

type Files = ReturnType<typeof selfMadeFiles>;

/**
 * Makes and writes a server certificate for those of the names that the authority may sign for. Makes the authority too when
 * there is none that serves, or when a fresh one is asked for; then it may sign for all of them.
 */
export async function makeCertificate(
  files: Files,
  names: Names,
  now: number,
  freshAuthority = false,
): Promise<{ pair: Pair; newAuthority: boolean }> {
  const host = names.dns.find((name) => name !== "localhost" && !name.endsWith(".local")) ?? "localhost";
  const present = freshAuthority ? null : await readPair(files.authority);
  const existing = present && authorityServes(present, now) ? present : null;
  const authority = existing ?? (await makeAuthority(host, constraintsFor(names), now));
  if (!existing) await writePair(files.authority, authority);
  const covered = coveredNames(names, constraintsOf(authority.cert));
  const pair = await makeServerCertificate(host, covered, authority, now);
  await writePair(files.server, pair);
  return { pair, newAuthority: !existing };
}

/** Those of the names that the authority on disk may sign for; all of them when there is none yet. */
export async function coveredByAuthority(files: Files, names: Names, now: number): Promise<Names> {
  const authority = await readPair(files.authority);
  return authority && authorityServes(authority, now)
    ? coveredNames(names, constraintsOf(authority.cert))
    : names;
}
