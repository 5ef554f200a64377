/**
 * A page of the SLOs that Datadog's search found.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import { defined } from "./internal/defined.ts"
import * as Json from "./internal/json.ts"
import * as Slo from "./Slo.ts"

/**
 * A page of SLOs, and where it is in the whole.
 *
 * **Details**
 *
 * - `slos`: in Datadog's order; an SLO may be on two pages, since what is searched changes meanwhile
 * - `total`: how many SLOs were found
 * - `size`: how many SLOs a page has
 * - `position`, `last`: this page's number and the last one's, from 0; where Datadog pages by offset, the
 *   offsets
 *
 * All but `slos` are absent where Datadog doesn't say.
 *
 * @category models
 * @since 0.1.0
 */
export class SloSearchPage extends Schema.Class<SloSearchPage>("@effect-datadog/slo-report/SloSearchPage")({
  slos: Schema.Array(Slo.Slo),
  total: Schema.optionalKey(Schema.Natural),
  size: Schema.optionalKey(Schema.Natural),
  position: Schema.optionalKey(Schema.Natural),
  last: Schema.optionalKey(Schema.Natural)
}) {}

/**
 * Whether no page follows.
 *
 * **Details**
 *
 * It is so for the last page by Datadog's own count, for one without SLOs, and, where Datadog doesn't
 * count, for one that is shorter than asked. Datadog's links and its `next_number` name a next page for ever.
 *
 * **Example** (A page that is not full)
 *
 * ```ts
 * import { SloSearch } from "@effect-datadog/slo-report"
 *
 * SloSearch.isLast(new SloSearch.SloSearchPage({ slos: [], size: 10, position: 1, last: 5 }), 10) // => true
 * ```
 *
 * @param size how many SLOs were asked for
 * @category predicates
 * @since 0.1.0
 */
export const isLast = ({ last, position, size, slos }: SloSearchPage, asked: number): boolean =>
  slos.length === 0 ||
  (position === undefined || last === undefined ? slos.length < (size ?? asked) : position >= last)

/**
 * The body of a search's answer, decoded to a {@link SloSearchPage}.
 *
 * **Details**
 *
 * Only an SLO's id is required. The answer is only read: encoding it fails.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SloSearchResponse = Schema.Struct({
  data: Schema.Struct({
    attributes: Schema.Struct({
      slos: Schema.Array(Schema.Struct({
        data: Schema.Struct({ id: Slo.SloId, attributes: Schema.optionalKey(Schema.Unknown) })
      }))
    })
  }),
  meta: Schema.optionalKey(Schema.Unknown)
}).pipe(
  Schema.decodeTo(Schema.toType(SloSearchPage), {
    decode: SchemaGetter.transform(({ data, meta }) => {
      const pagination = Json.member(meta, "pagination")
      const count = (name: string): number | undefined => natural(Json.member(pagination, name))
      return new SloSearchPage({
        slos: data.attributes.slos.map(({ data }) => Slo.fromAttributes(data.id, data.attributes)),
        ...defined({
          total: count("total"),
          size: count("size") ?? count("limit"),
          position: count("number") ?? count("offset"),
          last: count("last_number") ?? count("last_offset")
        })
      })
    }),
    encode: SchemaGetter.forbiddenEncoding
  })
)

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const natural = (value: unknown): number | undefined => isNatural(value) ? value : undefined

const isNatural = Schema.is(Schema.Natural)
