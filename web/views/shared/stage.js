/** An asset at large: films and sound play, animations move, pictures are zoomed, texts are read. */

import { call, wordsOf } from "../../api.js";
import { isUnsettled } from "../../data/following.js";
import { mannerOf, signedUrl } from "../../data/media.js";
import { stage as t } from "../../texts.js";
import { html, useEffect, useLayoutEffect, useRef, useSignal } from "../../vendor/preact.js";
import { Icon } from "./icons.js";
import { Pages } from "./pages.js";
import { Table } from "./table.js";
import { Thumbnail } from "./thumbnail.js";
import { Zoom } from "./zoom.js";

/** @typedef {import("../../types.js").Asset} Asset */
/** @typedef {{ asset: Asset, version?: number }} Shown `version`: another one than is usual. */

/** @param {Shown} props */
export function Stage({ asset, version }) {
  return html`<div class=${`stage ${isUnsettled(asset) ? "working" : ""}`}>
    <${Showing} asset=${asset} version=${version} />
  </div>`;
}

/** @param {Shown} props */
function Showing({ asset, version }) {
  switch (mannerOf(asset)) {
    case "video":
    case "audio":
      return html`<${Player} asset=${asset} version=${version} />`;
    case "animation":
      return html`<${Animation} asset=${asset} version=${version} />`;
    case "picture":
      return html`<${Picture} asset=${asset} version=${version} />`;
    case "pages":
      return html`<${Pages} asset=${asset} />`;
    case "text":
      return version
        ? html`<${Thumbnail} asset=${asset} size="large" />`
        : html`<${Text} asset=${asset} />`;
    default:
      return html`<${Thumbnail} asset=${asset} size="large" />`;
  }
}

/** @param {Shown} props */
function Player({ asset, version }) {
  const { url, problem, fetch } = useSigned(asset, { version });
  const poster = asset.thumbnails?.large?.url;
  const media = useRef(/** @type {HTMLElement | null} */ (null));
  const plays = url.value !== "";
  // The button that was pressed is gone: its keys are the player's now.
  useLayoutEffect(() => media.current?.focus(), [plays]);
  if (url.value && asset.kind === "video") {
    return html`<video
      ref=${media}
      class="playing"
      src=${url}
      poster=${poster}
      controls
      autoplay
      playsinline
      aria-label=${asset.title}
      onError=${fetch}
    ></video>`;
  }
  return html`<${Thumbnail} asset=${asset} size="large" />
    ${url.value
      ? html`<audio
          ref=${media}
          class="sounding"
          src=${url}
          controls
          autoplay
          aria-label=${asset.title}
          onError=${fetch}
        ></audio>`
      : html`<${Over} icon="play" words=${t.play} act=${fetch} problem=${problem.value} />`}`;
}

/** @param {Shown} props */
function Animation({ asset, version }) {
  const { url, problem, fetch } = useSigned(asset, { version });
  useEffect(() => {
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) fetch();
  }, []);
  if (url.value) {
    return html`<img class="picture moving" src=${url} alt="" onError=${fetch} />`;
  }
  return html`<${Thumbnail} asset=${asset} size="large" />
    <${Over} icon="play" words=${t.move} act=${fetch} problem=${problem.value} />`;
}

/** @param {Shown} props */
function Picture({ asset, version }) {
  const { url, problem, fetch } = useSigned(asset, { version });
  const left = useRef(false);
  if (url.value) return html`<${Zoom} url=${url.value} title=${asset.title} leave=${leave} />`;
  return html`<${Thumbnail} asset=${asset} size="large" />
    <${Over} icon="zoom" words=${t.zoom} act=${fetch} problem=${problem.value} aside
      focused=${left.current} />`;

  function leave() {
    left.current = true;
    url.value = "";
  }
}

/** @param {{ asset: Asset }} props */
function Text({ asset }) {
  const text = useSignal("");
  useEffect(() => {
    const query = { text: "true" };
    call("GET", `metadata/${asset.id}/`, { query }).then(
      (found) => (text.value = found.text ?? ""),
      () => {}, // the thumbnail stays
    );
  }, [asset.sha256]);
  if (!text.value) return html`<${Thumbnail} asset=${asset} size="large" />`;
  if (asset.content_type === "text/csv") return html`<${Table} text=${text.value} />`;
  return html`<pre class="reading" tabindex="0" dir="auto" aria-label=${t.text}>${text}</pre>`;
}

/**
 * @param {{ icon: string, words: string, act: () => void, problem: string, aside?: boolean,
 *   focused?: boolean }} props `aside`: in a corner, where it hides nothing; `focused`: whether the
 *   keyboard goes on here, since what had it is gone.
 */
function Over({ icon, words, act, problem, aside = false, focused = false }) {
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  useLayoutEffect(() => {
    if (focused) button.current?.focus();
  }, []);
  return html`<div class=${`stage-over ${aside ? "aside" : ""}`}>
    <button class="button" ref=${button} onClick=${act}><${Icon} name=${icon} />${words}</button>
    ${problem && html`<p class="reason" role="alert">${problem}</p>`}
  </div>`;
}

/**
 * A signed address, fetched when it is asked for; anew when the old one is over.
 * @param {Asset} asset
 * @param {{ version?: number }} which
 */
function useSigned(asset, which) {
  const url = useSignal("");
  const problem = useSignal("");
  const fetched = useSignal(0);
  return { url, problem, fetch };

  async function fetch() {
    // A medium that fails at once is not worth a second address.
    if (Date.now() - fetched.value < 10_000 && url.value) return;
    fetched.value = Date.now();
    problem.value = "";
    try {
      url.value = await signedUrl(asset, which);
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}
