// The list

const rows = findAll("nav.cases a[data-case]").map((link) => {
  const item = link.parentElement, group = link.closest(".group");
  const numbers = (text) => new Set((text || "").split(" ").filter(Boolean));
  return {
    link, item, group, position: Number(link.dataset.case), name: link.querySelector(".name").textContent,
    verdict: group.dataset.verdict, isFailed: group.matches(".bad, .odd, .fresh"), text: null,
    rule: numbers(item.dataset.rules), relation: numbers(item.dataset.relations), server: numbers(item.dataset.servers),
  };
});
const byPosition = [];
for (const row of rows) byPosition[row.position] = row;

const form = find("form.filters"), search = find("#search");
const selects = ["rule", "relation", "server"].map((name) => [name, document.getElementById(name)])
  .filter(([, select]) => select);

/** The text that the search looks at: everything in a case except the facts of its nodes. */
function searchText(row) {
  const texts = [];
  const collect = (value, key) => {
    if (typeof value === "string") texts.push(value);
    else if (value && typeof value === "object" && key !== "facts") {
      for (const [name, member] of Object.entries(value)) collect(member, name);
    }
  };
  const data = JSON.parse(document.getElementById(`data-${row.position}`).textContent);
  const { query, place, entry, sql, parameters, findings, causes, differences, reason, now, before } = data;
  collect([`${query}${data.case === null ? "" : `@${data.case}`}`, place, entry, sql, parameters, findings, causes,
    differences, reason]);
  for (const plan of [now, before]) {
    for (const node of plan?.nodes || []) texts.push(node.name, node.index || "", node.target || "");
  }
  return texts.join("\n").toLowerCase();
}

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const verdicts = new Set([...form.querySelectorAll("[name=verdict]:checked")].map((box) => box.value));
  const wanted = selects.filter(([, select]) => select.value !== "");
  let count = 0;
  const counts = new Map();
  for (const row of rows) {
    let isShown = (verdicts.size === 0 || verdicts.has(row.verdict))
      && wanted.every(([name, select]) => row[name].has(select.value));
    if (isShown && words.length) {
      row.text ??= searchText(row);
      isShown = words.every((word) => row.text.includes(word));
    }
    row.item.hidden = !isShown;
    if (isShown) {
      count += 1;
      counts.set(row.group, (counts.get(row.group) || 0) + 1);
    }
  }
  for (const group of findAll(".group")) {
    group.hidden = !counts.has(group);
    group.querySelector("h2 span").textContent = (counts.get(group) || 0).toLocaleString("en");
  }
  const isFiltered = words.length > 0 || verdicts.size > 0 || wanted.length > 0;
  find("#shown").textContent = !isFiltered ? "" : count === 0 ? "No case matches"
    : `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")} cases`;
  form.querySelector("[type=reset]").hidden = !isFiltered;
}

const shownRows = () => rows.filter((row) => !row.item.hidden);

/** The row `by` places after the chosen one, counting only rows that are shown. */
function neighbour(by) {
  const shown = shownRows(), index = shown.findIndex((row) => row.position === chosen);
  return index < 0 ? shown[by > 0 ? 0 : shown.length - 1] : shown[index + by];
}
