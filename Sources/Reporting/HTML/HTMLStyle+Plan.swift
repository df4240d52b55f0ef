extension HTMLStyle {
  /// The trees.
  static let plan = #"""
    /* Plans */

    .plans { margin-top: 1.5rem; }
    .toolbar { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem 1.4rem; padding-bottom: .45rem; }
    .toolbar h2 { flex: 1; margin: 0 !important; font-size: 1.05em !important; color: var(--ink) !important; }
    .switch { display: flex; align-items: center; }
    .switch legend { float: left; margin-right: .6rem; color: var(--dim); }
    .switch label span { display: block; padding: .08rem .7rem; border: 1px solid var(--strong-line); margin-left: -1px; background: var(--surface); cursor: pointer; }
    .switch label:first-of-type span { border-radius: 5px 0 0 5px; }
    .switch label:last-of-type span { border-radius: 0 5px 5px 0; }
    .switch input { position: absolute; opacity: 0; pointer-events: none; }
    .switch input:checked + span { position: relative; background: var(--accent-soft); color: var(--accent); border-color: var(--accent); font-weight: 600; }
    .switch input:disabled + span { color: var(--faint); cursor: not-allowed; }
    .switch input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 1px; }
    .tick { cursor: pointer; }
    .tick input { accent-color: var(--accent); }

    .pair, .single { display: grid; gap: .9rem; }
    .tree { border: 1px solid var(--line); border-radius: 6px; background: var(--surface); overflow: hidden; min-width: 0; }
    .heads, .node { display: grid; grid-template-columns: auto auto minmax(0, 1fr) 5.6rem 8rem; }
    .heads { padding: .3rem .8rem; border-bottom: 1px solid var(--line); background: var(--sunken); color: var(--dim); font-size: .86em; }
    .heads span:first-child { grid-column: 1 / 4; }
    .heads span + span { padding-left: .8rem; white-space: nowrap; }
    .heads b { font-size: 1.15em; color: var(--ink); }
    .node, .gap, .more { padding: 0 .8rem; position: relative; }
    .node { cursor: default; align-content: start; }
    .node:hover { background: var(--ground); }
    .node.lit { background: var(--ground); box-shadow: inset 0 0 0 1px var(--strong-line); }
    .node:focus-visible { outline-offset: -2px; }
    .gap { background: repeating-linear-gradient(135deg, transparent 0 5px, var(--sunken) 5px 6px); }
    .guides { display: flex; align-self: stretch; }
    .gap .guides { height: 100%; }
    .guides i { position: relative; width: 1.15rem; flex: none; }
    .guides i::before { content: ""; position: absolute; left: .5rem; top: 0; bottom: 0; border-left: 1px solid var(--strong-line); }
    .guides i[class=""]::before { display: none; }
    .guides .corner::before { bottom: auto; height: .95rem; }
    .guides .tee::after, .guides .corner::after { content: ""; position: absolute; left: .5rem; top: .95rem; width: .55rem; border-top: 1px solid var(--strong-line); }
    .glyph { position: relative; width: 1.15rem; }
    .glyph::before { content: ""; position: absolute; left: calc(.5rem - 2px); top: calc(.95rem - 2px); width: 5px; height: 5px; border-radius: 50%; background: var(--strong-line); }
    .node.parent > .glyph { cursor: pointer; }
    .node.parent > .glyph::before { left: calc(.5rem - 4px); top: calc(.95rem - 3px); width: 0; height: 0; border-radius: 0; background: none; border: 4.5px solid transparent; border-top: 6px solid var(--dim); border-bottom: 0; }
    .node.parent[aria-expanded=false] > .glyph::before { rotate: -90deg; }
    .node.parent[aria-expanded=true] > .glyph::after { content: ""; position: absolute; left: .5rem; top: 1.4rem; bottom: 0; border-left: 1px solid var(--strong-line); }
    .node > .guides, .node > .glyph { grid-row: 1 / 3; }
    .what { grid-column: 3 / 6; padding-bottom: .3rem; min-width: 0; }
    .what:empty { padding-bottom: 0; }
    .title { padding: .25rem 0 .1rem; overflow-wrap: anywhere; line-height: 1.4; cursor: pointer; }
    .title .name { font-weight: 600; }
    .title .target, .title .index { color: var(--dim); }
    .lines { font: 12px/1.45 var(--mono); color: var(--dim); }
    .lines li { padding-left: 1.5em; text-indent: -1.5em; overflow-wrap: anywhere; }
    .node .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .05rem 1rem; margin: .35rem 0 .25rem; padding: .4rem .6rem; border-radius: 4px; background: var(--sunken); font-size: .9em; color: var(--ink); }
    .node .facts div { display: flex; gap: .6em; min-width: 0; }
    .node .facts dt { color: var(--dim); flex: none; }
    .node .facts dd { overflow-wrap: anywhere; }

    /* What changed, and what is to blame */

    .now .node.new, .now .node.changed, .node.moved { background: var(--shape-soft); }
    .node.gone { background: var(--sunken); }
    .node.gone .title { color: var(--dim); }
    .title .differs, .lines.differs { color: var(--shape); }
    .tag { display: inline-block; padding: 0 .4em; border-radius: 3px; font-size: .82em; font-weight: 600; line-height: 1.5; white-space: nowrap; background: var(--sunken); color: var(--dim); }
    .tag.fail { background: var(--bad); color: var(--surface); }
    .tag.warn { background: var(--warn-soft); color: var(--warn); box-shadow: inset 0 0 0 1px currentColor; }
    .tag.shape { background: none; color: var(--shape); box-shadow: inset 0 0 0 1px currentColor; }
    .gone .tag.shape { color: var(--dim); }
    .now .node.guilty.fail { background: var(--bad-soft); box-shadow: inset 3px 0 var(--bad); }
    .before .node.guilty.fail { box-shadow: inset 3px 0 var(--strong-line); }
    .before .tag.fail { background: var(--sunken); color: var(--dim); box-shadow: inset 0 0 0 1px var(--strong-line); }
    .now .node.guilty.warn { box-shadow: inset 3px 0 var(--warn-bar); }

    /* Figures */

    .own, .rows { padding: .25rem 0 .2rem .8rem; line-height: 1.4; }
    .own .figure { display: block; text-align: left; }
    .own .none { color: var(--faint); }
    .own .bar { min-width: 1px; margin-top: 1px; }
    .own .bar.most { background: var(--bar-most); }
    .rows .count { display: block; white-space: nowrap; }
    .rows small { font-size: .86em; color: var(--dim); }
    .rows i { color: var(--dim); }
    .scale { display: flex; align-items: center; gap: .4rem; height: 8px; margin-top: 0; }
    .miss { position: relative; flex: none; width: 4.4rem; height: 6px; background: linear-gradient(var(--strong-line), var(--strong-line)) 50% 50% / 1px 100% no-repeat, linear-gradient(var(--line), var(--line)) 50% 50% / 100% 1px no-repeat; }
    .miss::after { content: ""; position: absolute; top: 0; bottom: 0; width: calc(var(--size) * 50%); background: var(--bar); }
    .miss.under::after { left: 50%; }
    .miss.over::after { right: 50%; }
    .miss.some::after { background: var(--warn-bar); opacity: .55; }
    .miss.high::after { background: var(--warn-bar); }
    .miss.guilty::after { background: var(--bad); }
    .miss.unjudged::after { background: none; border: 1px solid var(--strong-line); }
    .q { font-size: .82em; font-weight: 600; color: var(--dim); }
    .q.high { color: var(--warn); }
    .q.guilty { color: var(--bad); }
    .more { display: flex; }
    .more button { margin: .15rem 0 .25rem .2rem; padding: 0 .6em; border: 1px dashed var(--strong-line); border-radius: 4px; background: none; color: var(--accent); cursor: pointer; }
    .trigger { padding: .2rem .8rem; color: var(--dim); font-size: .93em; }

    /* Side by side the rows of both are one height: a node stands beside the one that answers to it. */

    @container case (min-width: 58rem) {
      .pair { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); grid-template-rows: repeat(var(--rows), auto); row-gap: 0; }
      .pair .tree { display: grid; grid-template-columns: minmax(0, 1fr); grid-row: 1 / span var(--rows); grid-template-rows: subgrid; }
      .pair .body { display: contents; }
      .pair .tree > .heads { grid-row: 1; }
      .pair .body > * { grid-row: var(--row); }
      .pair .trigger { grid-row: auto; }
    }
    @container case (max-width: 57.99rem) {
      .pair .gap { display: none; }
    }
    @container case (max-width: 34rem) {
      .heads span:nth-child(2), .heads span:nth-child(3) { display: none; }
      .node { grid-template-columns: auto auto minmax(0, 1fr) minmax(0, 1fr); }
      .node > .guides, .node > .glyph { grid-row: 1 / 4; }
      .node > .title, .node > .what { grid-column: 3 / 5; }
      .node > .own { grid-column: 3; }
      .own { padding: 0 1rem 0 0; }
      .rows { padding-left: 0; }
      .sql { display: grid; }
      .sql .copy { position: static; order: -1; justify-self: end; margin-bottom: .3rem; }
      .guides i { width: .8rem; }
    }

    """#

  /// Narrow screens, and paper.
  static let media = #"""
    /* Narrow screens show the list or a case */

    @media (max-width: 60rem) {
      .frame { display: block; }
      .cases { position: static; height: auto; border-right: 0; }
      .groups { overflow: visible; }
      .run { padding: .6rem .9rem; }
      main { padding: .9rem .9rem 3rem; }
      [data-view=case] .cases { display: none; }
      [data-view=list] main { display: none; }
      .back { display: inline-block; margin-bottom: .6rem; }
    }

    .paper { display: none; }
    @media print {
      :root {
        --ground: #fff; --surface: #fff; --sunken: #f2f2f0; --line: #cfcec8; --strong-line: #999; --ink: #000; --dim: #444; --faint: #666;
        --accent: #2456b3; --accent-soft: #fff; --bar: #8ea6cf; --bar-most: #4a6fb3; --bad: #b42318; --bad-soft: #fdeceb;
        --warn: #8a5200; --warn-soft: #fbf0dc; --warn-bar: #d98e1f; --good: #256b45; --good-soft: #e3f2e9; --shape: #5b3fa3; --shape-soft: #f3f0fb;
      }
      @page { margin: 14mm 12mm; }
      html { font-size: 10.5px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      code, pre, .lines, .parameters { font-size: 9.5px; }
      .run { padding: 0 0 .6rem; }
      .filters, .copy, .show, .switch, .tick, .skip, .back, .keys, .rest { display: none; }
      .paper li[hidden] { display: list-item !important; }
      .frame { display: block; }
      .cases { display: block; position: static; height: auto; border: 0; }
      .groups { overflow: visible; padding: 0; columns: 2; }
      .group h2 { position: static; margin-top: .6rem; }
      .group li { break-inside: avoid; }
      .group li a[aria-current] { background: none; border-color: transparent; }
      main { padding: 0; display: block !important; margin-top: 1.5rem; }
      .prints main { display: none !important; }
      .prints .paper { display: block; container: case / inline-size; }
      .paper .case { break-before: page; }
      .node, .findings > li { break-inside: avoid; }
      .plans { break-before: auto; }
      .sql pre { white-space: pre-wrap; overflow-wrap: anywhere; }
    }

    """#
}
