import { type PeerName, peerNames } from './peer.ts'
import { ratioTo, type Sample, yardstick } from './report.ts'
import { works } from './works.ts'

const shown = ['small', 'medium', 'not-modified', 'large', 'large-https']
const width = 760
const [nameWidth, barWidth, barHeight, gap] = [130, 500, 14, 6]

/** Draws bars of CPU time for each work, in multiples of nginx's. They are legible on light and dark backgrounds. */
export function drawChart(samples: readonly Sample[]): string {
  const parts: string[] = []
  let y = 26
  const text = (x: number, content: string, extra = '') =>
    parts.push(`<text x="${x}" y="${y}" ${extra}>${content}</text>`)
  text(0, `CPU time of the proxy, in multiples of ${yardstick} (shorter is better)`, 'class="title"')
  if (samples.some(({ peer }) => peer === 'versitygw')) {
    y += 20
    text(0, 'versitygw is no proxy: it is what the origin itself costs when it is a real S3 server')
  }
  for (const work of works.filter(({ name }) => shown.includes(name))) {
    const bars = peerNames
      .map((peer) => ({ peer, ratio: ratioTo(samples, work.name, peer, yardstick) }))
      .filter(({ ratio }) => Number.isFinite(ratio))
    const longest = Math.max(...bars.map(({ ratio }) => ratio))
    y += 32
    text(0, work.title, 'class="work"')
    y += 8
    for (const { peer, ratio } of bars) {
      const length = Math.max(2, (ratio / longest) * barWidth)
      y += barHeight
      text(nameWidth - 8, peer, 'text-anchor="end"')
      parts.push(
        `<rect x="${nameWidth}" y="${y - barHeight + 3}" width="${length.toFixed(1)}" height="${barHeight}" class="${classOf(peer)}"/>`,
      )
      text(nameWidth + length + 8, `${ratio.toFixed(2)} x`)
      y += gap
    }
  }
  const style =
    'text{font:12px system-ui,sans-serif;fill:#59636e}.title{font-size:15px;font-weight:600}.work{font-weight:600}' +
    '.own{fill:#1f77d0}.other{fill:#8b949e}.origin{fill:#8b949e;opacity:.5}@media(prefers-color-scheme:dark){text{fill:#adb5bd}.own{fill:#4a9eff}}'
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 14}" width="${width}" role="img" aria-label="CPU time of s3proxy and its peers">`,
    `<style>${style}</style>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

function classOf(peer: PeerName): string {
  if (peer === 's3proxy') return 'own'
  return peer === 'versitygw' ? 'origin' : 'other'
}
