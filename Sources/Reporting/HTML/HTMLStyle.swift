/// The page's style. System fonts, one accent, and red for what fails and nothing else.
enum HTMLStyle {
  static let text = "\n" + [frame, list, article, plan, media].joined()

  /// Colours, type and the frame of the page.
  private static let frame = #"""
    /* Colours and type */

    :root {
      color-scheme: light dark;
      --ground: #f6f6f4; --surface: #ffffff; --sunken: #f0f0ed; --line: #deddd8; --strong-line: #b9b8b1;
      --ink: #1b1d21; --dim: #5d6169; --faint: #8b8f96;
      --accent: #2456b3; --accent-soft: #e6edfa; --bar: #8ea6cf; --bar-most: #4a6fb3;
      --bad: #b42318; --bad-soft: #fdeceb; --warn: #8a5200; --warn-soft: #fbf0dc; --warn-bar: #d98e1f;
      --good: #256b45; --good-soft: #e3f2e9; --shape: #5b3fa3; --shape-soft: #efeafb;
      --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
      --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Cascadia Mono", "Noto Sans Mono", "DejaVu Sans Mono", monospace;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #131518; --surface: #1a1d21; --sunken: #22262b; --line: #30353b; --strong-line: #555c65;
        --ink: #e4e6e9; --dim: #a2a8b0; --faint: #7b828b;
        --accent: #8fb3ff; --accent-soft: #22304d; --bar: #4f6690; --bar-most: #86a5de;
        --bad: #ff8a80; --bad-soft: #42201f; --warn: #ecb35a; --warn-soft: #3a2d16; --warn-bar: #c98a2b;
        --good: #7fcf9f; --good-soft: #1d3428; --shape: #bda7f5; --shape-soft: #2d2744;
      }
    }
    *, *::before, *::after { box-sizing: border-box; }
    [hidden] { display: none !important; }
    html { font: 14px/1.45 var(--sans); color: var(--ink); background: var(--ground); -webkit-text-size-adjust: 100%; }
    body { margin: 0; font-variant-numeric: tabular-nums; }
    h1, h2, p, ul, ol, dl, dd, pre, fieldset, legend { margin: 0; padding: 0; border: 0; }
    ul, ol { list-style: none; }
    h1, h2 { font-size: inherit; font-weight: 600; text-wrap: balance; }
    a { color: var(--accent); text-decoration: none; }
    a:hover { text-decoration: underline; }
    code, pre, kbd { font: 12.5px/1.5 var(--mono); }
    button, select, input { font: inherit; color: inherit; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; border-radius: 3px; }
    main:focus { outline: none; }
    .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .skip { position: absolute; left: -99rem; }
    .skip:focus { left: .5rem; top: .5rem; z-index: 9; padding: .4rem .8rem; background: var(--surface); }
    .facts { display: flex; flex-wrap: wrap; gap: 0 1.25em; color: var(--dim); }
    .bar { display: block; height: 6px; border-radius: 1px; background: var(--bar); width: calc(var(--share, 0) * 100%); }

    /* The run */

    .run { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem 1.5rem; padding: .7rem 1.25rem; background: var(--surface); border-bottom: 1px solid var(--line); }
    .run h1 { font-size: 1.2rem; letter-spacing: -.01em; }
    .run h1 a { color: var(--ink); }
    .run.failed h1 a { color: var(--bad); }
    .run.unchecked h1 a { color: var(--bad); }
    .run.passed h1 a { color: var(--good); }
    .run .error, .run .notes { flex-basis: 100%; }
    .run .error { margin-top: .3rem; padding: .5rem .75rem; border-left: 3px solid var(--bad); background: var(--bad-soft); white-space: pre-wrap; overflow-wrap: anywhere; }
    .notes { color: var(--dim); font-size: .93em; }
    .notes summary { cursor: pointer; width: max-content; }
    .notes li { padding-left: 1em; text-indent: -1em; max-width: 110ch; overflow-wrap: anywhere; }
    .notes li::before { content: "·"; display: inline-block; width: 1em; text-indent: 0; }

    .frame { display: grid; grid-template-columns: minmax(15rem, 21rem) minmax(0, 1fr); align-items: start; }

    """#
}
