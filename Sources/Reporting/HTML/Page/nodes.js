// Nodes

/** How many powers of ten each half of the misestimate scale covers. */
const decades = 3;

Object.assign(PlanView.prototype, {
  draw() {
    this.nodes = { before: [], now: [] };
    this.drawn = this.shownRows();
    const trees = this.sides.map((side) => this.tree(side));
    this.element.replaceChildren(this.toolbar(),
      make("div", { class: this.sides.length > 1 ? "pair" : "single" }, trees));
    this.element.querySelector(".pair, .single").style.setProperty("--rows", this.drawn.length + 1);
    this.hide();
  },

  toolbar() {
    const radios = Object.entries(metricNames).map(([metric, name]) => {
      const isThere = this.metrics.includes(metric);
      const input = make("input", {
        type: "radio", name: "metric", value: metric, disabled: !isThere, change: () => {
          choice.metric = metric;
          this.drawBars();
        },
      });
      input.checked = metric === this.metric;
      return make("label", { title: isThere ? null : metric === "time" ? "time was not measured" : "not known" },
        input, make("span", {}, name));
    });
    const details = make("input", { type: "checkbox", change: () => {
      choice.details = details.checked;
      this.draw();
    } });
    details.checked = choice.details;
    return make("div", { class: "toolbar" },
      make("h2", {},
        this.data.before ? this.data.sameShape ? "Plan, same shape as before" : "Plan" : "Plan, no baseline"),
      make("fieldset", { class: "switch" }, make("legend", {}, "Bars"), radios),
      make("label", { class: "tick" }, details, " All conditions"));
  },

  tree(side) {
    const title = this.sides.length < 2 ? "Now" : side === "before" ? this.data.beforeName || "Baseline" : "Now";
    const major = this.data.majors?.[side === "before" ? 0 : 1];
    const tree = make("div", { class: `tree ${side}` },
      make("div", { class: "heads", "aria-hidden": "true" },
        make("span", {}, make("b", {}, title), major ? ` ${major}` : ""),
        make("span", { class: "metric" }), make("span", {}, "rows est → actual")));
    const body = make("div", {
      role: "tree", "aria-label": `${title}: plan`, class: "body",
      click: (event) => this.click(event), keydown: (event) => this.keyIn(event),
      pointerover: (event) => this.point(event), focusin: (event) => this.point(event),
      pointerleave: () => this.point(null), focusout: () => this.point(null),
    });
    tree.append(body);
    this.drawn.forEach((row, index) => {
      row.elements ??= {};
      const element = row[side] === null ? this.gap(side, index)
        : row.more ? this.more(side, row) : this.node(side, row[side]);
      element.style.setProperty("--row", index + 2);
      row.elements[side] = element;
      body.append(element);
    });
    const first = this.nodes[side].find(Boolean);
    if (first) first.setAttribute("tabindex", "0");
    for (const trigger of this.data[side].triggers) tree.append(make("p", { class: "trigger" }, trigger));
    this.drawBars(tree, side);
    return tree;
  },

  place(event) {
    const element = event?.target.closest?.("[data-node]");
    if (!element) return null;
    const [side, position] = element.dataset.node.split(" ");
    return [side, Number(position)];
  },

  click(event) {
    const place = this.place(event);
    if (!place || getSelection().toString()) return;
    if (event.target.closest(".glyph") && this.children[place[0]][place[1]].length) {
      this.setCollapsed(...place, !this.collapsed.has(place.join(" ")));
    } else if (event.target.closest(".title")) this.toggle(...place);
    this.focus(...place);
  },

  keyIn(event) {
    const place = this.place(event);
    if (place && !event.ctrlKey && !event.metaKey && !event.altKey) this.key(event, ...place);
  },

  /** Highlights the node under the pointer and the node that matches it. */
  point(event) {
    for (const lit of this.element.querySelectorAll(".lit")) lit.classList.remove("lit");
    const place = this.place(event), other = place && this.sides.length > 1 && this.counterpart(...place);
    if (!other) return;
    this.nodes[place[0]][place[1]]?.classList.add("lit");
    this.nodes[other[0]][other[1]]?.classList.add("lit");
  },

  // Lines of the tree

  /** For each level above a node, whether its line continues below: it does if another child of that level follows. */
  runsOn(side, position) {
    const lines = [];
    for (let place = position; this.parent[side][place] !== null; place = this.parent[side][place]) {
      lines.unshift(this.children[side][this.parent[side][place]].at(-1) !== place);
    }
    return lines;
  },

  guides(side, position) {
    const lines = this.runsOn(side, position);
    return lines.map((runsOn, level) => make("i", {
      class: level === lines.length - 1 ? runsOn ? "tee" : "corner" : runsOn ? "through" : "",
    }));
  },

  /** Stands beside a node that only the other plan has. Lines that pass it continue. */
  gap(side, index) {
    const next = this.drawn.slice(index).find((row) => row[side] !== null);
    const guides = !next ? [] : this.runsOn(side, next[side]).map((runsOn, level, all) =>
      make("i", { class: runsOn || level === all.length - 1 ? "through" : "" }));
    return make("div", { class: "gap", "aria-hidden": "true" }, make("span", { class: "guides" }, guides));
  },

  more(side, row) {
    const button = make("button", { type: "button", click: () => {
      this.isUnfolded = true;
      this.draw();
    } }, `… ${row.more[side].toLocaleString("en")} more`);
    return make("div", { class: "more", role: "none" }, make("span", { class: "guides" },
      this.guides(side, row[side])), button);
  },

  // A node

  node(side, position) {
    const node = this.data[side].nodes[position], status = this.status[side][position];
    const marks = (node.marks || []).map((mark) => this.data.findings[mark]);
    const weight = ["fail", "warn", "waived"].find((word) => marks.some((mark) => mark.weight === word));
    const children = this.children[side][position];
    const element = make("div", {
      class: ["node", weight && `named ${weight}`, status?.word, children.length && "parent"].filter(Boolean).join(" "),
      role: "treeitem", tabindex: "-1", "data-node": `${side} ${position}`, "aria-level": node.depth + 1,
      "aria-expanded": children.length ? String(!this.collapsed.has(`${side} ${position}`)) : null,
    },
    make("span", { class: "guides" }, this.guides(side, position)),
    make("span", { class: "glyph", "aria-hidden": "true" }),
    this.nodeTitle(side, position), make("div", { class: "own" }), this.rowsCell(node, marks),
    make("div", { class: "what" }, this.nodeText(side, position)));
    this.nodes[side][position] = element;
    return element;
  },

  nodeTitle(side, position) {
    const node = this.data[side].nodes[position], status = this.status[side][position];
    const part = (name) => node[name] && make("span",
      { class: name + (status?.parts.includes(name) ? " differs" : "") }, node[name]);
    const title = make("div", { class: "title" },
      ["name", "index", "target"].map(part).filter(Boolean)
        .flatMap((element, index) => index ? [" ", element] : [element]));
    for (const mark of node.marks || []) {
      const finding = this.data.findings[mark];
      title.append(" ", make("span", { class: `tag ${finding.weight}`, title: finding.message },
        finding.weight === "waived" ? `${finding.rule}, waived` : finding.rule));
    }
    const words = { new: "new", gone: "gone", moved: "moved", changed: "changed" };
    if (status && words[status.word]) title.append(" ", make("span", { class: "tag shape" }, words[status.word]));
    return title;
  },

  /** The node's conditions, and its facts if the reader opened it. */
  nodeText(side, position) {
    const node = this.data[side].nodes[position], status = this.status[side][position];
    const isOpen = this.open.has(`${side} ${position}`);
    const isShort = this.data[side].nodes.length <= smallPlan;
    const showsLines = choice.details || isOpen || isShort || node.marks || status;
    const elements = [];
    if (showsLines && node.lines) {
      elements.push(make("ul", { class: "lines" + (status?.parts.includes("lines") ? " differs" : "") },
        node.lines.map((line) => make("li", {}, line))));
    }
    if (isOpen) {
      elements.push(make("dl", { class: "facts" }, node.facts.map(([name, text]) =>
        make("div", {}, make("dt", {}, name), make("dd", {}, text)))));
    }
    return elements;
  },

  /** Draws each node's own share of the chosen metric. */
  drawBars(root = this.element, only = null) {
    const { metric } = this;
    for (const head of root.querySelectorAll(".heads .metric")) head.textContent = `own ${metric}`;
    for (const side of this.sides) {
      if (only && side !== only) continue;
      const has = this.data[side].metrics.includes(metric);
      this.nodes[side].forEach((element, position) => {
        const cell = element.querySelector(".own");
        if (!has) {
          cell.replaceChildren(make("span", { class: "figure none" }, "–"));
          return;
        }
        const [figure, share] = this.data[side].nodes[position][metric];
        const percent = share >= 10 || share === 0 ? `${Math.round(share / 10)} %` : "< 1 %";
        const bar = make("span", { class: "bar" + (share >= 500 ? " most" : "") });
        bar.style.setProperty("--share", share / 1000);
        cell.replaceChildren(make("span", { class: "figure" }, figure), bar,
          make("span", { class: "unseen" }, percent));
        cell.title = `own ${metric}: ${figure}, ${percent} of the plan`;
      });
    }
  },

  /** Estimated and actual rows, and a scale: a bar to the right means more rows than estimated, to the left fewer. */
  rowsCell(node, marks) {
    const { rows } = node, cell = make("div", { class: "rows" });
    if (rows.never) {
      cell.append(make("span", { class: "count" }, `${rows.est} → `, make("i", {}, "never run")));
      return cell;
    }
    cell.append(make("span", { class: "count" }, rows.est, rows.act === undefined ? "" : ` → ${rows.act}`,
      rows.loops ? make("small", {}, ` × ${rows.loops}`) : ""));
    if (rows.act === undefined) return cell;
    const miss = Math.abs(rows.miss || 1), isOver = rows.miss < 0, judged = rows.judged !== false;
    const size = Math.min(Math.log10(miss), decades) / decades;
    const isFailing = marks.some((mark) => mark.rule === "row-estimate" && mark.weight === "fail");
    const level = !judged ? "unjudged" : isFailing ? "failing" : miss >= 10 ? "high" : miss >= 2 ? "some" : "";
    const scale = make("span", { class: `miss ${level} ${isOver ? "over" : "under"}` });
    scale.style.setProperty("--size", size);
    const words = rows.q ? `×${rows.q} ${isOver ? "fewer" : "more"} than estimated` : "as estimated";
    const error = rows.q && judged && miss >= 2 ? `×${rows.q}` : "";
    cell.append(
      make("span", { class: "scale" }, scale, make("span", { class: `q ${level}`, "aria-hidden": "true" }, error)),
      make("span", { class: "unseen" }, judged ? words : ""));
    cell.title = rows.why ? `${words}; ${rows.why}` : words;
    return cell;
  },
});
