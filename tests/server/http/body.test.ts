import { describe, expect, test } from "bun:test";
import { limits } from "../../../server/protocol/limits.ts";
import { answer, exchange, type RawRequest, request } from "../../support/raw.ts";
import { stage } from "../../support/stage.ts";

const { server } = stage({ once: true });

const nobody = '{"name":"nobody","password":"wrong horse battery"}';
const json = "application/json";

async function signIn(body: string | undefined, type: string | null, more: RawRequest = {}) {
  const headers: Record<string, string> = { Origin: server.origin };
  if (type !== null) headers["Content-Type"] = type;
  const answer = await request(server, { method: "POST", path: "/api/session", body, headers, ...more });
  return { ...answer, code: JSON.parse(answer.body).error.code };
}

describe("the type of a body", () => {
  const types: [string | null, string][] = [
    [json, "wrong_credentials"],
    ["application/json; charset=utf-8", "wrong_credentials"],
    ["APPLICATION/JSON;charset=UTF-8", "wrong_credentials"],
    ["application/json; charset=utf-16", "unsupported_media_type"],
    ["application/json; charset=utf-8; x=y", "unsupported_media_type"],
    ["text/plain", "unsupported_media_type"],
    ["text/plain; application/json", "unsupported_media_type"],
    ["application/x-www-form-urlencoded", "unsupported_media_type"],
    ["multipart/form-data; boundary=x", "unsupported_media_type"],
    ["application/jsonp", "unsupported_media_type"],
    [" ", "unsupported_media_type"],
    [null, "unsupported_media_type"],
  ];
  for (const [type, code] of types) {
    test(`${type} is answered ${code}`, async () => {
      expect((await signIn(nobody, type)).code).toBe(code);
    });
  }
});

describe("the size of a body", () => {
  const padded = (bytes: number) => nobody.padEnd(bytes, " ");

  test("ASVS 2.3.2 the last byte allowed is read, one more is refused", async () => {
    expect((await signIn(padded(limits.requestMaxBytes), json)).code).toBe("wrong_credentials");
    const refused = await signIn(padded(limits.requestMaxBytes + 1), json);
    expect([refused.status, refused.code]).toEqual([413, "too_large"]);
  });

  test("however large, with the security headers, and the rest is not waited for", async () => {
    for (const length of ["100000", "99999999999"]) {
      const refused = await signIn(padded(50_000), json, {
        headers: { Origin: server.origin, "Content-Type": json, "Content-Length": length },
      });
      expect(refused.status).toBe(413);
      expect(refused.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(refused.headers.get("connection")).toBe("close");
    }
  });

  const chunked = async (parts: string[]) => {
    const chunks = [...parts, ""].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("");
    const head = `Host: localhost\r\nOrigin: ${server.origin}\r\nContent-Type: ${json}\r\n`;
    const text = `POST /api/session HTTP/1.1\r\n${head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`;
    return answer(await exchange(server, text));
  };

  test("in chunks it is measured while it is read", async () => {
    expect((await chunked([nobody])).status).toBe(401);
    expect((await chunked([...nobody])).status).toBe(401);
    const pad = " ".repeat(4096);
    const refused = await chunked([nobody, ...Array(4).fill(pad)]);
    expect([refused.status, JSON.parse(refused.body).error.code]).toEqual([413, "too_large"]);
    expect(refused.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect((await chunked(Array(40).fill(pad))).status).toBe(413);
  });

  test("in chunks it does not hide who is guessing", async () => {
    for (let guess = 0; guess < 10; guess++) expect((await chunked([nobody])).status).toBeOneOf([401, 429]);
    expect((await signIn(nobody, json)).code).toBe("rate_limited");
    expect((await signIn(nobody, json, { from: "127.0.0.2" })).code).toBe("wrong_credentials");
  });
});

describe("ASVS 1.5.2 a body that is not one JSON object in UTF-8", () => {
  const deep = (open: string, close: string) => open.repeat(10_000 / open.length) + close.repeat(3000);
  const bodies: [string, string | undefined, string][] = [
    ["nothing", undefined, "malformed"],
    ["an empty text", "", "malformed"],
    ["half an object", '{"name":"nobody"', "malformed"],
    ["two objects", `${nobody}${nobody}`, "malformed"],
    ["single quotes", "{'name':'nobody'}", "malformed"],
    ["a comment", `/* */${nobody}`, "malformed"],
    ["a trailing comma", '{"name":"nobody",}', "malformed"],
    ["NaN", '{"name":NaN}', "malformed"],
    ["a byte order mark", `\uFEFF${nobody}`, "malformed"],
    ["a key twice", '{"name":"nobody","name":"alice","password":"wrong horse"}', "malformed"],
    ["a key twice, once escaped", '{"name":"a","n\\u0061me":"b","password":"wrong horse"}', "malformed"],
    ["__proto__", '{"__proto__":{"name":"nobody"},"password":"wrong horse"}', "malformed"],
    ["__proto__ escaped", '{"__pr\\u006fto__":{},"name":"nobody","password":"wrong horse"}', "malformed"],
    ["10,000 arrays deep", deep("[", "]"), "malformed"],
    ["10,000 objects deep", deep('{"a":', "}"), "malformed"],
    ["constructor", '{"constructor":{"prototype":{"name":"x"}},"password":"wrong horse"}', "invalid"],
    ["an empty key", '{"":1,"name":"nobody","password":"wrong horse"}', "invalid"],
    ["a key more", '{"name":"nobody","password":"wrong horse","role":"admin"}', "invalid"],
    ["a key less", '{"name":"nobody"}', "invalid"],
    ["null", "null", "invalid"],
    ["an array", `[${nobody}]`, "invalid"],
    ["a text", '"nobody"', "invalid"],
    ["a number", "1e999", "invalid"],
    ["a number for a text", '{"name":1,"password":"wrong horse"}', "invalid"],
    ["an array for a text", '{"name":["nobody"],"password":"wrong horse"}', "invalid"],
    ["null for a text", '{"name":null,"password":"wrong horse"}', "invalid"],
    ["a lone surrogate", '{"name":"nobody","password":"wrong \\ud800 horse"}', "invalid"],
  ];
  for (const [name, body, code] of bodies) {
    test(`${name} is ${code}`, async () => {
      const refused = await signIn(body, json);
      expect([refused.status, refused.code]).toEqual([400, code]);
    });
  }

  test("invalid UTF-8 is malformed", async () => {
    const head = `Host: localhost\r\nOrigin: ${server.origin}\r\nContent-Type: ${json}\r\nConnection: close\r\n`;
    const body = Buffer.from(nobody.replace("nobody", "n\xffb"), "latin1");
    const start = `POST /api/session HTTP/1.1\r\n${head}Content-Length: ${body.length}\r\n\r\n`;
    const { status } = answer(await exchange(server, Buffer.concat([Buffer.from(start), body])));
    expect(status).toBe(400);
  });
});

test("ASVS 15.3.6 no request has changed what objects are", () => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>).name).toBeUndefined();
});
