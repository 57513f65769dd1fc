// Colours have a contrast of at least 4.5 to their ground, light and dark.
export const STYLE = `
:host { display: block; font: 1.125rem/1.5 var(--medproof-font, system-ui, sans-serif); color: var(--ink); background: var(--ground);
  --ground: var(--medproof-ground, #fff); --ink: var(--medproof-ink, #16191d); --soft: #4b5560; --line: #b5bdc6; --focus: #0b5fd6;
  --ok: #00602f; --warn: #7a4a00; --bad: #a3121f; --unknown: #3d3f94; --cannot-tell: #4b5560; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :host { --ground: var(--medproof-ground, #14171b); --ink: var(--medproof-ink, #f1f3f5); --soft: #b9c1ca; --line: #4d5761;
  --focus: #8ab8ff; --ok: #6fdc9d; --warn: #ffc35c; --bad: #ff8f8f; --unknown: #b3b5ff; --cannot-tell: #c3cad2; } }
.card { border: 1px solid var(--line); border-inline-start: min(.5rem, 2vw) solid var(--tone); border-radius: .25rem; padding: min(1.25rem, 5vw); overflow-wrap: anywhere; }
.head > div { flex: 1 1 8rem; min-inline-size: 0; } .head { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
svg { flex: none; inline-size: 2.75rem; block-size: 2.75rem; }
.body { fill: var(--tone); } .mark { fill: var(--ground); }
h2, h3 { margin: 0; line-height: 1.25; } h2 { font-size: 1.5rem; color: var(--tone); } h3 { font-size: 1.125rem; margin-block: 1.25rem .25rem; }
p { margin: .5rem 0 0; } ul { margin: .25rem 0 0; padding-inline-start: min(1.25rem, 7vw); } li { margin-block: .5rem; } li p { margin: 0; }
.quiet { color: var(--soft); font-size: 1rem; }
.question { border-block: 1px solid var(--line); margin-block: 1.25rem; padding-block: 1rem; }
dl { margin: .5rem 0 0; } dl div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding-block: .375rem; border-block-start: 1px solid var(--line); }
dt { flex: 1 1 11rem; color: var(--soft); } dd { flex: 99 1 12rem; margin: 0; }
dd:has(svg) { display: flex; gap: .5rem; align-items: baseline; } dd svg { inline-size: 1rem; block-size: 1rem; align-self: center; }
.picture { display: block; inline-size: 100%; max-inline-size: 30rem; block-size: auto; margin-block: .75rem; } .picture:dir(rtl) { transform: scaleX(-1); }
.time { stroke: var(--line); stroke-width: 2; } .dot { fill: var(--tone); stroke: var(--ground); stroke-width: 2; } .events { margin: .25rem 0 0; padding-inline-start: 2.25rem; }
a { color: var(--focus); }
details { margin-block-start: 1rem; } summary { cursor: pointer; font-weight: 600; padding-block: .375rem; }
button, a.button { font: inherit; font-weight: 600; min-block-size: 2.75rem; padding: .375rem min(1rem, 3vw); margin: .75rem .5rem 0 0; border: 2px solid currentColor; border-radius: .25rem;
  background: transparent; color: var(--ink); display: inline-block; text-decoration: none; box-sizing: border-box; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
@media (forced-colors: active) { a { color: LinkText; } .time { stroke: CanvasText; } .dot { fill: CanvasText; stroke: Canvas; } .body { fill: CanvasText; } .mark { fill: Canvas; } .card { border-color: CanvasText; } }
`;
