/**
 * Draws docs/outages.svg: what becomes of loaded keys while the issuer answers, and while it does
 * not. The times are the defaults of the options.
 */

const width = 820
const left = 150
const rowHeight = 74
const barHeight = 34

interface Span {
  readonly from: number
  readonly to: number
  readonly kind: 'good' | 'busy' | 'old' | 'bad'
  readonly text: string
}

interface Row {
  readonly title: string
  readonly spans: readonly Span[]
}

/** Where a span begins and ends, from 0 to 1: no true scale, because a day is 144 times ten minutes. */
const rows: readonly Row[] = [
  {
    title: 'issuer answers',
    spans: [
      { from: 0, to: 0.34, kind: 'good', text: 'keys serve' },
      { from: 0.34, to: 0.48, kind: 'busy', text: 'refresh' },
      { from: 0.48, to: 1, kind: 'good', text: 'new keys serve, and so on' },
    ],
  },
  {
    title: 'issuer is down',
    spans: [
      { from: 0, to: 0.34, kind: 'good', text: 'keys serve' },
      { from: 0.34, to: 0.48, kind: 'busy', text: 'attempts' },
      { from: 0.48, to: 0.82, kind: 'old', text: 'old keys serve; back-off' },
      { from: 0.82, to: 1, kind: 'bad', text: '503' },
    ],
  },
  {
    title: 'never had keys',
    spans: [
      { from: 0, to: 0.06, kind: 'busy', text: '' },
      { from: 0.06, to: 1, kind: 'bad', text: '503 at once, until an attempt succeeds' },
    ],
  },
]

const times = [
  { at: 0, text: 'keys loaded' },
  { at: 0.34, text: '80 %' },
  { at: 0.48, text: 'maxAge: 10 min' },
  { at: 0.82, text: '+ 24 h (staleIfError)' },
]

export function outagePicture(): string {
  const height = 30 + rows.length * rowHeight
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t d">`,
    '<title id="t">What becomes of the keys of an issuer</title>',
    '<desc id="d">While the issuer answers, keys are refreshed at 80 percent of maxAge. While it is down, old keys serve for staleIfError after maxAge, and then requests are answered 503. Without any keys they are answered 503 at once.</desc>',
    `<style>${style}</style>`,
    ...times.map(({ at, text }) => timeMark(at, text, height)),
    ...rows.flatMap((row, index) => drawRow(row, 40 + index * rowHeight)),
    '</svg>',
    '',
  ].join('\n')
}

const style = [
  'text{font:14px system-ui,sans-serif;fill:#1f2328}',
  '.small{font-size:12px;fill:#59636e}',
  '.on{fill:#fff}',
  '.good{fill:#1a7f37}.busy{fill:#0969da}.old{fill:#9a6700}.bad{fill:#cf222e}',
  'line{stroke:#d1d9e0;stroke-dasharray:3 4}',
  '@media (prefers-color-scheme:dark){text{fill:#f0f6fc}.small{fill:#9198a1}.on{fill:#fff}line{stroke:#3d444d}}',
].join('')

function x(at: number): number {
  return Math.round(left + at * (width - left - 12))
}

function timeMark(at: number, text: string, height: number): string {
  return `<line x1="${x(at)}" y1="26" x2="${x(at)}" y2="${height - 12}"/><text class="small" x="${x(at)}" y="18">${text}</text>`
}

function drawRow({ title, spans }: Row, y: number): string[] {
  return [
    `<text x="8" y="${y + 22}">${title}</text>`,
    ...spans.map(({ from, to, kind, text }) => {
      const box = `<rect class="${kind}" x="${x(from)}" y="${y}" width="${x(to) - x(from) - 2}" height="${barHeight}" rx="4"/>`
      return text === ''
        ? box
        : `${box}<text class="on" x="${x(from) + 8}" y="${y + 22}">${text}</text>`
    }),
  ]
}
