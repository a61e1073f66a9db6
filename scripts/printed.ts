/** Waits until a program has printed what a pattern finds, and gives its first group; fails with all it printed where it ends before. */
export async function printed(
  child: Bun.Subprocess<"ignore", "pipe", "pipe">,
  pattern: RegExp,
): Promise<string> {
  let text = "";
  const errors = new Response(child.stderr).text();
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The server has ended:\n\n${text}${await errors}`);
    text += decoder.decode(value, { stream: true });
    const found = pattern.exec(text)?.[1];
    if (found === undefined) continue;
    void drain(reader);
    return found;
  }
}

/** A program that prints must never wait for a reader. */
async function drain(reader: { read(): Promise<{ done: boolean }> }) {
  while (!(await reader.read()).done);
}
