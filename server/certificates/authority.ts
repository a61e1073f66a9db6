import { AsnConvert } from "@peculiar/asn1-schema";
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from "@peculiar/asn1-x509";
import * as x509 from "@peculiar/x509";
import type { Constraints } from "./constraints.ts";
import type { Pair } from "./files.ts";
import { authorityDays, backdated, daysAfter } from "./validity.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/**
 * Makes a certificate authority that can sign for the given names and address ranges only: whoever steals its key still
 * impersonates no public site. Takes the machine's name for the label people see in their list of authorities.
 */
export async function makeAuthority(host: string, constraints: Constraints, now: number): Promise<Pair> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const identifier = await x509.SubjectKeyIdentifierExtension.create(keys.publicKey);
  // The mark tells two authorities of one machine apart: a client that trusts both finds the right key by the name.
  const mark = identifier.keyId.slice(0, 6).toUpperCase();
  const notBefore = backdated(now);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ O: ["secure-chat"] }, { CN: [`secure-chat ${host.slice(0, 40)} ${mark}`] }],
    notBefore,
    notAfter: daysAfter(notBefore, authorityDays),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.Extension(id_ce_nameConstraints, true, AsnConvert.serialize(encoded(constraints))),
      identifier,
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { cert: pemFile(certificate), key: `${x509.PemConverter.encode(key, "PRIVATE KEY")}\n` };
}

/**
 * Signs a certificate of this authority again with the key identifiers added. `selfsigned` cannot write them, and strict
 * verifiers (OpenSSL's strict mode, which Python turns on) refuse a chain without them.
 */
export async function withKeyIdentifiers(certificatePem: string, authority: Pair): Promise<string> {
  const bare = new x509.X509Certificate(certificatePem);
  const issuer = new x509.X509Certificate(authority.cert);
  const [pkcs8] = x509.PemConverter.decode(authority.key);
  const signingKey = await crypto.subtle.importKey("pkcs8", pkcs8!, algorithm, false, ["sign"]);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: bare.serialNumber,
    subject: bare.subject,
    issuer: issuer.subject,
    notBefore: bare.notBefore,
    notAfter: bare.notAfter,
    publicKey: bare.publicKey,
    signingAlgorithm: algorithm,
    signingKey,
    extensions: [
      ...bare.extensions,
      await x509.SubjectKeyIdentifierExtension.create(bare.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return pemFile(certificate);
}

/** What an authority may sign for, read back from its certificate; nothing at all when it names no limits, because we never made such a one. */
export function constraintsOf(authorityPem: string): Constraints {
  const extension = new x509.X509Certificate(authorityPem).getExtension(id_ce_nameConstraints);
  if (!extension) return { dns: [], excludedDns: [], ranges: [] };
  const { permittedSubtrees = [], excludedSubtrees = [] } = AsnConvert.parse(
    extension.value,
    NameConstraints,
  );
  const present = (values: (string | undefined)[]) => values.filter((value) => value !== undefined);
  return {
    dns: present(permittedSubtrees.map(({ base }) => base.dNSName)),
    excludedDns: present(excludedSubtrees.map(({ base }) => base.dNSName)),
    ranges: present(permittedSubtrees.map(({ base }) => base.iPAddress)),
  };
}

function pemFile(certificate: x509.X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

function encoded({ dns, excludedDns, ranges }: Constraints): NameConstraints {
  const subtree = (base: Partial<GeneralName>) => new GeneralSubtree({ base: new GeneralName(base) });
  const domains = dns.map((dNSName) => subtree({ dNSName }));
  const addresses = ranges.map((iPAddress) => subtree({ iPAddress }));
  return new NameConstraints({
    permittedSubtrees: new GeneralSubtrees([...domains, ...addresses]),
    excludedSubtrees: excludedDns.length
      ? new GeneralSubtrees(excludedDns.map((dNSName) => subtree({ dNSName })))
      : undefined,
  });
}
