extension HTMLStyle {
  /// The list of cases and what filters it.
  static let list = #"""
    /* The list */

    .cases { position: sticky; top: 0; height: var(--height, 100vh); display: flex; flex-direction: column; border-right: 1px solid var(--line); background: var(--surface); }
    .filters { padding: .75rem .9rem .5rem; border-bottom: 1px solid var(--line); }
    .search { position: relative; display: block; }
    .search input { width: 100%; padding: .35rem 2rem .35rem .6rem; border: 1px solid var(--strong-line); border-radius: 5px; background: var(--ground); }
    .search input::placeholder { color: var(--dim); opacity: 1; }
    .search kbd { position: absolute; right: .6rem; top: 50%; translate: 0 -50%; color: var(--dim); pointer-events: none; }
    .search input:focus + kbd { visibility: hidden; }
    .verdicts { display: flex; flex-wrap: wrap; gap: .3rem; margin-top: .5rem; }
    .chip span { display: block; padding: .05rem .5rem; border: 1px solid var(--line); border-radius: 99px; font-size: .9em; color: var(--dim); cursor: pointer; user-select: none; }
    .chip b { font-weight: 600; color: var(--ink); }
    .chip.bad b, .chip.odd b { color: var(--bad); }
    .chip input { position: absolute; opacity: 0; pointer-events: none; }
    .chip span:hover { border-color: var(--strong-line); }
    .chip input:checked + span { color: var(--accent); border-color: var(--accent); background: var(--accent-soft); }
    .chip input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 1px; }
    .selects { display: flex; flex-wrap: wrap; gap: .4rem; margin-top: .5rem; }
    .selects label { flex: 1 1 7.5rem; min-width: 0; }
    .selects select { width: 100%; padding: .2rem .3rem; border: 1px solid var(--line); border-radius: 5px; background: var(--surface); font-size: .93em; }
    .selects select:disabled { color: var(--faint); }
    .shown { display: flex; justify-content: space-between; min-height: 1.5em; margin-top: .35rem; font-size: .93em; color: var(--dim); }
    .shown button { padding: 0; border: 0; background: none; color: var(--accent); cursor: pointer; }
    .groups { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding-bottom: 2rem; }
    .group h2 { position: sticky; top: 0; z-index: 1; display: flex; justify-content: space-between; padding: .3rem .9rem; background: var(--sunken); font-size: .86em; color: var(--dim); text-transform: capitalize; }
    .group.bad h2, .group.odd h2 { color: var(--bad); }
    .group li { border-bottom: 1px solid var(--line); }
    .group li a { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 .6rem; padding: .32rem .9rem .35rem calc(.9rem - 3px); border-left: 3px solid transparent; color: inherit; }
    .group li a:hover { background: var(--ground); text-decoration: none; }
    .group li a:focus-visible { outline-offset: -2px; }
    .group li a[aria-current] { background: var(--accent-soft); border-left-color: var(--accent); }
    .group .name { color: var(--dim); -webkit-line-clamp: 3; }
    .group .name, .group .note { overflow: hidden; display: -webkit-box; -webkit-box-orient: vertical; overflow-wrap: anywhere; }
    .group .name b { font-weight: 600; color: var(--ink); }
    .group.good .name b { font-weight: 500; }
    .group .server { margin-left: .5em; font-size: .86em; }
    .group .factor { color: var(--dim); font-size: .93em; }
    .group.bad .factor { color: var(--bad); }
    .group .note { grid-column: 1 / -1; font-size: .9em; line-height: 1.35; color: var(--dim); -webkit-line-clamp: 2; }

    """#

  /// One case, above and below its plans.
  static let article = #"""
    /* A case */

    main { padding: 1.1rem 1.5rem 4rem; min-width: 0; container: case / inline-size; }
    .back { display: none; }
    .case > header { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .1rem .8rem; align-items: center; }
    .case h1, .overview h1 { font-size: 1.35rem; line-height: 1.25; letter-spacing: -.012em; overflow-wrap: anywhere; }
    .case h1 a { color: inherit; }
    .case h1 span { color: var(--dim); font-weight: 500; }
    .case header .facts { grid-column: 1 / -1; overflow-wrap: anywhere; }
    .verdict { padding: .08rem .55rem; border-radius: 4px; font-weight: 600; background: var(--sunken); color: var(--dim); }
    .verdict.failed { background: var(--bad-soft); color: var(--bad); }
    .verdict.new.failed { background: var(--warn-soft); color: var(--warn); }
    .verdict.passed, .verdict.improved:not(.failed) { background: var(--good-soft); color: var(--good); }
    .verdict.changed:not(.failed) { background: var(--shape-soft); color: var(--shape); }
    .top { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem 2.5rem; margin-top: .9rem; align-items: start; }
    .says:empty { display: none; }
    .says { display: grid; gap: .85rem; min-width: 0; }
    .case section h2, .overview section h2 { margin-bottom: .15rem; color: var(--dim); font-size: .93em; }
    .says li, .says pre, .says p, .overview li { overflow-wrap: anywhere; max-width: 100ch; }
    .causes > ul > li + li, .differences li + li { margin-top: .15rem; }
    .causes > ul > li { font-weight: 500; }
    .reason pre { padding: .6rem .8rem; background: var(--bad-soft); border-left: 3px solid var(--bad); white-space: pre-wrap; overflow-wrap: anywhere; }
    .findings { display: grid; gap: .3rem; }
    .findings > li { padding-left: .75rem; border-left: 3px solid var(--line); }
    .findings > li.fail { border-left-color: var(--bad); }
    .findings > li.warn { border-left-color: var(--warn-bar); }
    .weight { display: inline-block; padding: 0 .4em; border-radius: 3px; font-size: .86em; font-weight: 600; background: var(--sunken); color: var(--dim); }
    .weight.fail { background: var(--bad-soft); color: var(--bad); }
    .weight.warn { background: var(--warn-soft); color: var(--warn); }
    .findings .aside { color: var(--dim); }
    .findings .aside b { font-weight: 600; }
    .show { margin-right: .3em; }
    .show, .copy { padding: 0 .5em; border: 1px solid var(--line); border-radius: 4px; background: var(--surface); color: var(--accent); font-size: .86em; cursor: pointer; white-space: nowrap; }
    .show:hover, .copy:hover { border-color: var(--accent); }
    .accept code { padding: .25rem .55rem; border-radius: 4px; background: var(--sunken); overflow-wrap: anywhere; user-select: all; }
    .accept .copy { margin-left: .5rem; }
    .totals { border-collapse: collapse; white-space: nowrap; justify-self: start; }
    .totals td, .totals th { padding: .12rem 0 .12rem 1.1rem; text-align: right; font-weight: 400; }
    .totals th[scope=row] { padding-left: 0; text-align: left; }
    .totals thead th, .totals th[scope=row] { color: var(--dim); }
    .totals .change { font-weight: 600; }
    .totals .bars { width: 7rem; }
    .totals .bar { height: 4px; }
    .totals .bar.before { background: var(--strong-line); margin-bottom: 2px; }
    .totals .bar.now { background: var(--bar-most); }
    .statement { margin-top: 1.6rem; }
    .sql { position: relative; }
    .sql pre { padding: .7rem .9rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 5px; background: var(--surface); tab-size: 4; }
    .sql .copy { position: absolute; top: .5rem; right: .5rem; }
    .parameters { display: flex; flex-wrap: wrap; gap: .2rem 1.5rem; margin-top: .5rem; font: 12.5px/1.5 var(--mono); }
    .parameters div { display: flex; gap: .6em; min-width: 0; }
    .parameters dt { color: var(--dim); }
    .parameters dd { overflow-wrap: anywhere; white-space: pre-wrap; }
    .parameters .null { color: var(--faint); font-style: italic; }
    .overview { display: grid; gap: 1.2rem; max-width: 100ch; }
    .overview .causes > ul > li + li { margin-top: .7rem; }
    .links { display: flex; flex-wrap: wrap; gap: 0 1.2em; font-weight: 400; }
    .keys { color: var(--dim); }
    kbd { padding: 0 .35em; border: 1px solid var(--line); border-radius: 3px; background: var(--sunken); font-size: .86em; }
    .plain { margin-bottom: 2rem; }
    .plain pre { overflow-x: auto; tab-size: 8; }
    @container case (min-width: 58rem) {
      .top:not(:has(.says:empty)) { grid-template-columns: minmax(0, 1fr) auto; }
    }

    """#
}
