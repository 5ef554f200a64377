import { Effect, Option, Tracer } from "effect"

// Keeps every span of the effects that it traces.
export const collectSpans = () => {
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  return { spans, traced: Effect.withTracer(tracer) }
}

// Collects the spans of a test, its client's own too.
export const withSpans = <A, E, R>(
  test: (spans: ReadonlyArray<Tracer.NativeSpan>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const { spans, traced } = collectSpans()
    return traced(test(spans))
  })

// The names of the spans that a span is linked to.
export const linksOf = (span: Tracer.NativeSpan | undefined): ReadonlyArray<string> =>
  (span?.links ?? []).map(({ span }) => span._tag === "Span" ? span.name : "")

// The name of a span's parent, where that is a span of this process.
export const parentOf = (span: Tracer.NativeSpan | undefined): string | undefined => {
  const parent = Option.getOrUndefined(span?.parent ?? Option.none())
  return parent?._tag === "Span" ? parent.name : undefined
}
