// Runs before the first paint, so that a dark page never flashes white.
(function () {
  var wish = null;
  try {
    wish = localStorage.getItem("carillon.theme");
  } catch (_) {
    wish = null;
  }
  var dark = wish === "dark" || (wish !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
