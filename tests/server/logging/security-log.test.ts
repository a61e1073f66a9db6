import { beforeEach, describe, expect, test } from "bun:test";
import { Incident } from "../../../server/logging/incident.ts";
import { reporter } from "../../../server/logging/report.ts";
import { type SecurityLog, securityLog } from "../../../server/logging/security-log.ts";
import { auditEvents } from "../../../server/protocol/audit.ts";
import type { ErrorCode } from "../../../server/protocol/errors.ts";
import type { NewAuditEntry } from "../../../server/store/transaction.ts";
import { type Clock, clock } from "../../support/clock.ts";

const minute = 60_000;
let time: Clock;
let lines: string[];
let log: SecurityLog;
beforeEach(() => {
  time = clock();
  lines = [];
  log = securityLog(time, (line) => lines.push(line));
});

const auditEntry = (more: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  at: Date.UTC(2026, 0, 1, 23, 59, 58),
  event: "session.refused",
  actorId: null,
  subjectId: 2,
  address: "192.0.2.7",
  detail: { way: "password" },
  ...more,
});
const refuse = (code: ErrorCode, source = "192.0.2.7", asked = "PUT /api/settings") =>
  log.refused({ code, source, actor: 3, asked });
const records = () => lines.map((line) => JSON.parse(line));

describe("a line of the security log", () => {
  test("ASVS 16.2.1 ASVS 16.2.2 ASVS 16.2.4 says when in UTC, what, who, to whom and from where, whatever happened", () => {
    for (const event of auditEvents) log.write(auditEntry({ event, actorId: 1 }));
    expect(records()).toEqual(
      auditEvents.map((event) => ({
        time: "2026-01-01T23:59:58.000Z",
        event,
        actor: 1,
        subject: 2,
        source: "192.0.2.7",
        detail: { way: "password" },
      })),
    );
  });

  test("cannot be told otherwise by its details", () => {
    log.write(
      auditEntry({ event: "audit.exported", detail: { event: "settings.changed", time: "never", actor: 9 } }),
    );
    expect(records()).toEqual([
      expect.objectContaining({ event: "audit.exported", actor: null, time: "2026-01-01T23:59:58.000Z" }),
    ]);
  });
});

describe("a line", () => {
  const hostile = [
    "a\nb\r\n{}",
    "\u001b[2J\u001b]0;title\u0007",
    "\u009b31m",
    "a\u2028b\u2029c",
    "\u202eevil",
    "\u200b\ufeff",
    '"}\n{"event":"house.changed',
    "\u{e0041}\ud800",
  ];
  const printable = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+$/u;

  for (const text of hostile) {
    test(`ASVS 16.4.1 stays one, and moves nothing on a terminal, with ${JSON.stringify(text)}`, () => {
      log.write(auditEntry({ detail: { reason: text }, address: text }));
      log.refused({ code: "not_allowed", source: text, actor: 1, asked: text });
      const report = reporter(time, (line) => lines.push(line));
      report(new Error(text));
      report(new Incident("interrupted", text, new Error(text)));
      expect(lines.length).toBe(4);
      for (const line of lines) expect(line).toMatch(printable);
      const [first, second, , fourth] = records();
      expect([first.detail.reason, first.source, second.detail.asked, fourth.cause]).toEqual(
        Array(4).fill(text),
      );
    });
  }
});

describe("what went wrong inside", () => {
  test("ASVS 16.3.4 a bug and an incident are one record each, found by the id that is given", () => {
    const report = reporter(time, (line) => lines.push(line));
    const ids = [
      report(new Error("a bug")),
      report(new Incident("interrupted", "It was interrupted.", new Error("self-signed certificate"))),
      report(new Incident("provider_failed", "It came back without a code.", undefined, "192.0.2.7")),
    ];
    const at = new Date(time.now()).toISOString();
    expect(records()).toEqual([
      { time: at, event: "bug", id: ids[0], error: expect.stringMatching(/^Error: a bug/) },
      {
        time: at,
        event: "interrupted",
        id: ids[1],
        message: "It was interrupted.",
        cause: "self-signed certificate",
      },
      {
        time: at,
        event: "provider_failed",
        id: ids[2],
        source: "192.0.2.7",
        message: "It came back without a code.",
      },
    ]);
    expect(ids[0]).not.toBe(ids[1]);
  });
});

describe("a refusal", () => {
  test("ASVS 16.3.2 ASVS 16.3.3 that an attack would meet is one record; others are none", () => {
    for (const code of ["foreign_origin", "not_allowed", "rate_limited", "invalid", "link_invalid"] as const)
      refuse(code);
    const before = lines.length;
    for (const code of ["busy", "not_found", "name_taken", "wrong_credentials"] as const) refuse(code);
    time.advance(minute);
    expect([before, lines.length]).toEqual([5, 5]);
    expect(records()[1]).toEqual({
      time: new Date(time.now() - minute).toISOString(),
      event: "request.refused",
      actor: 3,
      subject: null,
      source: "192.0.2.7",
      detail: { code: "not_allowed", asked: "PUT /api/settings" },
    });
  });

  test("a flood of one is five lines and a count; other addresses and the next minute have lines of their own", () => {
    for (let nth = 0; nth < 1000; nth++) refuse("rate_limited");
    refuse("rate_limited", "192.0.2.8");
    expect(lines.length).toBe(6);
    time.advance(minute);
    expect(records().slice(6)).toEqual([
      expect.objectContaining({ source: "192.0.2.7", detail: { code: "rate_limited", leftOut: 995 } }),
    ]);
    refuse("rate_limited");
    expect(lines.length).toBe(8);
    time.advance(10 * minute);
    expect(lines.length).toBe(8);
  });

  test("ASVS 2.4.1 whoever floods from wherever: some hundreds of lines a minute, and none is lost from the count", () => {
    for (let nth = 0; nth < 100_000; nth++)
      refuse("not_allowed", `2001:db8:0:${(nth % 5000).toString(16)}::`);
    log.flush();
    expect(lines.length).toBeLessThan(400);
    const said = records().map(({ detail }) => detail.leftOut ?? 1);
    expect(said.reduce((sum, count) => sum + count, 0)).toBe(100_000);
    expect(records().at(-1)).toMatchObject({ source: null, actor: null });
  });

  test("a path as long as a request is cut", () => {
    refuse("invalid", "192.0.2.7", `GET /api/${"x".repeat(16_000)}`);
    expect(lines[0]!.length).toBeLessThan(300);
  });
});
