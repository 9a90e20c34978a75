/** What members say of an asset: read, written, answered, resolved. */

import { wordsOf } from "../../api.js";
import {
  addComment,
  countUnread,
  deleteComment,
  loadComments,
  markRead,
  newestOf,
  resolveComment,
  threadsOf,
} from "../../data/comments.js";
import { keepCurrent } from "../../data/current.js";
import { keepsThreads, me } from "../../data/me.js";
import { comments as t, common } from "../../texts.js";
import { html, useEffect, useId, useRef, useSignal } from "../../vendor/preact.js";
import { moment } from "../../wording/format.js";
import { Icon } from "../shared/icons.js";

/** @typedef {import("../../types.js").Comment} Comment */

const LONGEST = 10_000;

/** The id of the heading, to which the way to what is new leads. */
const TITLE = "comments-title";

/**
 * The way to comments that are new, which stand below everything else.
 * @param {{ unread: import("../../vendor/preact.js").Signal<number> }} props
 */
export function NewComments({ unread }) {
  if (unread.value === 0) return null;
  return html`<p>
    <button class="button small" onClick=${() => document.getElementById(TITLE)?.focus()}>
      <${Icon} name="people" />${t.newCount(unread.value)}
    </button>
  </p>`;
}

/**
 * @param {{ asset: import("../../types.js").Asset,
 *   unread: import("../../vendor/preact.js").Signal<number> }} props `unread`: how many are new.
 */
export function Comments({ asset, unread }) {
  const { id } = asset;
  const section = useRef(/** @type {HTMLElement | null} */ (null));
  const current = useRef(keepCurrent()).current;
  const known = useSignal(/** @type {Comment[] | null} */ (null));
  const problem = useSignal("");
  const answering = useSignal("");
  const open = asset.status !== "trashed";
  const fresh = newestOf(known.value ?? [], me.value?.id ?? "", unread.value);
  useEffect(() => void load(), [id]);
  useEffect(() => {
    if (fresh.size > 0 && section.current) return whenSeen(section.current, noteRead);
  }, [fresh.size]);
  return html`<section class="comments" aria-labelledby=${TITLE} ref=${section}>
    <h3 id=${TITLE} tabindex="-1">${t.title}</h3>
    ${problem.value &&
    html`<div role="alert">
      <p class="wrong">${problem}</p>
      <button class="button small" onClick=${load}>${common.tryAgain}</button>
    </div>`}
    ${known.value?.length === 0 && html`<p class="hint">${t.none}</p>`}
    ${known.value &&
    known.value.length > 0 &&
    html`<ul class="threads">
      ${threadsOf(known.value).map(
        ({ first, answers }) =>
          html`<li key=${first.id} class=${first.resolved ? "resolved" : ""}>
            <${Said} comment=${first} fresh=${fresh.has(first.id)} act=${open ? act : null}
              answer=${() => (answering.value = first.id)} />
            ${answers.length > 0 &&
            html`<ul>
              ${answers.map(
                (one) =>
                  html`<li key=${one.id}>
                    <${Said} comment=${one} fresh=${fresh.has(one.id)} act=${open ? act : null} />
                  </li>`,
              )}
            </ul>`}
            ${answering.value === first.id &&
            html`<${Write} label=${t.answerLabel} send=${write} parentId=${first.id} stop=${() => (answering.value = "")} />`}
          </li>`,
      )}
    </ul>`}
    ${open && known.value && html`<${Write} label=${t.write} hint=${t.hint} send=${write} />`}
  </section>`;

  async function load() {
    problem.value = "";
    try {
      const comments = await current.load(() => loadComments(id));
      const some = newestOf(comments, me.value?.id ?? "", 1).size > 0;
      // What is new is worth no complaint.
      unread.value = some ? await countUnread(id).catch(() => 0) : 0;
      known.value = comments;
    } catch (error) {
      problem.value = `${t.failed} ${wordsOf(error)}`;
    }
  }

  /** What is marked as new stays so, until the asset is opened again. */
  function noteRead() {
    const last = known.value?.findLast((one) => fresh.has(one.id));
    if (last) markRead(id, last.id).catch(() => {});
  }

  /** @param {string} body @param {string} key @param {string} [parentId] */
  async function write(body, key, parentId) {
    const written = await addComment(id, body, parentId, key);
    current.changed();
    known.value = [...(known.value ?? []), written];
    answering.value = "";
  }

  /** @param {Comment} comment @param {"delete" | "resolve" | "reopen"} deed */
  async function act(comment, deed) {
    problem.value = "";
    try {
      if (deed === "delete") await deleteComment(id, comment.id);
      else await resolveComment(id, comment.id, deed === "resolve");
      current.changed();
      known.value = await current.load(() => loadComments(id));
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}

/**
 * @param {Element} element
 * @param {() => void} act Done once, when it is in sight.
 * @returns {() => void} The way to wait no longer.
 */
function whenSeen(element, act) {
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    act();
  });
  watch.observe(element);
  return () => watch.disconnect();
}

/**
 * @param {{ comment: Comment, fresh: boolean,
 *   act: ((comment: Comment, deed: string) => void) | null, answer?: () => void }} props `fresh`:
 *   whether it is new to whoever is signed in; `act` is null where nothing can be done any more.
 */
function Said({ comment, fresh, act, answer }) {
  const { author, body, deleted, edited_at: editedAt, resolved } = comment;
  const own = author.id === me.value?.id;
  const begins = answer !== undefined;
  return html`<p class="said-by">
      <strong><bdi>${author.email}</bdi></strong>${" "}
      <time datetime=${comment.created_at}>${moment(comment.created_at)}</time>
      ${fresh && html`${" "}<span class="badge fresh">${t.fresh}</span>`}
      ${editedAt && html`${" "}<span>(${t.edited})</span>`}
      ${resolved && html`${" "}<span class="badge approved"><${Icon} name="check" />${t.resolved}</span>`}
    </p>
    ${deleted ? html`<p class="hint">${t.deleted}</p>` : html`<p class="said" dir="auto">${body}</p>`}
    ${act &&
    !deleted &&
    html`<p class="said-deeds">
      ${begins && deed(t.answer, answer)}
      ${begins &&
      (own || keepsThreads.value) &&
      deed(resolved ? t.reopen : t.resolve, () => act(comment, resolved ? "reopen" : "resolve"))}
      ${own && deed(t.remove, () => act(comment, "delete"))}
    </p>`}`;

  /** @param {string} words @param {() => void} [does] */
  function deed(words, does) {
    return html`<button
      class="button small quiet"
      type="button"
      aria-label=${t.of(words, author.email)}
      onClick=${does}
    >
      ${words}
    </button>`;
  }
}

/**
 * @param {{ label: string, hint?: string, parentId?: string, stop?: () => void,
 *   send: (body: string, key: string, parentId?: string) => Promise<void> }} props
 */
function Write({ label, hint, parentId, stop, send }) {
  const id = useId();
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const key = useRef(crypto.randomUUID());
  const problem = useSignal("");
  const sending = useSignal(false);
  useEffect(() => {
    if (stop) field.current?.focus();
  }, []);
  return html`<form class="field" onSubmit=${submit}>
    <label for=${id}>${label}</label>
    <textarea
      id=${id}
      ref=${field}
      name="body"
      rows="2"
      dir="auto"
      required
      maxlength=${LONGEST}
      aria-describedby=${hint ? `${id}-hint` : undefined}
    ></textarea>
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    <div class="field-row">
      <button class="button small" disabled=${sending.value}>${t.send}</button>
      ${stop && html`<button class="button small quiet" type="button" onClick=${stop}>${t.cancel}</button>`}
    </div>
  </form>`;

  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  async function submit(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const body = String(new FormData(form).get("body")).trim();
    if (!body) return;
    sending.value = true;
    problem.value = "";
    try {
      await send(body, key.current, parentId);
      form.reset();
      key.current = crypto.randomUUID();
    } catch (error) {
      problem.value = wordsOf(error);
    } finally {
      sending.value = false;
    }
  }
}
