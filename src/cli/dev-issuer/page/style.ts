/** How the page looks: light and dark, on a phone and on a wide screen. */
export const style: string = `:root {
  color-scheme: light dark;
  --ground: #f5f6f8;
  --surface: #ffffff;
  --text: #1b2430;
  --quiet: #4d5968;
  --line: #7b8796;
  --faint: #d8dde4;
  --accent: #1a56c4;
  --on-accent: #ffffff;
  --good: #0b6b3a;
  --good-ground: #e3f4ea;
  --bad: #a8201a;
  --bad-ground: #fdeaea;
  --code: #eef1f5;
  font: 1rem/1.5 system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12171f;
    --surface: #1b222d;
    --text: #e8ecf2;
    --quiet: #aab6c6;
    --line: #7f8da0;
    --faint: #333e4d;
    --accent: #8ab4ff;
    --on-accent: #0c1422;
    --good: #79d8a3;
    --good-ground: #14362a;
    --bad: #ff9d97;
    --bad-ground: #40201f;
    --code: #12171f;
  }
}
* { box-sizing: border-box }
[hidden] { display: none !important }
html { background: var(--ground); color: var(--text) }
body { margin: 0 auto; padding: 1rem; max-width: 84rem }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .75rem }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .75rem }
h3 { font-size: 1rem; margin: 1rem 0 .25rem }
p { margin: .5rem 0 }
a { color: var(--accent) }
code, pre { font-family: ui-monospace, monospace; font-size: .9rem }
code { overflow-wrap: anywhere }
pre {
  margin: .25rem 0;
  padding: .6rem .75rem;
  background: var(--code);
  border-radius: .4rem;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
main, .flow { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); align-content: start }
section { background: var(--surface); border: 1px solid var(--faint); border-radius: .6rem; padding: 1rem }
.locked main { max-width: 34rem; margin: 5vh auto; display: block }

/* What can be read before something is done. */
dl { margin: 0 }
dl > div { margin: .35rem 0 }
dt { color: var(--quiet); font-size: .9rem }
dd { margin: 0; overflow-wrap: anywhere }
dd .hint { margin: 0 }
header { margin-bottom: 1rem }
#about { display: flex; flex-wrap: wrap; gap: .15rem 2rem }
#about > div { margin: 0; display: flex; flex-wrap: wrap; gap: 0 .5rem; align-items: baseline }
.note, .hint { color: var(--quiet); font-size: .9rem; margin: .25rem 0 }

/* Forms. */
label, legend { font-weight: 600; font-size: .95rem }
label code { font-weight: 400 }
.field { margin: 0 0 .75rem; min-width: 0; flex: 1 1 12rem }
.field > label { display: block; margin-bottom: .2rem }
.row { display: flex; flex-wrap: wrap; gap: 0 .75rem }
.row > .narrow { flex: 0 1 8rem }
.row.call > .field { flex-basis: 16rem }
.row.call > .field:first-child { flex: 0 1 7rem }
.row.claim { align-items: end; padding: .5rem 0 0; border-top: 1px solid var(--faint) }
.row.claim > .field { flex-basis: 7rem }
.row.claim > .narrow { flex: 0 1 5.5rem }
.row.claim button { margin-bottom: .75rem }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0 }
.choice { display: flex; flex-wrap: wrap; gap: 0 1.25rem; align-items: center; margin-bottom: .75rem }
.choice > span { font-weight: 600; font-size: .95rem }
.choice label, .check { display: inline-flex; gap: .45rem; align-items: center; font-weight: 400; min-height: 2rem }
input, select, textarea, button { font: inherit; color: inherit }
input:not([type=radio], [type=checkbox]), select, textarea {
  display: block;
  width: 100%;
  min-height: 2.6rem;
  padding: .45rem .65rem;
  background: var(--surface);
  border: 1px solid var(--line);
  border-radius: .4rem;
}
textarea, #url { font-family: ui-monospace, monospace; font-size: .9rem }
textarea { resize: vertical; overflow-wrap: anywhere }
input[type=radio], input[type=checkbox] { width: 1.15rem; height: 1.15rem; accent-color: var(--accent); margin: 0 }
::placeholder { color: var(--quiet); opacity: 1 }
button {
  min-height: 2.6rem;
  padding: .4rem .9rem;
  background: var(--surface);
  border: 1px solid var(--line);
  border-radius: .4rem;
  cursor: pointer;
}
button:hover { border-color: var(--accent); color: var(--accent) }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; padding-inline: 1.5rem }
button.main:hover { filter: brightness(1.1) }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; margin: .25rem 0 .5rem }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }

/* What came of it. */
/* An empty one takes no place, and stays where programs that read to people find it. */
.message { padding: .5rem .75rem; border-radius: .4rem; overflow-wrap: anywhere }
.plain { background: var(--code) }
.message:empty { padding: 0; margin: 0 }
.good { color: var(--good); background: var(--good-ground) }
.bad { color: var(--bad); background: var(--bad-ground) }
.badge { display: inline-block; padding: .05rem .5rem; border-radius: 1rem; font-size: .9rem }
.badge:not(.good, .bad) { background: var(--code); color: var(--quiet) }
#answer > dl > div { border-top: 1px solid var(--faint); padding: .35rem 0; margin: 0 }
#answer ul { margin: .25rem 0; padding-left: 1.25rem; overflow-wrap: anywhere }
summary { cursor: pointer; font-weight: 600; padding: .35rem 0 }
.things { list-style: none; margin: 0 0 .75rem; padding: 0 }
.things li { display: flex; flex-wrap: wrap; gap: .35rem .75rem; align-items: center; padding: .4rem 0; border-top: 1px solid var(--faint) }
.things li > :first-child { flex: 1 1 12rem; min-width: 0; overflow-wrap: anywhere }
#log-box { max-height: 22rem; overflow: auto; border-top: 1px solid var(--faint) }
#log { list-style: none; margin: 0; padding: 0 }
#log:empty::before { content: "Nobody has asked yet."; color: var(--quiet); display: block; padding: .5rem 0 }
#log li { display: flex; flex-wrap: wrap; align-items: baseline; gap: .15rem .75rem; padding: .3rem 0; border-bottom: 1px solid var(--faint) }
#log time { color: var(--quiet) }
#log code { flex: 1 1 16rem; min-width: 0 }

.skip { position: absolute; left: -100rem }
.skip:focus { position: static; display: inline-block; margin-bottom: .5rem }
.for-screen-readers { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }

@media (min-width: 60rem) {
  body { padding: 1.5rem }
  main:not(.locked main) {
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    /* What is left of the longer column goes below the shorter one. */
    grid-template-rows: auto auto 1fr auto;
    align-items: start;
  }
  main > * { grid-column: 1 }
  main > .flow { grid-column: 2; grid-row: 1 / span 3 }
  main > .wide { grid-column: 1 / -1 }
}
@media (prefers-reduced-motion: no-preference) {
  button { transition: border-color .15s, color .15s }
}
`
