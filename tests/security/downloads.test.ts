import { expect, test } from "bun:test";
import { stage } from "../support/stage.ts";

const { owner } = stage({ once: true, owner: "Olga" });

/** Everything that can be downloaded: where, what is asked, and what it is called. */
const downloads: [path: string, asked: object, name: string][] = [
  ["/api/account/export", { format: "json" }, "my-data.json"],
  ["/api/account/export", { format: "html" }, "my-data.html"],
  ["/api/audit/export", {}, "audit.ndjson"],
];

for (const [path, asked, name] of downloads) {
  test(`ASVS 5.4.1 5.4.2 3.2.1 ${name} is saved and not shown, under a name that nobody else chooses`, async () => {
    const response = await owner.fetch("POST", path, asked);
    expect(response.status).toBe(200);
    await response.text();
    expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${name}"`);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");

    for (const wanted of ["filename", "name"]) {
      const named = await owner.fetch("POST", `${path}?${wanted}=evil.html`, {
        ...asked,
        [wanted]: 'a"\r\nb.html',
      });
      expect(named.status).toBe(400);
      expect(named.headers.get("content-disposition")).toBe(null);
    }
  });
}
