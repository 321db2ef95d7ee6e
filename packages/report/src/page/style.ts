/** The page's look: light, dark and print, from one set of variables that the figures share. */

const LIGHT = `
  --paper: #ffffff; --ink: #1b1b1a; --muted: #5d5d5c; --grid: #e2e2e1; --card: #f6f6f4; --link: #0b5cad;
  --hue-1: #0072b2; --hue-2: #d55e00; --hue-3: #009e73; --hue-4: #cc79a7; --hue-5: #e69f00; --hue-6: #56b4e9; --hue-7: #7a1fd0;
`;
const DARK = `
  --paper: #17181a; --ink: #ececea; --muted: #a6a7a5; --grid: #35373a; --card: #202225; --link: #7db7f0;
  --hue-1: #3f9fd8; --hue-2: #ee7c26; --hue-3: #1fbd91; --hue-4: #d98fb8; --hue-5: #e9ab1f; --hue-6: #6cc0ef; --hue-7: #9a5cff;
`;

export const STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
@media print { :root { color-scheme: light; ${LIGHT} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 2.2rem 1.2rem 4rem; max-width: 66rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 Helvetica, Arial, Arimo, "Liberation Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
p, ul { max-width: 46rem; margin: .5rem 0; }
ul { padding-left: 1.2rem; }
a { color: var(--link); }
.sub, figcaption, .note, caption { color: var(--muted); font-size: .875rem; }
.question { font-size: 1.15rem; margin: .8rem 0; }
.answer { background: var(--card); border-left: 4px solid var(--hue-1); padding: .7rem 1rem; margin: 1.2rem 0; max-width: 50rem; }
.answer p { margin: .2rem 0; }
nav { font-size: .9rem; margin: 1rem 0 0; }
nav a { margin-right: .9rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; margin: .6rem 0; }
caption { text-align: left; padding-bottom: .3rem; }
caption span { display: inline-block; max-width: min(50rem, 100vw - 2.4rem); }
th, td { padding: .22rem .7rem .22rem 0; text-align: right; white-space: nowrap; vertical-align: top; }
th { white-space: normal; }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
td.wrap { white-space: normal; min-width: 14rem; text-align: left; }
thead th { border-bottom: 1.5px solid var(--ink); font-weight: 600; vertical-align: bottom; }
tbody tr { border-bottom: 1px solid var(--grid); }
tr.primary td:first-child { font-weight: 700; }
code { font: .82em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
p code { overflow-wrap: anywhere; }
figure { margin: 1rem 0 0; }
figure svg { display: block; max-width: 100%; height: auto; }
@media (max-width: 45rem) { figure svg { max-width: none; } th:first-child, td:first-child { position: sticky; left: 0; background: var(--paper); } }
figcaption { max-width: 50rem; margin-top: .5rem; }
.omitted { color: var(--muted); border: 1px dashed var(--grid); padding: .5rem .8rem; max-width: 50rem; font-size: .9rem; }
td .sub { font-size: .9em; }
.swatch { display: inline-block; width: .7em; height: .7em; margin-right: .45em; border-radius: 2px; }
@media print {
  html { font-size: 9.5pt; }
  body { padding: 0; max-width: none; font-size: 1rem; }
  nav { display: none; }
  figure, table, .answer { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; }
  figure svg { max-width: 100%; }
  table { font-size: 7.5pt; }
  th, td { padding-right: .45rem; }
  a { color: inherit; text-decoration: none; }
  @page { margin: 16mm 14mm; }
}
`;
