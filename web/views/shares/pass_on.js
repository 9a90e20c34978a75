/** A link that was just made: everything by which it is passed on. */

import { shares as t } from "../../texts.js";
import { html, useLayoutEffect, useRef } from "../../vendor/preact.js";
import { Copy } from "./copy.js";

/**
 * @param {{ made: import("../../types.js").ShareMade, password: string, words?: string,
 *   close: () => void }} props
 */
export function PassOn({ made, password, words = t.made, close }) {
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => heading.current?.focus(), []);
  const social = Object.entries(made.social_links);
  return html`<section class="panel pass-on" aria-label=${t.passOn}>
    <h4 ref=${heading} tabindex="-1">${words}</h4>
    <${Text} name=${t.short} text=${made.short_url} />
    <${Text} name=${t.address} text=${made.share_link.url} />
    ${password && html`<${Text} name=${t.password} text=${password} hint=${t.passwordOnce} />`}
    <img class="qr" src=${made.qr_code} alt=${t.qr} width="160" height="160" />
    ${social.length > 0 &&
    html`<ul class="social">
      ${social.map(
        ([network, address]) =>
          html`<li key=${network}>
            <a href=${address} target="_blank" rel="noopener noreferrer">${t.networks[network] ?? network}</a>
          </li>`,
      )}
    </ul>`}
    <details class="fold">
      <summary>${t.embed}</summary>
      <${Text} name=${t.embed} text=${made.embed_code} />
    </details>
    <button class="button small" onClick=${close}>${t.close}</button>
  </section>`;
}

/** @param {{ name: string, text: string, hint?: string }} props */
function Text({ name, text, hint }) {
  return html`<div class="passed">
    <span class="hint">${name}</span>
    <code>${text}</code>
    <${Copy} text=${text} of=${name} />
    ${hint && html`<span class="hint">${hint}</span>`}
  </div>`;
}
