/** What stands between the markers of a document, by the name in them. */
export type Sections = Record<string, string>;

const marked = /(<!-- made by `bun run docs`: ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** A document with its marked parts written anew. Throws where a part has no marker, or a marker no part. */
export function fill(document: string, sections: Sections): string {
  const missing = new Set(Object.keys(sections));
  const filled = document.replace(marked, (_, begin: string, name: string, end: string) => {
    const content = sections[name];
    if (content === undefined) throw new Error(`Nothing is made for the marker "${name}".`);
    missing.delete(name);
    return `${begin}\n${content.trim()}\n\n${end}`;
  });
  if (missing.size > 0) throw new Error(`These parts have no marker: ${[...missing].join(", ")}.`);
  return filled;
}
