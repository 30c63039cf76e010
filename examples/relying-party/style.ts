/** How the pages look: light and dark, on a phone and on a wide screen. */
export const style: string = `:root {
  color-scheme: light dark;
  --ground: #f4f6f8;
  --surface: #ffffff;
  --text: #1a2431;
  --quiet: #4c5a6b;
  --line: #d5dce4;
  --edge: #758394;
  --accent: #14539a;
  --on-accent: #ffffff;
  --good: #0a6a3c;
  --bad: #a3231c;
  --code: #eef2f6;
  font: 1rem/1.55 system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11161d;
    --surface: #1a212b;
    --text: #e7ecf3;
    --quiet: #a9b6c6;
    --line: #313c4b;
    --edge: #7d8b9d;
    --accent: #8fbcff;
    --on-accent: #0b1420;
    --good: #77d7a2;
    --bad: #ff9b94;
    --code: #11161d;
  }
}
*, ::before, ::after { box-sizing: border-box }
html { background: var(--ground); color: var(--text) }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 46rem }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; margin-bottom: 1.25rem }
header > div { flex: 1 1 14rem }
h1 { font-size: 1.55rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; line-height: 1.35; margin: .1rem 0 .4rem }
p { margin: .4rem 0; overflow-wrap: anywhere }
.quiet { color: var(--quiet) }
code, pre { font-family: ui-monospace, monospace; font-size: .875rem }
code { overflow-wrap: anywhere }
a { color: var(--accent) }

/* The five steps: a list with a line at its side. */
ol { list-style: none; margin: 0; padding: 0; counter-reset: step }
ol > li { position: relative; counter-increment: step; padding: 0 0 1.25rem 3rem }
ol > li::before {
  content: counter(step);
  position: absolute; left: 0; top: 0;
  width: 2rem; height: 2rem; border-radius: 50%;
  display: grid; place-items: center;
  font-weight: 700; font-size: .95rem;
  border: 2px solid var(--edge); background: var(--ground); color: var(--quiet);
}
ol > li::after {
  content: ''; position: absolute; left: calc(1rem - 1px); top: 2rem; bottom: 0;
  width: 2px; background: var(--line);
}
ol > li:last-child::after { display: none }
ol > li.done::before { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
ol > li > h2 { padding-top: .25rem }
li.later > h2 { color: var(--quiet); font-weight: 600 }

.card { background: var(--surface); border: 1px solid var(--line); border-radius: .6rem; padding: .9rem 1rem; margin: .6rem 0 }
.card > :first-child { margin-top: 0 }
.card > :last-child { margin-bottom: 0 }
main.narrow { max-width: 27rem; margin: 6vh auto; padding: 1.4rem 1.4rem 1.6rem }

/* A request to the API and its answer. */
.call { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .1rem 1rem; font-weight: 600 }
.good { color: var(--good) }
.bad { color: var(--bad) }
pre { margin: .5rem 0 0; padding: .6rem .75rem; background: var(--code); border-radius: .4rem; white-space: pre-wrap; overflow-wrap: anywhere }
ul { margin: .5rem 0 0; padding-left: 1.2rem; list-style: disc }

dl { margin: 0; display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: .3rem 1rem }
dt { color: var(--quiet) }
dd { margin: 0; overflow-wrap: anywhere }
@media (max-width: 30rem) {
  header > div { flex-basis: 100% }
  ol > li { padding-left: 2.6rem }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0 }
  dd + dt { margin-top: .45rem }
}

/* What can be done. */
.button, button {
  display: inline-block; font: inherit; font-weight: 600; text-decoration: none; cursor: pointer;
  padding: .5rem 1.1rem; border-radius: .45rem; border: 1px solid var(--accent);
  background: var(--accent); color: var(--on-accent);
}
button.second { background: transparent; color: var(--text); border-color: var(--edge) }
.button:hover, button:hover { text-decoration: underline }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
form { margin: 0 }
label { display: block; font-weight: 600; margin: .8rem 0 .2rem }
input { width: 100%; font: inherit; padding: .5rem .65rem; border: 1px solid var(--edge); border-radius: .45rem; background: var(--ground); color: var(--text) }
.row { display: flex; flex-wrap: wrap; gap: .6rem; margin-top: 1.1rem }
`
