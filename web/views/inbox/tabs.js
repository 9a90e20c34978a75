/** The way between what waits, what was flagged, and what decides over both, for whoever may. */

import { FLAGS, INBOX, RULES, TEMPLATES, place } from "../../address.js";
import { isAdmin, moderates } from "../../data/me.js";
import { inbox as t, moderation, templates } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { Link } from "../shared/link.js";

export function Tabs() {
  const tabs = [
    { name: "inbox", to: INBOX, words: t.title, may: true },
    { name: "flags", to: FLAGS, words: moderation.flags, may: moderates.value },
    { name: "rules", to: RULES, words: moderation.rules, may: moderates.value },
    { name: "templates", to: TEMPLATES, words: templates.title, may: isAdmin.value },
  ].filter((tab) => tab.may);
  if (tabs.length === 1) return null;
  return html`<nav class="tabs" aria-label=${t.sections}>
    ${tabs.map(
      ({ name, to, words }) =>
        html`<${Link} key=${name} to=${to} aria-current=${place.value.name === name ? "page" : undefined}>
          ${words}
        <//>`,
    )}
  </nav>`;
}
