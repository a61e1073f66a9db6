import { X509Certificate } from "node:crypto";
import { generate } from "selfsigned";
import { withKeyIdentifiers } from "./authority.ts";
import type { Pair } from "./files.ts";
import type { Names } from "./names.ts";
import { backdated, daysAfter, serverDays } from "./validity.ts";

/** Makes the server's own certificate and key (EC P-256, SHA-256), signed by the authority, whose certificate follows in the chain. */
export async function makeServerCertificate(
  host: string,
  names: Names,
  authority: Pair,
  now: number,
): Promise<Pair> {
  const notBeforeDate = backdated(now);
  const lastDay = Date.parse(new X509Certificate(authority.cert).validTo);
  const notAfterDate = new Date(Math.min(daysAfter(notBeforeDate, serverDays).getTime(), lastDay));
  const made = await generate(
    [
      { name: "organizationName", value: "secure-chat" },
      { name: "commonName", value: host.slice(0, 64) },
    ],
    {
      keyType: "ec",
      curve: "P-256",
      algorithm: "sha256",
      notBeforeDate,
      notAfterDate,
      ca: authority,
      extensions: [
        { name: "basicConstraints", cA: false, critical: true },
        { name: "keyUsage", digitalSignature: true, critical: true },
        { name: "extKeyUsage", serverAuth: true },
        {
          name: "subjectAltName",
          altNames: [
            ...names.dns.map((value) => ({ type: 2, value }) as const),
            ...names.addresses.map((ip) => ({ type: 7, ip }) as const),
          ],
        },
      ],
    },
  );
  const certificate = await withKeyIdentifiers(made.cert, authority);
  return { cert: `${certificate}${authority.cert}`, key: made.private };
}
