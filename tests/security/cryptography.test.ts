import { describe, expect, test } from "bun:test";
import { generateRegistrationOptions } from "@simplewebauthn/server";
import { tlsOptions } from "../../server/certificates/tls-options.ts";
import { sources, textOf } from "../support/sources.ts";

// What the documents list under 11.1.1, and nothing besides. That each is used rightly is shown where it is used, by vectors.
const code = sources
  .filter((path) => path.startsWith("server/"))
  // Without comments, in which other algorithms may be spoken of.
  .map((path) => ({ path, text: textOf.get(path)!.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "") }));

/** What the pattern takes out of the code of the server, each once, with the files it stands in where they are asked for. */
function found(pattern: RegExp, withFile = false): string[] {
  const all = code.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map(([, what]) => (withFile ? `${path}: ${what}` : what!)),
  );
  return [...new Set(all)].sort();
}

describe("the cryptography of the server", () => {
  test("ASVS 11.2.3 comes from these functions and packages alone, none of which is weaker than 128 bits", () => {
    const named = found(/import (?:type )?\{([^}]+)\} from "(?:node:)?crypto"/g).flatMap((list) =>
      list.split(",").map((name) => name.trim().replace(/^type /, "")),
    );
    expect([...new Set(named)].sort()).toEqual([
      "KeyObject",
      "X509Certificate",
      // Of TLS: the order of the suites is the server's.
      "constants",
      "createCipheriv",
      "createDecipheriv",
      "createHash",
      "createHmac",
      "createPrivateKey",
      "hkdfSync",
      "randomBytes",
      "timingSafeEqual",
    ]);
    // However else it might be come by: another form of the import, the globals, and what Bun has besides.
    expect(
      found(/((?:import \* as \w+|import \w+) from "(?:node:)?crypto"|require\(|import\("(?:node:)?crypto)/g),
    ).toEqual([]);
    expect(found(/\b(Bun\.(?:CryptoHasher|hash|password|CSRF|SHA\w*|MD\w*)|new (?:SHA|MD)\d+)/g)).toEqual([]);
    expect(found(/\b(?:globalThis\.)?crypto\.(\w+\.?\w*)/g, true)).toEqual([
      "server/certificates/authority.ts: subtle.exportKey",
      "server/certificates/authority.ts: subtle.generateKey",
      "server/certificates/authority.ts: subtle.importKey",
    ]);
    expect(
      found(
        /from "((?:@simplewebauthn|@peculiar|bcrypt|jose|otpauth|selfsigned|arctic|tweetnacl|@noble|node-forge|crypto-js)[^"]*)"/g,
      ),
    ).toEqual([
      "@peculiar/asn1-schema",
      "@peculiar/asn1-x509",
      "@peculiar/x509",
      "@simplewebauthn/server",
      "@simplewebauthn/server/helpers",
      "arctic",
      "bcryptjs",
      "jose",
      "otpauth",
      "selfsigned",
    ]);
  });

  test("ASVS 11.3.1 ASVS 11.3.2 encrypts with AES-256 in GCM, with whole tags, and with nothing else", () => {
    expect(found(/createCipheriv\(\s*([^,]+),/g)).toEqual(['"aes-256-gcm"']);
    expect(found(/createDecipheriv\(\s*([^,]+),/g)).toEqual(['"aes-256-gcm"']);
    const without = code.filter(({ text }) => {
      const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
      return count(/createDecipheriv\(/g) !== count(/authTagLength: tagBytes\b/g);
    });
    expect(without.map(({ path }) => path)).toEqual([]);
    expect(found(/const tagBytes = (\d+)/g)).toEqual(["16"]);
    expect(found(/(setAutoPadding|\b(?:ecb|cbc|rc4|des3?|3des|PKCS1)\b)/gi)).toEqual([]);
  });

  test("ASVS 11.3.1 ASVS 11.3.2 offers TLS suites with authenticated encryption and forward secrecy alone", () => {
    const suites = tlsOptions({ cert: "", key: "" }).ciphers.split(":");
    expect(suites.length).toBeGreaterThan(3);
    const approved = /^ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM-SHA(256|384)|CHACHA20-POLY1305)$/;
    expect(suites.filter((suite) => !approved.test(suite))).toEqual([]);
  });

  test("ASVS 11.4.3 hashes with SHA-256, cut to 128 bits at the least where anything depends on it", () => {
    const sha256 = '"sha256"';
    expect(found(/createHmac\(\s*([^,)]+)/g)).toEqual([sha256]);
    expect(found(/hkdfSync\(\s*([^,)]+)/g)).toEqual([sha256]);
    // Lists of stolen passwords are kept by their SHA-1: it finds a password, and vouches for nothing.
    const others = found(/createHash\(\s*([^,)]+)/g, true).filter((use) => !use.endsWith(sha256));
    expect(others).toEqual(['server/auth/breach-list.ts: "sha1"']);

    // A character of base64url is worth six bits. The tag of the list of people only says that the list is another one.
    const cut = found(/digest\("base64url"\)\.(slice\(0, \w+\))/g, true);
    const enough = cut.filter((use) => 6 * Number(/(\d+)\)$/.exec(use)?.[1]) >= 128);
    expect(enough.length).toBeGreaterThan(2);
    expect(cut.filter((use) => !enough.includes(use))).toEqual([
      "server/accounts/directory.ts: slice(0, 16)",
    ]);
    // The mark of a message's first body tells whether it is sent again, and is as short as it is so that nobody learns what it said.
    expect(found(/digest\((?:"(?:hex|base64)")?\)\.((?:slice|subarray)\([^)]*\))/g, true)).toEqual([
      "server/store/message-row.ts: slice(0, 4)",
    ]);
  });

  test("ASVS 11.6.1 makes key pairs on P-256 and signs by ECDSA with SHA-256", () => {
    expect(found(/const algorithm = (\{[^}]*\})/g, true)).toEqual([
      'server/certificates/authority.ts: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }',
    ]);
    expect(found(/subtle\.generateKey\((\w+),/g)).toEqual(["algorithm"]);
    expect(found(/subtle\.importKey\("pkcs8", [^,]+, (\w+),/g)).toEqual(["algorithm"]);
    expect(found(/(signingAlgorithm: .+),/g)).toEqual(["signingAlgorithm: algorithm"]);
    expect(found(/^\s+(algorithm: "\w+"),$/gm, true)).toEqual([
      'server/certificates/server-certificate.ts: algorithm: "sha256"',
    ]);
    expect(found(/(keyType: "\w+"|curve: "[\w-]+"|keySize: \d+)/g)).toEqual([
      'curve: "P-256"',
      'keyType: "ec"',
    ]);
  });

  test("ASVS 11.6.1 takes signatures of providers by RSA, ECDSA and EdDSA with SHA-256 and longer", () => {
    const lists = found(/const algorithms = (\[[^\]]+\])/g, true);
    expect(lists).toHaveLength(1);
    const taken: string[] = JSON.parse(lists[0]!.replace(/^.*?: /, ""));
    expect(taken.filter((name) => !/^((RS|PS|ES)(256|384|512)|EdDSA)$/.test(name))).toEqual([]);
    expect(found(/jwtVerify\([^;]*?\b(algorithms),/g)).toEqual(["algorithms"]);
  });

  test("ASVS 11.6.1 takes passkeys of EdDSA, ECDSA on P-256 and RSA with SHA-256, and ML-DSA where there is such", async () => {
    expect(found(/(supportedAlgorithmIDs)/g)).toEqual([]);
    const asked = await generateRegistrationOptions({ rpName: "chat", rpID: "localhost", userName: "anna" });
    const names: Record<number, string> = {
      [-48]: "ML-DSA-44",
      [-8]: "EdDSA",
      [-7]: "ES256",
      [-257]: "RS256",
    };
    const taken = asked.pubKeyCredParams.map(({ alg }) => names[alg]);
    expect(taken).toContain("ES256");
    expect(taken).not.toContain(undefined);
  });
});
