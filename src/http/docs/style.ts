/** How the page about the contract looks: by day and by night, wide and narrow, without a foreign font or file. */
export const DOCS_STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#ffffff, #14171c);
  --raised: light-dark(#f5f7f9, #1c2128);
  --line: light-dark(#dde2e8, #323943);
  --text: light-dark(#1a2027, #e3e8ee);
  --faint: light-dark(#56616e, #9aa6b4);
  --accent: light-dark(#1a66b8, #7db8f5);
  --get: light-dark(#1b6e45, #7fd1a5);
  --put: light-dark(#7a5200, #e6bd6a);
  --post: light-dark(#1a5aa8, #86baf3);
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace;
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  display: grid; grid-template-columns: 19rem minmax(0, 1fr);
}
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code, pre { font-family: var(--mono); font-size: .87em; }
code { overflow-wrap: anywhere; }
:not(pre) > code { background: var(--raised); border-radius: 3px; padding: .1em .3em; }
nav {
  position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1.25rem;
  border-right: 1px solid var(--line); background: var(--raised); font-size: .87rem;
}
nav h2 { font-size: .87rem; margin: 1.2rem 0 .25rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: block; padding: .15rem 0; text-decoration: none; color: var(--text); }
nav li a:hover { text-decoration: underline; }
main { padding: 2rem clamp(1rem, 4vw, 3.5rem) 6rem; max-width: 62rem; }
h1 { margin: 0 0 1rem; font-size: 1.9rem; line-height: 1.2; }
main > section > h2 { margin: 3.5rem 0 .25rem; font-size: 1.45rem; }
main > section > p { color: var(--faint); margin-top: 0; }
article { border-top: 1px solid var(--line); padding: 1.4rem 0 1rem; margin-top: 1rem; }
article h3 { margin: 0 0 .3rem; font-size: 1.1rem; }
h4 { margin: 1.1rem 0 .35rem; font-size: .92rem; }
.path { font-family: var(--mono); font-size: .92rem; margin: 0 0 .6rem; overflow-wrap: anywhere; }
.method { font-weight: 700; margin-right: .5rem; text-transform: uppercase; }
.method.get { color: var(--get); } .method.put { color: var(--put); } .method.post { color: var(--post); }
.faint { color: var(--faint); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; } td:first-child { white-space: nowrap; }
pre {
  background: var(--raised); border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0;
  padding: .8rem 1rem; overflow-x: auto; max-height: 24rem;
}
.schema { list-style: none; margin: .2rem 0; padding-left: 1rem; border-left: 2px solid var(--line); }
.schema li { padding: .2rem 0; overflow-wrap: anywhere; }
details > summary { cursor: pointer; }
.skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: 1rem; z-index: 1; background: var(--ground); padding: .5rem; }
@media (max-width: 56rem) {
  body { grid-template-columns: minmax(0, 1fr); }
  nav { position: static; height: auto; max-height: 45vh; border-right: 0; border-bottom: 1px solid var(--line); }
  nav li a { padding: .3rem 0; }
}
@media print { nav { display: none; } body { display: block; } }
`;
