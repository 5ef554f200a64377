/**
 * The operations of the SLO report API.
 *
 * @since 0.1.0
 */

/**
 * What a request asks for; `other` is everything that the API doesn't know.
 *
 * @category models
 * @since 0.1.0
 */
export type Operation = keyof typeof routes | "other"

/**
 * The operation that a method and a path ask for; a query is ignored.
 *
 * @category getters
 * @since 0.1.0
 */
export const of = (method: string, path: string): Operation => {
  const request = `${method} ${path.replace(/\?.*$/s, "")}`
  return routes.status.test(request)
    ? "status"
    : routes.download.test(request)
    ? "download"
    : routes.create.test(request)
    ? "create"
    : "other"
}

const routes = {
  create: /^POST \/api\/v2\/slo\/report$/,
  status: /^(GET|HEAD) \/api\/v2\/slo\/report\/[^/]+\/status$/,
  download: /^(GET|HEAD) \/api\/v2\/slo\/report\/[^/]+\/download$/
}
