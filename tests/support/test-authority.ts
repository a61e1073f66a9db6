import { makeAuthority } from "../../server/certificates/authority.ts";
import { constraintsFor } from "../../server/certificates/constraints.ts";
import { makeServerCertificate } from "../../server/certificates/server-certificate.ts";

/** An authority of its own that nobody trusts but who is told to, and a certificate of it for localhost, both made at `at`. */
export async function testAuthority(at = Date.now()) {
  const names = { dns: ["localhost"], addresses: [] };
  const authority = await makeAuthority("test", constraintsFor(names), at);
  const pair = await makeServerCertificate("localhost", names, authority, at);
  return { authority: authority.cert, pair };
}
