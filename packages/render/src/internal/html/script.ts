/**
 * What the page of a report does in a browser. One cell is a stop of the Tab key; arrow keys, Home and End go on
 * from there.
 *
 * @since 0.1.0
 */

/** @internal */
export const script = `
const body = document.querySelector(".dense tbody")
document.documentElement.style.setProperty("--intervals", body.rows[0].cells.length - 1)
for (const head of document.querySelectorAll("th[scope=colgroup]")) head.style.gridColumn = "span " + head.colSpan
let current = body.querySelector("td")
current.tabIndex = 0
const go = (cell) => {
  if (cell?.tagName !== "TD") return
  current.removeAttribute("tabindex")
  current = cell
  current.tabIndex = 0
  current.focus()
}
body.addEventListener("click", (event) => go(event.target.closest("td")))
body.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
  const { cellIndex, parentElement: row } = current
  const cell = {
    ArrowLeft: () => current.previousElementSibling,
    ArrowRight: () => current.nextElementSibling,
    ArrowUp: () => row.previousElementSibling?.cells[cellIndex],
    ArrowDown: () => row.nextElementSibling?.cells[cellIndex],
    Home: () => row.cells[1],
    End: () => row.cells[row.cells.length - 1]
  }[event.key]
  if (cell === undefined) return
  event.preventDefault()
  go(cell())
})
`
