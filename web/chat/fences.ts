/** Whether a line ends the code that a fence, a run of backticks or of tildes, has begun: with one that is at least as long. */
export function endsCode(line: string, fence: string): boolean {
  return codeBefore(line, fence) !== null;
}

/** What stands before the fence that ends code; null where the line does not end with one. */
export function codeBefore(line: string, fence: string): string | null {
  const text = line.trimEnd();
  const code = withoutRun(text, fence[0]!);
  return text.length - code.length >= fence.length ? code : null;
}

/** A text without the signs at its end. A pattern that looks for them would look from each of thousands. */
export function withoutRun(text: string, sign: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === sign) end--;
  return text.slice(0, end);
}
