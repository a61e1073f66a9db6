// Shows the theme before the first paint, for which a module would come too late. Browsers get this file as it stands, so it is
// plain JavaScript, and a script without imports. `theme.ts` stores the theme under this key, and does the rest.
try {
  document.documentElement.dataset.theme = localStorage.getItem("secure-chat.theme") ?? "system";
} catch {
  // A browser that refuses storage shows the system's theme until the person's own is known.
}
