// Judges of a page's look, read by tests/look.py.
function seen(e) {
  if (!e.offsetParent && getComputedStyle(e).position !== 'fixed') return false
  const r = e.getBoundingClientRect()
  const s = getComputedStyle(e)
  return r.width > 1 && r.height > 1 && s.visibility !== 'hidden' && s.opacity !== '0' && !e.closest('.skip, .skip-to-content-link, .visually-hidden')
}
function name(e) {
  const marks = [e.id && `#${e.id}`, ...[...e.classList].map(c => `.${c}`), e.getAttribute('name') && `[${e.getAttribute('name')}]`, e.type && `(${e.type})`]
  const within = e.closest('[id]:not(main):not(#main)')
  const text = (e.matches('select') ? '' : e.textContent || e.value || '').replace(/\s+/g, ' ').trim().slice(0, 24)
  return `${within && within !== e ? `#${within.id} ` : ''}${e.tagName.toLowerCase()}${marks.filter(Boolean).join('')} ${text}`.trim()
}
// Width and height of what a finger may hit: a box in a label is hit by its label.
function target(e) {
  const label = e.matches('input') && (e.closest('label') || (e.id && document.querySelector(`label[for="${CSS.escape(e.id)}"]`)))
  const boxes = [e, ...(label ? [label] : [])].map(x => x.getBoundingClientRect())
  // A tick box of the desk keeps its size and has a thumb's room around it.
  const style = getComputedStyle(e)
  const room = e.matches('[type=checkbox], [type=radio]') ? side => parseFloat(style[`margin${side}`]) : () => 0
  const width = Math.max(...boxes.map(b => b.width)), height = Math.max(...boxes.map(b => b.height))
  return { width: width + room('Left') + room('Right'), height: height + room('Top') + room('Bottom') }
}
// A link in a line of text is as high as its line.
function inText(e) {
  if (!e.matches('a') || getComputedStyle(e).display !== 'inline') return false
  const around = e.closest('p, li, dd, td, .second, .notice, .help, .messages')
  return Boolean(around) && around.textContent.trim().length > e.textContent.trim().length + 4
}
// The sizes of looks/: on a phone text has 16; heads of a section 15, second lines, terms and heads of rows 14, marks, heads of
// columns, navigation and small lines 13.
// At the desk text has 14, what is small 13. Whatever is none of these by its class or its element is text.
const SMALLER = [
  [13, '.tag, .state, .small-line, .aside, .actions, .action-counter, thead th, .board-heads, .figures .second, .tally, .count-dot, .legend, .under, .hash, code, kbd, small, nav, .tabs, header, #header, .breadcrumbs, .paginator, .demo-mark, .demo-tag, .drawn'],
  [14, '.second, .context, .help, .last-answer, .quiet, .error, .errorlist, .lang-row, dt, th'],
  [15, 'h2, h3, legend, .label, .card-name']
]
// A table of counts side by side on a phone keeps the desk's size: its figures are compared, not read.
const COUNTS = '.board-row, .board-person, .figures, .import-rows, .stretch, .block, .keyed'
function leastOf(e, phone) {
  const named = SMALLER.filter(([, roles]) => e.closest(roles)).map(([size]) => size)
  const text = phone && !e.closest(COUNTS) ? 16 : 14
  return Math.min(text, ...named)
}
function rectsOf(item) {
  const rects = [], walker = document.createTreeWalker(item, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.textContent.trim() || !seen(node.parentElement)) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    rects.push(...[...range.getClientRects()].filter(r => r.width > 1))
  }
  return rects
}
// Texts that stand beside each other in one row without so much as a blank, and without an edge between them.
function touching() {
  const found = []
  for (const row of [...document.querySelectorAll('main *, #content *')].filter(e => /flex|grid/.test(getComputedStyle(e).display) && seen(e))) {
    const items = [...row.children].filter(seen)
    items.slice(1).forEach((right, n) => {
      const left = items[n]
      const edged = [left, right].some(e => parseFloat(getComputedStyle(e).borderLeftWidth) + parseFloat(getComputedStyle(e).borderRightWidth) > 0 || getComputedStyle(e).backgroundColor !== 'rgba(0, 0, 0, 0)')
      if (edged) return
      const near = rectsOf(left).some(a => rectsOf(right).some(b => {
        const shared = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
        const gap = b.left - a.right
        return shared > Math.min(a.height, b.height) / 2 && gap < 3 && gap > -3
      }))
      if (near) found.push(`touching: ${name(left)} | ${name(right)}`)
    })
  }
  return found
}
function shape(phone) {
  const found = []
  const wide = document.documentElement.scrollWidth - innerWidth
  if (wide > 0) found.push(`scrolls sideways by ${wide}`)
  const controls = [...document.querySelectorAll('a[href], button, summary, select, textarea, label.choice, input:not([type=hidden])')].filter(seen)
  // A box that is drawn by its label alone is hit there.
  const drawn = [...document.querySelectorAll('label')].filter(e => e.control && e.control.matches('[type=radio], [type=checkbox]') && !seen(e.control) && seen(e))
  for (const e of phone ? new Set([...controls, ...drawn]) : []) {
    if (inText(e) || e.disabled) continue
    const t = target(e)
    if (t.height < 43.5 || t.width < 43.5) found.push(`small target ${Math.round(t.width)}x${Math.round(t.height)}: ${name(e)}`)
    if (e.matches('input:not([type=checkbox]):not([type=radio]):not([type=file]):not([type=submit]):not([type=button]), select, textarea') && parseFloat(getComputedStyle(e).fontSize) < 16) found.push(`small text in ${name(e)}`)
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement
    if (!node.textContent.trim() || !seen(e) || e.closest('svg, script, style, option')) continue
    const size = parseFloat(getComputedStyle(e).fontSize)
    const least = leastOf(e, phone)
    if (size < least) found.push(`text of ${size}px, less than ${least}: ${name(e)}`)
  }
  return [...new Set([...found, ...(phone ? touching() : [])])]
}
function words() {
  const texts = new Set([document.title.split(' · ')[0].trim()])
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement
    if (e.closest('script, style, [lang]:not(html), textarea')) continue
    texts.add(node.textContent.replace(/\s+/g, ' ').trim())
  }
  for (const attribute of ['title', 'alt', 'placeholder', 'aria-label', 'value', 'data-label']) {
    for (const e of document.querySelectorAll(`[${attribute}]`)) {
      if (attribute === 'value' && !e.matches('[type=submit], [type=button], [type=reset]')) continue
      if (!e.closest('[lang]:not(html)')) texts.add(e.getAttribute(attribute).replace(/\s+/g, ' ').trim())
    }
  }
  texts.delete('')
  const heads = selector => [...document.querySelectorAll(selector)].filter(e => e.textContent.trim()).map(e => e.textContent.replace(/\s+/g, ' ').trim())
  return { h1: heads('h1'), h2: heads('h2, h3, legend, caption'), texts: [...texts] }
}
