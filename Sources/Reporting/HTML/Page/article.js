// Cases

const verdictWords = {
  regressed: "Regressed", unchecked: "Unchecked", new: "New",
  changed: "Changed", improved: "Improved", passed: "Passed",
};

function section(title, name, ...children) {
  return make("section", { class: name }, make("h2", {}, title), ...children);
}

function article(data) {
  const view = data.now ? new PlanView(data) : null;
  const history = document.getElementById(`history-${data.position}`);
  const active = data.findings.filter((finding) => finding.weight !== "waived");
  const waived = data.findings.filter((finding) => finding.weight === "waived");
  const fixes = new Set();
  /** Groups findings of one rule that follow each other. Members of a long group are much alike: it shows the first. */
  const list = (findings) => {
    const runs = [];
    for (const finding of findings) {
      const last = runs.at(-1)?.[0];
      if (last?.rule === finding.rule && last.weight === finding.weight) runs.at(-1).push(finding);
      else runs.push([finding]);
    }
    return make("ul", { class: "findings" },
      runs.map((run) => brief(run.map((finding) => findingItem(finding, data, view, fixes)), 3)));
  };
  const says = make("div", { class: "says" },
    data.reason !== undefined && section("Why it could not be checked", "reason", make("pre", {}, data.reason)),
    data.remarks && section(data.remarks.length > 1 ? "Notes" : "Note", "reason",
      data.remarks.map((remark) => make("p", {}, remark))),
    data.verdict === "new" && (data.newness !== undefined
      ? section("New", "reason", make("p", {}, data.newness))
      : section("No baseline yet", "reason",
        make("p", {}, "There is no accepted plan yet. Read this one, then record it."))),
    active.length > 0 && section(active.length > 1 ? "Findings" : "Finding", "told", list(active)),
    data.causes.length > 0 && section(data.causes.length > 1 ? "Causes" : "Cause", "causes",
      make("ul", {}, brief(data.causes.map((cause, index) => make("li", {}, cause,
        // The migration is the first cause.
        data.migration && index === 0
          && [" ", make("a", { href: `#${data.migration}` }, "What else it does")]))))),
    data.differences.length > 0 && section("Plan changes", "differences",
      make("ul", {}, brief(data.differences.map((difference) => make("li", {}, difference))))),
    waived.length > 0 && section("Waived", "told", list(waived)),
    data.statements && section("Fix it with", "lost",
      make("div", { class: "sql" }, make("pre", {}, make("code", {}, data.statements)), copyButton(data.statements))),
    data.command && section(data.verdict === "new" ? "Record it with" : "If this is intended, accept it with", "accept",
      make("code", {}, data.command), copyButton(data.command)));
  return make("article", { class: `case ${data.failed ? "failed" : ""}`, "aria-labelledby": `title-${data.position}` },
    caseHeader(data),
    make("div", { class: "top" }, says, data.totals && totalsTable(data)),
    history && section("After each migration", "chain", history.content.cloneNode(true)),
    view?.element,
    data.sql !== undefined && statement(data));
}

function caseHeader(data) {
  const places = [data.server, data.place, data.entry, data.took].filter(Boolean);
  return make("header", {},
    make("p", { class: `verdict ${data.verdict} ${data.failed ? "failed" : ""}` },
      data.failed && data.verdict === "passed" ? "Empty tables" : verdictWords[data.verdict]),
    make("h1", { id: `title-${data.position}` },
      make("a", { href: `#${data.fragment}`, title: "Link to this case" },
        data.query, data.case === null ? "" : make("span", {}, `@${data.case}`))),
    make("ul", { class: "facts" }, places.map((place) => make("li", {}, place))));
}

function findingItem(finding, data, view, fixes) {
  const index = data.findings.indexOf(finding);
  const places = !view ? [] : view.sides.map((side) => [side,
    data[side].nodes.findIndex((node) => node.marks?.includes(index))]).filter(([, position]) => position >= 0);
  const place = places.find(([side]) => side === "now") || places[0];
  // Only the first finding's fix is open: what the others report mostly follows from the first.
  const fix = finding.fix && !fixes.has(finding.fix)
    && make("p", { class: "aside" }, make("b", {}, "Fix "), finding.fix);
  fixes.add(finding.fix);
  const fixButton = fix && index > 0 && make("button", {
    type: "button", class: "show", "aria-expanded": "false", click: () => {
      fix.hidden = !fix.hidden;
      fixButton.setAttribute("aria-expanded", String(!fix.hidden));
    },
  }, "fix");
  if (fixButton) fix.hidden = true;
  return make("li", { class: finding.weight },
    make("p", {}, make("span", { class: `weight ${finding.weight}` }, finding.weight), " ",
      make("b", {}, finding.rule), " ", finding.message, " ",
      place && make("button", { type: "button", class: "show", click: () => view.reveal(...place) }, "show in plan"),
      fixButton),
    finding.index && make("p", { class: "aside" }, make("b", {}, "Index "), finding.index),
    fix,
    finding.waiver && make("p", { class: "aside" }, make("b", {}, "Reason "), finding.waiver[0],
      finding.waiver[1] === null ? "" : `, until ${finding.waiver[1]}`));
}

function totalsTable(data) {
  const hasBefore = Boolean(data.before);
  const bar = (share, side) => {
    const element = make("span", { class: `bar ${side}` });
    element.style.setProperty("--share", share / 1000);
    return element;
  };
  const rows = data.totals.map(([name, before, now, change, shareBefore, shareNow]) => make("tr", {},
    make("th", { scope: "row" }, name),
    hasBefore && make("td", {}, before ?? "–"), make("td", {}, now ?? "–"),
    hasBefore && make("td", { class: "change" }, times(change)),
    hasBefore && make("td", { class: "bars", "aria-hidden": "true" },
      before !== null && [bar(shareBefore, "before"), bar(shareNow, "now")])));
  const heads = hasBefore ? ["", data.beforeName || "Baseline", "Now", "", ""] : ["", "Now"];
  return make("table", { class: "totals" }, make("caption", { class: "unseen" }, "The whole plan"),
    make("thead", {},
      make("tr", {}, heads.map((head) => make(head ? "th" : "td", head ? { scope: "col" } : {}, head)))),
    make("tbody", {}, rows));
}

function statement(data) {
  const values = data.parameters.map(([name, value]) => make("div", {}, make("dt", {}, name),
    "=", make("dd", value === null ? { class: "null" } : {}, value ?? "NULL")));
  return section("Statement", "statement",
    make("div", { class: "sql" }, make("pre", {}, make("code", {}, data.sql)), copyButton(data.sql)),
    values.length > 0 && make("dl", { class: "parameters", "aria-label": "Parameters" }, values));
}

const migrations = find("#migrations");

/** The page without a chosen case: each cause with the failing cases that it explains, and the migrations. */
function overview() {
  const run = JSON.parse(document.getElementById("run").textContent);
  run.causes.sort((one, other) => other[1].length - one[1].length);
  const link = (row) => make("li", {}, make("a", { href: row.link.getAttribute("href") }, row.name));
  const failed = rows.filter((row) => row.isFailed), noted = rows.filter((row) => row.link.querySelector(".note"));
  return make("article", { class: "overview" },
    make("h1", {}, failed.length || migrations?.querySelector(".failed") ? "Overview" : !rows.length ? "No case was checked"
      : find(".run .error") ? "The run ended early" : "Nothing failed"),
    run.causes.length > 0 && section(
      `What changed, and which of the ${failed.length} failing cases each change affects`, "causes",
      make("ul", {}, brief(run.causes.map(([cause, positions]) => make("li", {}, cause,
        make("ul", { class: "links" }, brief(positions.map((position) => link(byPosition[position])), 12)))), 12))),
    failed.length > 0 && run.causes.length === 0 && section("What failed", "causes",
      make("ul", { class: "links" }, brief(failed.map(link), 50))),
    failed.length === 0 && noted.length > 0 && section("Passed with remarks", "causes",
      make("ul", {}, brief(noted.map((row) => make("li", {},
        make("a", { href: row.link.getAttribute("href") }, row.name), " ",
        row.link.querySelector(".note").textContent)), 50))),
    run.command && section("If all of this is intended, accept it with", "accept", make("code", {}, run.command),
      copyButton(run.command)),
    migrations?.cloneNode(true),
    make("p", { class: "keys" }, "Keys: ", make("kbd", {}, "/"), " search, ", make("kbd", {}, "j"), " ",
      make("kbd", {}, "k"), " next and previous case, arrows in the list and in a plan, ", make("kbd", {}, "Enter"),
      " all details of a node."));
}
