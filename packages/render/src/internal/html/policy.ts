/**
 * What the page may do: its policy names its own style and script by their digests, and forbids the rest.
 *
 * @since 0.1.0
 */

/** @internal */
export const digests = {
  style: "sha256-jeU6hbAUFn2LDVbZJawSQCgfrk8+G0rj6EgNDmr5GBc=",
  script: "sha256-ZZLM5lKa8k2CENVvDKom6zYyjuMy9Nh8uKTktiKL8v8="
}

/** @internal */
export const policy = [
  "default-src 'none'",
  `style-src '${digests.style}'`,
  `script-src '${digests.script}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'"
].join("; ")
