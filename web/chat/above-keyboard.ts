/**
 * Keeps a page that fills the window above the on-screen keyboard. Browsers that shrink the window for it need no help; Safari
 * covers the window's end instead, and says so in its visual viewport alone.
 */
export function aboveKeyboard(page: HTMLElement): () => void {
  const viewport = window.visualViewport;
  if (!viewport) return () => {};
  const fit = () => {
    const isCovered = viewport.scale === 1 && window.innerHeight - viewport.height > 100;
    if (isCovered) page.style.setProperty("--visible-height", `${viewport.height}px`);
    else page.style.removeProperty("--visible-height");
    if (isCovered) window.scrollTo(0, 0);
  };
  viewport.addEventListener("resize", fit);
  return () => viewport.removeEventListener("resize", fit);
}
