// Plans

const metricNames = { buffers: "Buffers", cost: "Cost", time: "Time" };
/** The reader's choices, which are kept from case to case. */
const choice = { metric: "buffers", details: false };
const smallPlan = 8, shownMembers = 3;

/** The parts in which two matching nodes differ. Figures are not compared. */
function differing(before, now) {
  const figures = /^(Rows Removed|Temp Blocks|Heap Fetches|Workers Planned|Subplans Removed)/;
  const lines = (node) => (node.lines || []).filter((line) => !figures.test(line)).join("\n");
  return ["name", "index", "target"].filter((part) => before[part] !== now[part])
    .concat(lines(before) === lines(now) ? [] : ["lines"]);
}

class PlanView {
  constructor(data) {
    this.data = data;
    this.sides = data.before ? ["before", "now"] : ["now"];
    this.rows = data.rows || data.now.nodes.map((_, position) => [null, position]);
    this.collapsed = new Set();
    this.open = new Set();
    this.isUnfolded = false;
    this.status = { before: [], now: [] };
    this.rowOf = { before: [], now: [] };
    this.children = { before: [], now: [] };
    this.parent = { before: [], now: [] };
    for (const side of this.sides) this.readTree(side);
    this.compare();
    this.metrics = Object.keys(metricNames).filter((name) =>
      this.sides.some((side) => data[side].metrics.includes(name)));
    this.element = make("section", { class: "plans", "aria-label": "Plans" });
    this.draw();
  }

  get metric() { return this.metrics.includes(choice.metric) ? choice.metric : this.metrics[0]; }

  readTree(side) {
    const path = [];
    this.data[side].nodes.forEach((node, position) => {
      path.length = node.depth;
      this.children[side][position] = [];
      this.parent[side][position] = path[node.depth - 1] ?? null;
      if (node.depth > 0) this.children[side][path[node.depth - 1]].push(position);
      path.push(position);
    });
  }

  compare() {
    const { data } = this;
    this.rows.forEach(([before, now], row) => {
      if (before !== null) this.rowOf.before[before] = row;
      if (now !== null) this.rowOf.now[now] = row;
      if (!data.before) return;
      if (before === null) this.status.now[now] = { word: "new", parts: [] };
      else if (now === null) this.status.before[before] = { word: "gone", parts: [] };
      else {
        const parts = differing(data.before.nodes[before], data.now.nodes[now]);
        if (parts.length === 0) return;
        this.status.before[before] = { word: "was", parts };
        this.status.now[now] = { word: "changed", parts };
      }
    });
    for (const [before, now] of data.moved || []) {
      const parts = differing(data.before.nodes[before], data.now.nodes[now]);
      this.status.before[before] = { word: "moved", parts, partner: now };
      this.status.now[now] = { word: "moved", parts, partner: before };
    }
  }

  // What is shown

  isDull(side, position) {
    const node = this.data[side].nodes[position];
    return !node.marks && !this.status[side][position]
      && this.children[side][position].every((child) => this.isDull(side, child));
  }

  /** The members of long Appends that are folded since they have nothing to show: `roots`; `folded` has all their nodes. */
  folded(side) {
    const folded = new Set(), roots = new Set();
    if (this.isUnfolded) return { folded, roots };
    const fold = (position) => {
      folded.add(position);
      this.children[side][position].forEach(fold);
    };
    this.data[side].nodes.forEach((node, position) => {
      if (!node.folds || folded.has(position)) return;
      const dull = this.children[side][position].filter((child) => this.isDull(side, child));
      if (dull.length <= shownMembers + 1) return;
      for (const child of dull.slice(shownMembers)) {
        roots.add(child);
        fold(child);
      }
    });
    return { folded, roots };
  }

  /** The rows to draw. A row with `more` stands for several folded rows that follow each other. */
  shownRows() {
    const folds = { before: null, now: null };
    for (const side of this.sides) folds[side] = this.folded(side);
    const shown = [];
    let last = null;
    this.rows.forEach(([before, now]) => {
      const isFolded = (side, position) => position === null || folds[side].folded.has(position);
      if (!isFolded("before", before) || !isFolded("now", now)) {
        shown.push({ before, now });
        last = null;
        return;
      }
      if (!last) {
        last = { before, now, more: { before: 0, now: 0 } };
        shown.push(last);
      }
      last.before ??= before;
      last.now ??= now;
      if (before !== null && folds.before.roots.has(before)) last.more.before += 1;
      if (now !== null && folds.now.roots.has(now)) last.more.now += 1;
    });
    return shown;
  }

  isHidden(side, position) {
    for (let above = this.parent[side][position]; above !== null; above = this.parent[side][above]) {
      if (this.collapsed.has(`${side} ${above}`)) return true;
    }
    return false;
  }

  /** Hides the rows below collapsed nodes without drawing the plan again. */
  hide() {
    for (const row of this.drawn) {
      const hidden = {};
      for (const side of this.sides) hidden[side] = row[side] === null || this.isHidden(side, row[side]);
      const isEmpty = this.sides.every((side) => hidden[side]);
      for (const side of this.sides) {
        row.elements[side].hidden = row[side] === null ? isEmpty : hidden[side];
      }
    }
  }

  counterpart(side, position) {
    const other = side === "before" ? "now" : "before";
    const partner = this.status[side][position]?.partner;
    if (partner !== undefined) return [other, partner];
    const match = this.rows[this.rowOf[side][position]][side === "before" ? 1 : 0];
    return match === null ? null : [other, match];
  }

  setCollapsed(side, position, isCollapsed) {
    const nodes = [[side, position]];
    const other = this.counterpart(side, position);
    if (other) nodes.push(other);
    for (const [where, place] of nodes) {
      if (!this.children[where][place].length) continue;
      this.collapsed[isCollapsed ? "add" : "delete"](`${where} ${place}`);
      this.nodes[where][place]?.setAttribute("aria-expanded", String(!isCollapsed));
    }
    this.hide();
  }

  // Keyboard

  isReachable(side, position) {
    const element = this.nodes[side][position];
    return element && !element.hidden;
  }

  focus(side, position) {
    for (const element of this.nodes[side]) element?.setAttribute("tabindex", "-1");
    this.nodes[side][position].setAttribute("tabindex", "0");
    this.nodes[side][position].focus();
  }

  /** Moves to the node that a finding names. */
  reveal(side, position) {
    for (let above = this.parent[side][position]; above !== null; above = this.parent[side][above]) {
      if (this.collapsed.has(`${side} ${above}`)) this.setCollapsed(side, above, false);
    }
    this.focus(side, position);
    this.nodes[side][position].scrollIntoView({ block: "center" });
  }

  key(event, side, position) {
    const step = (by) => {
      let next = position + by;
      while (next in this.data[side].nodes && !this.isReachable(side, next)) next += by;
      if (this.isReachable(side, next)) this.focus(side, next);
    };
    const id = `${side} ${position}`, children = this.children[side][position];
    switch (event.key) {
      case "ArrowDown": step(1); break;
      case "ArrowUp": step(-1); break;
      case "Home": this.focus(side, 0); break;
      case "End": {
        let end = this.nodes[side].length - 1;
        while (end > 0 && !this.isReachable(side, end)) end -= 1;
        this.focus(side, end);
        break;
      }
      case "ArrowRight":
        if (this.collapsed.has(id)) this.setCollapsed(side, position, false);
        else if (children.length) step(1);
        break;
      case "ArrowLeft":
        if (children.length && !this.collapsed.has(id)) this.setCollapsed(side, position, true);
        else if (this.parent[side][position] !== null) this.focus(side, this.parent[side][position]);
        break;
      case "Enter": case " ": this.toggle(side, position); break;
      default: return;
    }
    event.preventDefault();
  }

  /** Shows or hides all details of a node and of its matching node. */
  toggle(side, position) {
    const nodes = [[side, position], this.counterpart(side, position)].filter(Boolean);
    const isOpen = this.open.has(`${side} ${position}`);
    for (const [where, place] of nodes) {
      const id = `${where} ${place}`;
      this.open[isOpen ? "delete" : "add"](id);
      const text = this.nodes[where][place]?.querySelector(".what");
      if (text) text.replaceChildren(...this.nodeText(where, place));
    }
  }
}
