import { describe, expect, test } from "bun:test";
import { judgementOf as observed } from "../../../scripts/judges/observatory.ts";
import { judgementOf as scanned } from "../../../scripts/judges/sslscan.ts";
import { judgementOf as tested } from "../../../scripts/judges/testssl.ts";
import { skipped, verdictLine } from "../../../scripts/judges/verdict.ts";

test("the Observatory has a finding for a lesser grade, and for a test that failed", () => {
  const says = (grade: string, pass: boolean) => {
    const tests = { cookies: { pass: true, result: "cookies-not-found" }, csp: { pass, result: "no-csp" } };
    return observed(JSON.stringify({ scan: { grade, score: 130, error: null }, tests })).findings;
  };
  expect([says("A+", true), says("A", true), says("A+", false)]).toEqual([
    [],
    ["The grade is A."],
    ["csp: no-csp"],
  ]);
});

test("testssl.sh has a finding for whatever is above INFO and not allowed, and where it was broken off", () => {
  const end = { id: "scanTime", severity: "INFO", finding: "40" };
  const fine = { id: "TLS1_3", severity: "OK", finding: "offered" };
  const says = (...found: object[]) => tested(JSON.stringify(found));
  expect(says(fine, end)).toMatchObject({ findings: [], allowed: [], skipped: null });
  for (const severity of ["LOW", "MEDIUM", "HIGH", "CRITICAL", "WARN"])
    expect(says(fine, { id: "cipher_order", severity, finding: "none" }, end).findings).toHaveLength(1);
  const { findings, allowed } = says({ id: "DNS_CAArecord", severity: "LOW", finding: "--" }, end);
  expect([findings, allowed]).toEqual([[], [expect.stringMatching(/^DNS_CAArecord: a name of one's own/)]]);
  const broken = "It did not come to its end.";
  expect(says(fine, { ...end, severity: "WARN", finding: "Scan interrupted" }).findings).toContain(broken);
  for (const written of ["", "[", `[${JSON.stringify(fine)},`, JSON.stringify([fine])])
    expect(tested(written).findings).toEqual([broken]);
});

describe("sslscan", () => {
  const protocol = (type: string, version: string, enabled: boolean) =>
    `<protocol type="${type}" version="${version}" enabled="${Number(enabled)}" />`;
  const cipher = (name: string, strength = "strong", version = "TLSv1.2") =>
    `<cipher status="accepted" sslversion="${version}" bits="128" cipher="${name}" id="0x1" strength="${strength}" />`;
  const good = [
    protocol("ssl", "3", false),
    protocol("tls", "1.1", false),
    protocol("tls", "1.2", true),
    protocol("tls", "1.3", true),
    `<renegotiation supported="0" secure="0" />`,
    `<heartbleed sslversion="TLSv1.2" vulnerable="0" />`,
    cipher("TLS_AES_128_GCM_SHA256", "acceptable", "TLSv1.3"),
    cipher("ECDHE-ECDSA-CHACHA20-POLY1305"),
  ];
  const findings = (...more: string[]) => scanned([...good, ...more].join("\n")).findings;

  test("has no finding where all is well", () => {
    expect(scanned(good.join("\n"))).toMatchObject({ says: "tls 1.2 and tls 1.3, 2 suites", findings: [] });
  });

  test("has one for an old protocol, a weak suite, Heartbleed and insecure renegotiation", () => {
    expect(findings(protocol("tls", "1.0", true))).toEqual(["It speaks tls 1.2, tls 1.3, tls 1.0."]);
    for (const name of ["ECDHE-RSA-AES128-SHA", "AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256"])
      expect(findings(cipher(name))).toEqual([`TLSv1.2 ${name} is strong.`]);
    expect(findings(cipher("ECDHE-RSA-AES128-GCM-SHA256", "weak"))).toHaveLength(1);
    expect(findings(`<heartbleed sslversion="TLSv1.2" vulnerable="1" />`)).toHaveLength(1);
    expect(findings(`<renegotiation supported="1" secure="0" />`)).toHaveLength(1);
  });

  test("has findings where it saw nothing", () => {
    expect(scanned("").findings).toEqual(["It speaks nothing.", "It offers no suite."]);
  });
});

test("a judge who was not asked is told to be skipped, and does not look as if it had found nothing", () => {
  const line = verdictLine(skipped("sslscan", "it cannot be installed here"));
  expect(line).toBe("skipped: sslscan (it cannot be installed here)");
  expect(verdictLine({ judge: "a", skipped: null, says: "well", findings: ["one"], allowed: ["two"] })).toBe(
    "✗ a: well\n    one\n    allowed: two",
  );
});
