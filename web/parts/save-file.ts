/** Saves a file under this name, as a download. */
export function saveFile(document: Document, file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Some browsers begin to read it only a moment later.
  document.defaultView?.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
