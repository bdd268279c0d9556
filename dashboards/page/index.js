"use strict";
// One language is shown: the address's, else the reader's own. Without a script both are.
function choose() {
  const all = [...document.querySelectorAll("[data-language]")], names = all.map((one) => one.dataset.language);
  const asked = new URLSearchParams(location.hash.slice(1)).get("lang"), own = (navigator.language || "en").slice(0, 2);
  const chosen = [asked, own, "en"].find((name) => names.includes(name));
  for (const one of all) one.hidden = one.dataset.language !== chosen;
  document.documentElement.lang = chosen;
}
window.addEventListener("hashchange", choose);
choose();
document.body.dataset.ready = "1";
