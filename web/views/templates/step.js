/** One step of a review template: who decides, how long it waits, and what follows. */

import { tenant } from "../../data/library.js";
import { rolesHeld } from "../../data/members.js";
import { templates as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { wordsIn } from "../../wording/edits.js";
import { Check, Field, Select } from "../shared/field.js";
import { Icon } from "../shared/icons.js";

/** @typedef {import("./form.js").StepDraft} StepDraft */

/**
 * @param {{ step: StepDraft, at: number, count: number, members: import("../../rule_types.js").Member[],
 *   put: (changes: Partial<StepDraft>) => void, move: (by: number) => void, remove: () => void }} props
 */
export function Step({ step, at, count, members, put, move, remove }) {
  const { key } = step;
  const byRole = step.type === "roles";
  const usual = tenant.value?.settings?.DEFAULT_TIMEOUT_HOURS;
  return html`<section class="panel stack" aria-labelledby=${`${key}-title`}>
    <div class="step-head">
      <h3 id=${`${key}-title`}>${t.stepNumber(at + 1)}</h3>
      <span class="entry-deeds">
        <${Deed} id=${`${key}-up`} icon="up" words=${t.up} at=${at} disabled=${at === 0} act=${() => move(-1)} />
        <${Deed} id=${`${key}-down`} icon="down" words=${t.down} at=${at} disabled=${at === count - 1} act=${() => move(1)} />
        <${Deed} id=${`${key}-remove`} icon="trash" words=${t.removeStep} at=${at} disabled=${count === 1} act=${remove} />
      </span>
    </div>
    <${Field} id=${`${key}-name`} words=${t.stepName} value=${step.name} required maxlength="200"
      put=${(/** @type {string} */ name) => put({ name })} />
    <fieldset class="plain-set">
      <legend>${t.who}</legend>
      ${t.approverTypes.map(
        ([type, words]) =>
          html`<label key=${type} class="check">
            <input type="radio" name=${`${key}-type`} value=${type} checked=${step.type === type}
              onChange=${() => put({ type })} />
            <span>${words}</span>
          </label>`,
      )}
    </fieldset>
    ${byRole
      ? html`<${Field} id=${`${key}-roles`} words=${t.roles} hint=${t.rolesHint(rolesHeld(members))} required
            value=${step.roles} put=${(/** @type {string} */ roles) => put({ roles })} />
          <${Unheld} roles=${step.roles} members=${members} />`
      : html`<${Field} id=${`${key}-users`} words=${t.users} hint=${t.usersHint} required value=${step.users}
          put=${(/** @type {string} */ users) => put({ users })} />`}
    <${Check} words=${t.requiresAll} checked=${step.requires_all}
      put=${(/** @type {boolean} */ requires_all) => put({ requires_all })} />
    <${Field} id=${`${key}-hours`} words=${t.hours} hint=${t.hoursHint(usual)} type="number" min="0.0003" max="8760"
      step="any" value=${step.timeout_hours} put=${(/** @type {string} */ timeout_hours) => put({ timeout_hours })} />
    <details class="fold" open=${Boolean(step.escalate_roles || step.escalate_users)}>
      <summary>${t.escalation}</summary>
      <div class="stack">
        <p class="hint">${t.escalationHint}</p>
        <${Field} id=${`${key}-escalate-roles`} words=${t.escalateRoles} value=${step.escalate_roles}
          put=${(/** @type {string} */ escalate_roles) => put({ escalate_roles })} />
        <${Unheld} roles=${step.escalate_roles} members=${members} />
        <${Field} id=${`${key}-escalate-users`} words=${t.escalateUsers} value=${step.escalate_users}
          put=${(/** @type {string} */ escalate_users) => put({ escalate_users })} />
      </div>
    </details>
    <${Select} id=${`${key}-on-timeout`} words=${t.onTimeout} options=${t.timeouts} value=${step.on_timeout}
      put=${(/** @type {"reject" | "approve"} */ on_timeout) => put({ on_timeout })} />
  </section>`;
}

/** Roles that nobody holds, as after a slip of the pen. @param {{ roles: string, members: import("../../rule_types.js").Member[] }} props */
function Unheld({ roles, members }) {
  const held = rolesHeld(members);
  const unheld = wordsIn(roles).filter((role) => !held.includes(role));
  return html`<p class="unheld" role="status">${unheld.length > 0 && t.unheld(unheld)}</p>`;
}

/**
 * @param {{ id: string, icon: string, words: string, at: number, disabled: boolean, act: () => void }} props
 */
function Deed({ id, icon, words, at, disabled, act }) {
  return html`<button id=${id} class="button quiet icon-only" type="button" title=${words}
    aria-label=${`${words}: ${t.stepNumber(at + 1)}`} disabled=${disabled} onClick=${act}>
    <${Icon} name=${icon} />
  </button>`;
}
