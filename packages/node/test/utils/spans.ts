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

// The name of a span's parent, where that is a span of this process.
export const parentOf = (span: Tracer.NativeSpan | undefined): string | undefined => {
  const parent = Option.getOrUndefined(span?.parent ?? Option.none())
  return parent?._tag === "Span" ? parent.name : undefined
}
