/**
 * What the page does in a browser: it opens on the last interval, searches, sorts, and draws the cells of many
 * intervals where they are seen. One of those is a stop of the Tab key; arrow keys, Home and End go on from there.
 *
 * It is published and sent as it is, so what it doesn't say itself is said here:
 *
 * - `tools.reset`: a browser keeps what was typed when the page is loaded again.
 * - `reveal`: who follows a link to an SLO sees it, whatever is searched.
 * - `viewOf`: what is right of the columns that stay, of which there is one on a phone.
 * - `fit`: as many whole columns as there is room for; a number of which a part is seen is another number.
 * - `fill`: the cell that has the focus stays, wherever the page is scrolled to.
 *
 * @since 0.1.0
 */

/** @internal */
export const script = `
"use strict"
const find = (selector) => document.querySelector(selector)
const box = find(".scroll")
const body = find(".slos")
const rows = [...body.rows]

const tools = find(".tools")
const [search, missed, sort, shown] = ["#search", "#missed", "#sort", "#shown"].map(find)
const texts = new Map(rows.map((row) => [row, row.cells[0].textContent.toLowerCase()]))
const filter = () => {
  const words = search.value.toLowerCase().split(/\\s+/)
  let count = 0
  for (const row of rows) {
    const isShown = (!missed.checked || "missed" in row.dataset) && words.every((word) => texts.get(row).includes(word))
    row.hidden = !isShown
    if (isShown) count++
  }
  shown.textContent = count === rows.length ? "" : count + " of " + rows.length + " shown"
}
const names = new Intl.Collator("en", { numeric: true })
const nameOf = (row) => row.querySelector(".name").textContent
const numbers = (key, sign) => (a, b) => sign * (a.dataset[key] - b.dataset[key]) || a.dataset.rank - b.dataset.rank
const orders = {
  rank: numbers("rank", 1),
  name: (a, b) => names.compare(nameOf(a), nameOf(b)),
  often: numbers("often", -1),
  change: numbers("change", 1),
  index: numbers("index", 1)
}
const order = () => body.append(...rows.toSorted(orders[sort.value]))
tools.reset()
tools.hidden = false
tools.addEventListener("submit", (event) => event.preventDefault())
search.addEventListener("input", filter)
missed.addEventListener("change", filter)
sort.addEventListener("change", order)

const reveal = () => {
  const row = document.getElementById(location.hash.slice(1))
  if (!row?.hidden) return
  tools.reset()
  filter()
  row.scrollIntoView()
}
addEventListener("hashchange", reveal)

const table = find(".map")
const heads = find(".starts").cells
const gap = () => parseFloat(getComputedStyle(heads[0].parentElement).columnGap)
const viewOf = () => {
  const [name, glance] = [...heads].slice(0, 2).map((head) => head.getBoundingClientRect().right)
  return box.clientWidth - Math.max(name, glance) + box.getBoundingClientRect().left + box.clientLeft
}
const fit = () => {
  table.style.removeProperty("--cell")
  const first = heads[2]
  if (first === undefined || box.scrollWidth <= box.clientWidth) return
  const view = viewOf() - 2
  const count = Math.floor(view / (first.getBoundingClientRect().width + gap()))
  if (count > 0 && count < heads.length - 2) table.style.setProperty("--cell", view / count - gap() + "px")
}

const data = find("#cells")
if (data === null) fit()
else draw(JSON.parse(data.textContent))
addEventListener("resize", fit)
box.scrollLeft = box.scrollWidth

function draw({ kinds, printed, rows: numbers, starts }) {
  const last = starts.length - 1
  document.documentElement.style.setProperty("--n", starts.length)
  for (const head of document.querySelectorAll("th[scope=colgroup]")) head.style.gridColumnEnd = "span " + head.colSpan
  table.classList.add("drawn")
  table.setAttribute("aria-colcount", last + 3)

  let at = { row: rows[0], column: last }
  let isPrinting = false
  let range = { from: 0, to: -1 }
  const seen = new Set()
  const measure = () => ({ width: heads[2].getBoundingClientRect().width + gap(), view: viewOf() })
  const update = () => {
    if (isPrinting) range = { from: last + 1 - printed, to: last }
    else {
      const { view, width } = measure()
      const from = Math.floor(box.scrollLeft / width)
      range = { from: Math.max(0, from - 12), to: Math.min(last, from + Math.ceil(view / width) + 12) }
    }
  }

  const make = (row, column) => {
    const { kind, status } = numbers[row.dataset.rank]
    const [band, note] = kinds[kind[column]]
    const cell = document.createElement("td")
    const text = document.createElement("span")
    cell.className = band
    cell.column = column
    cell.style.setProperty("--c", column + 3)
    cell.setAttribute("aria-colindex", column + 3)
    text.dataset.start = starts[column]
    text.textContent = status[column] === null ? note : status[column] + "%\\n" + note
    cell.append(text)
    return cell
  }
  const isStop = (row, column) => row === at.row && column === at.column
  const fill = (row) => {
    const isWanted = (column) =>
      column >= range.from && column <= range.to || !isPrinting && isStop(row, column)
    for (const cell of [...row.cells].slice(2)) if (!isWanted(cell.column)) cell.remove()
    let next = row.cells[2]
    const put = (column) => {
      while (next !== undefined && next !== null && next.column < column) next = next.nextElementSibling
      if (next?.column === column) return
      const cell = row.insertBefore(make(row, column), next ?? null)
      if (isStop(row, column)) cell.tabIndex = 0
    }
    if (!isPrinting && row === at.row && at.column < range.from) put(at.column)
    for (let column = range.from; column <= range.to; column++) put(column)
    if (!isPrinting && row === at.row && at.column > range.to) put(at.column)
  }
  const fillSeen = () => {
    update()
    for (const row of isPrinting ? rows : seen) fill(row)
  }

  let isAsked = false
  const ask = () => {
    if (isAsked) return
    isAsked = true
    requestAnimationFrame(() => {
      isAsked = false
      fillSeen()
    })
  }
  fit()
  box.scrollLeft = box.scrollWidth
  update()
  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) {
        seen.add(target)
        fill(target)
      } else seen.delete(target)
    }
  }, { root: box, rootMargin: "300px 0px" })
  for (const row of rows) observer.observe(row)
  box.addEventListener("scroll", ask, { passive: true })
  addEventListener("resize", ask)

  const paper = matchMedia("print")
  const print = (isPrint) => {
    isPrinting = isPrint || paper.matches
    if (isPrinting) fillSeen()
    else ask()
  }
  paper.addEventListener("change", ({ matches }) => print(matches))
  addEventListener("beforeprint", () => print(true))
  addEventListener("afterprint", () => print(false))

  const cellAt = () => [...at.row.cells].find((cell) => cell.column === at.column)
  const go = (row, column) => {
    if (row === null || column < 0 || column > last) return
    cellAt()?.removeAttribute("tabindex")
    at = { row, column }
    const { view, width } = measure()
    const left = column * width
    if (left < box.scrollLeft) box.scrollLeft = left
    else if (left + width > box.scrollLeft + view) box.scrollLeft = left + width - view
    row.scrollIntoView({ block: "nearest" })
    update()
    fill(row)
    const cell = cellAt()
    cell.tabIndex = 0
    cell.focus({ preventScroll: true })
  }
  const step = (row, way) => {
    let next = row[way]
    while (next?.hidden) next = next[way]
    return next
  }
  body.addEventListener("click", ({ target }) => {
    const cell = target.closest("td")
    if (cell?.column !== undefined) go(cell.parentElement, cell.column)
  })
  body.addEventListener("keydown", (event) => {
    if (event.target.column === undefined || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
    const { column, row } = at
    const move = {
      ArrowLeft: () => go(row, column - 1),
      ArrowRight: () => go(row, column + 1),
      ArrowUp: () => go(step(row, "previousElementSibling"), column),
      ArrowDown: () => go(step(row, "nextElementSibling"), column),
      Home: () => go(row, 0),
      End: () => go(row, last)
    }[event.key]
    if (move === undefined) return
    event.preventDefault()
    move()
  })
}
`
