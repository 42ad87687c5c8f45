// Blocking and first: sets the theme before anything is painted, so that no page flashes. "data-js" tells the CSS that scripts run.
(() => {
  let chosen = null;
  try { chosen = localStorage.getItem("theme"); } catch { /* storage may be forbidden */ }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const root = document.documentElement;
  root.dataset.bsTheme = chosen || (dark ? "dark" : "light");
  root.dataset.js = "on";
})();
