/** The report's only style sheet: readable type, light and dark, and paper. No script, nothing from a network. */
export const sheet = `
:root {
  color-scheme: light dark;
  --paper: #fcfcfa; --ink: #1d1f23; --quiet: #5c6370; --line: #dcdde0; --tint: #f1f1ec; --accent: #0b62a8;
  --correct: #0b62a8; --wrong: #c4500a; --truncated: #b98900; --unparseable: #8a4f86; --failed: #6b7078;
  --good: #1c6b3a; --bad: #a3341f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a; --ink: #e6e7e9; --quiet: #a0a7b2; --line: #33373e; --tint: #1d2024; --accent: #6cb2ee;
    --correct: #6cb2ee; --wrong: #f08a4b; --truncated: #e5bf4f; --unparseable: #d29bcd; --failed: #9aa1ab;
    --good: #79cf99; --bad: #f2907c;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 60rem; padding: 2.5rem 1.5rem 5rem; }
h1, h2, h3 { font-family: Charter, "Iowan Old Style", "Source Serif 4", Georgia, "DejaVu Serif", serif; font-weight: 600; line-height: 1.2;
  text-wrap: balance; }
h1 { font-size: 2rem; margin: 0 0 .35rem; overflow-wrap: anywhere; }
h2 { font-size: 1.4rem; margin: 3.2rem 0 .6rem; padding-top: 1.1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
p { max-width: 44rem; margin: .5rem 0; }
a { color: var(--accent); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .4rem .8rem; }
.eyebrow, .note, figcaption, .legend { color: var(--quiet); font-size: .875rem; }
.eyebrow { letter-spacing: .02em; margin: 0 0 .4rem; }
nav ul, .legend, .cards { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: 1rem 0; }
nav { font-size: .9rem; }
.cards { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1px; background: var(--line);
  border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; margin: 1.6rem 0; }
.cards li { background: var(--paper); padding: .85rem 1rem; }
.cards b { display: block; font-size: 1.4rem; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.cards span { color: var(--quiet); font-size: .85rem; }
.badge { display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: .05rem .65rem; font-size: .8rem; font-weight: 600;
  vertical-align: .25em; margin-left: .5rem; font-family: system-ui, sans-serif; }
.good { color: var(--good); } .bad { color: var(--bad); } .quiet { color: var(--quiet); }
figure { margin: 1rem 0; }
.plot { display: block; width: 100%; height: auto; font-size: 11px; font-variant-numeric: tabular-nums; overflow: visible; }
.plot[width='460'] { max-width: 30rem; }
.legend .swatch { display: inline-block; width: .75rem; height: .75rem; border-radius: 2px; margin-right: .4rem; vertical-align: -.05rem; }
.swatch.correct { background: var(--correct); } .swatch.wrong { background: var(--wrong); } .swatch.truncated { background: var(--truncated); }
.swatch.unparseable { background: var(--unparseable); } .swatch.failed { background: var(--failed); }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; min-width: 100%; }
caption { text-align: left; color: var(--quiet); padding: 0 0 .4rem; }
th, td { text-align: right; padding: .4rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
th { font-weight: 600; } thead th { border-bottom-color: var(--quiet); }
th:first-child, td:first-child, .text { text-align: left; } td.text { white-space: normal; overflow-wrap: anywhere; }
small { color: var(--quiet); }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--accent); width: fit-content; }
.experience { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem 1.2rem; margin: 1rem 0; }
.experience > p.text { font-size: 1.08rem; margin: .1rem 0 .5rem; }
.experience dl, .facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; font-size: .9rem; margin: .4rem 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, "SF Mono", "Cascadia Code", "DejaVu Sans Mono", Menlo, monospace; font-size: .84em; }
pre { background: var(--tint); border-radius: .4rem; padding: .8rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 24rem;
  overflow-y: auto; margin: .4rem 0 1rem; }
.mark { font-weight: 600; } .mark.correct { color: var(--correct); } .mark.wrong { color: var(--wrong); }
.mark.truncated { color: var(--truncated); } .mark.unparseable { color: var(--unparseable); } .mark.failed { color: var(--failed); }
blockquote { margin: .6rem 0; padding: .1rem 0 .1rem 1rem; border-left: 3px solid var(--line); white-space: pre-wrap;
  overflow-wrap: anywhere; max-width: 48rem; }
footer { margin-top: 4rem; border-top: 1px solid var(--line); padding-top: 1rem; }
@media (max-width: 44rem) { .cards { grid-template-columns: repeat(2, 1fr); } body { padding: 1.5rem 1rem 3rem; } }
@media print {
  :root { --paper: #fff; --ink: #000; --quiet: #444; --line: #bbb; --tint: #f4f4f4; --accent: #0b62a8; --correct: #0b62a8; --wrong: #c4500a;
    --truncated: #b98900; --unparseable: #8a4f86; --failed: #6b7078; color-scheme: light; }
  html { font-size: 10.5pt; } body { max-width: none; padding: 0; }
  nav, .skip { display: none; } pre { max-height: none; } h2 { break-after: avoid; }
  figure, tr, .cards { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  summary { color: inherit; list-style: none; }
}
`.trim();
