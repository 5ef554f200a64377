/**
 * What the page may do: its policy names its own style and script by their digests, and forbids the rest.
 *
 * @since 0.1.0
 */

/** @internal */
export const digests = {
  style: "sha256-IDq+WF5YA+X3LPkP9ipQrxI8yAT7dZotZf5DL1VROv8=",
  script: "sha256-GmgxW/GBTZwdd2sXAFuWluNE4I9S08wsT56M1Bu4HYk="
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
