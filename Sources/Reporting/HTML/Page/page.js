// The page

const main = find("main");
const runTitle = document.title;
let chosen = null;

const groups = find(".groups");

/** Scrolls the list until a row is visible. The page itself does not scroll. */
function showInList({ item, group }) {
  const box = groups.getBoundingClientRect(), place = item.getBoundingClientRect();
  const top = box.top + group.querySelector("h2").offsetHeight;
  if (place.top < top) groups.scrollTop -= top - place.top;
  else if (place.bottom > box.bottom) groups.scrollTop += place.bottom - box.bottom;
}

/** Makes the list as high as the window below the run's header. */
function fit() {
  const top = Math.max(find(".run").getBoundingClientRect().bottom, 0);
  find(".cases").style.setProperty("--height", `${Math.round(innerHeight - top)}px`);
}

const backLink = () => make("a", { href: "#", class: "back" }, "← All cases");

/** Shows a case, or the overview for null. */
function choose(position) {
  if (chosen !== null) byPosition[chosen].link.removeAttribute("aria-current");
  chosen = position;
  if (position === null) {
    main.replaceChildren(backLink(), overview());
    document.title = runTitle;
  } else {
    const { link, name } = byPosition[position];
    link.setAttribute("aria-current", "true");
    showInList(byPosition[position]);
    main.replaceChildren(backLink(), article(read(position)));
    document.title = `${name} · ${runTitle}`;
  }
  if (scrollY > find(".frame").offsetTop) scrollTo(0, find(".frame").offsetTop);
}

/** Shows the case or the migration that the address names; without a fragment, the first case that failed. */
function route() {
  const hash = location.hash.slice(1);
  if (hash === "case") return;
  const row = hash && rows.find((row) => row.link.hash === location.hash);
  const isMigration = migrations && /^migration(s$|=)/.test(hash);
  document.body.dataset.view = row || isMigration ? "case" : "list";
  if (row) choose(row.position);
  else if (isMigration) {
    choose(null);
    (document.getElementById(hash) || find("#migrations")).scrollIntoView();
  }
  else if (hash || !document.body.dataset.ready || isNarrow.matches) {
    choose(rows.find((row) => row.isFailed)?.position ?? null);
  }
  else choose(null);
}

/** Goes to a case without adding an entry to the history. */
function go(row) {
  if (!row) return;
  history.replaceState(null, "", row.link.hash);
  route();
}

const isNarrow = matchMedia("(max-width: 60rem)");
form.hidden = rows.length === 0;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(() => {
  filter();
  search.focus();
}));
form.addEventListener("input", filter);
form.addEventListener("change", filter);
addEventListener("hashchange", route);

// Keyboard

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.matches("input[type=search], select, textarea");
  if (event.target === search) {
    if (event.key === "Escape") {
      if (search.value) search.value = "";
      else search.blur();
      filter();
    } else if (event.key === "ArrowDown" || event.key === "Enter") {
      shownRows()[0]?.link.focus();
    } else return;
    event.preventDefault();
    return;
  }
  if (isTyping) return;
  if (event.key === "/") search.select();
  else if (event.key === "j") go(neighbour(1));
  else if (event.key === "k") go(neighbour(-1));
  else return;
  event.preventDefault();
});

groups.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const shown = shownRows(), index = shown.findIndex((row) => row.link === event.target);
  if (index < 0) return;
  const target = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: shown.length - 1 }[event.key];
  if (target === undefined) return;
  event.preventDefault();
  if (target < 0) search.focus();
  const row = shown[target];
  if (!row) return;
  if (!isNarrow.matches) go(row);
  row.link.focus();
});

// A printed page has all failed cases, one after the other.

addEventListener("beforeprint", () => {
  const failed = shownRows().filter((row) => row.isFailed);
  if (!failed.length) return;
  const cases = failed.map((row) => article(read(row.position)));
  document.body.append(make("div", { class: "paper" }, overview(), cases));
  document.body.classList.add("prints");
});
addEventListener("afterprint", () => {
  find(".paper")?.remove();
  document.body.classList.remove("prints");
});

addEventListener("scroll", fit, { passive: true });
addEventListener("resize", fit);
new ResizeObserver(fit).observe(find(".run"));
fit();
filter();
route();
document.body.dataset.ready = "yes";
