import { constants } from "node:crypto";
import type { Pair } from "./files.ts";

// Forward secrecy and authenticated encryption, for both kinds of key a user may bring. TLS 1.3 has no others and ignores the list.
const tls12Suites = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
];

/** The `tls` of Bun.serve: TLS 1.2 and 1.3 only, and with 1.2 the first suite of our list that the client knows. */
export function tlsOptions({ cert, key }: Pair) {
  const secureOptions = constants.SSL_OP_CIPHER_SERVER_PREFERENCE;
  return { cert, key, minVersion: 0x0303, ciphers: tls12Suites.join(":"), secureOptions };
}
