import { createPrivateKey, X509Certificate } from "node:crypto";
import { daysLeft, namesOf } from "./describe.ts";
import type { Pair } from "./files.ts";
import type { Names } from "./names.ts";
import { renewalDays } from "./validity.ts";

/** Why a self-made certificate must be made again, in words for the person who starts the server; null while it serves. */
export function reasonToRenew(pair: Pair, wanted: Names, now: number): string | null {
  if (!belongTogether(pair)) return "certificate and key do not belong together";
  const certificate = new X509Certificate(pair.cert);
  const left = daysLeft(Date.parse(certificate.validTo), now);
  if (left < 0) return "it has expired";
  if (left < renewalDays) return `${left} days were left`;
  // Made while the clock ran ahead; browsers with the right time refuse it.
  if (Date.parse(certificate.validFrom) > now) return "it was not valid yet";
  const has = namesOf(certificate);
  const news = changes([...has.dns, ...has.addresses], [...wanted.dns, ...wanted.addresses]);
  return news.length > 0 ? `names have changed: ${news.join(", ")}` : null;
}

/** An authority is kept as long as it can be, since every device would have to trust a new one. */
export function authorityServes(authority: Pair, now: number): boolean {
  return (
    belongTogether(authority) &&
    daysLeft(Date.parse(new X509Certificate(authority.cert).validTo), now) >= renewalDays
  );
}

export function belongTogether({ cert, key }: Pair): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    // Not PEM at all: a file cut short, or something else under its name.
    return false;
  }
}

function changes(before: readonly string[], after: readonly string[]): string[] {
  const gone = before.filter((name) => !after.includes(name)).map((name) => `-${name}`);
  const came = after.filter((name) => !before.includes(name)).map((name) => `+${name}`);
  return [...came, ...gone];
}
