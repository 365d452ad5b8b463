// Runs in the console's page before its own code: when did an alert come, and when was it painted?
//
// Painted: an animation frame was due after the row had come into the document, and that frame's
// work (style, layout, paint) is over, which a message posted from inside it waits for.
(() => {
  const waiting = new Map()

  window.probeAlert = async (line) => {
    const seen = new Promise((resolve) => waiting.set(line.product_id, { resolve }))
    const start = performance.now()
    const answer = await fetch('/api/logs/ingest', { method: 'POST', body: JSON.stringify(line) })
    if (answer.status !== 202) throw new Error(`${answer.status}: ${await answer.text()}`)
    const { frame, inserted, painted } = await seen
    return { frame: frame - start, inserted: inserted - start, painted: painted - start }
  }

  const isHere = (id) => document.querySelector(`[data-alert="${id}"]`) !== null

  const afterPaint = (told) =>
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = () => told(performance.now())
      channel.port2.postMessage(null)
    })

  const looking = new MutationObserver(() => {
    for (const [productId, probe] of waiting) {
      if (probe.id === undefined || !isHere(probe.id)) continue
      waiting.delete(productId)
      const inserted = performance.now()
      afterPaint((painted) => probe.resolve({ frame: probe.frame, inserted, painted }))
    }
  })

  const hear = (message) => {
    const now = performance.now()
    for (const event of JSON.parse(message.data).events ?? []) {
      const probe = waiting.get(event.data.group.product_id)
      if (probe === undefined || event.type !== 'alert:created') continue
      probe.frame = now
      probe.id = event.data.id
    }
  }

  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given)
      this.addEventListener('message', hear)
    }
  }

  document.addEventListener('DOMContentLoaded', () =>
    looking.observe(document.body, { childList: true, subtree: true, attributes: true }),
  )
})()
