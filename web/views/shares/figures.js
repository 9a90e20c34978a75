/** What came of a link, an asset or all of them: numbers, a bar a day, and the same as a table. */

import { wordsOf } from "../../api.js";
import { figuresOf } from "../../data/shares.js";
import { common, shares as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { bytes, number } from "../../wording/format.js";

/** @typedef {import("../../types.js").Report} Report */

const DAYS = 30;
const [WIDTH, HEIGHT] = [300, 64];
const NAMED = 5;

/** @param {{ path: string }} props The API's path of what is counted, such as `assets/{id}/`. */
export function Figures({ path }) {
  const report = useSignal(/** @type {Report | null} */ (null));
  const problem = useSignal("");
  useEffect(() => {
    figuresOf(path, DAYS).then(
      (found) => (report.value = found),
      (error) => (problem.value = wordsOf(error)),
    );
  }, [path]);
  if (problem.value) return html`<p class="wrong" role="alert">${problem}</p>`;
  if (!report.value) return html`<p class="hint" role="status">${common.loading}</p>`;
  const { totals, by_day, bots } = report.value;
  const visited = totals.views + totals.downloads > 0;
  return html`<section class="figures" aria-label=${t.figures}>
    <p class="hint">${t.range(DAYS)}</p>
    <dl class="totals">
      <div><dt>${t.views}</dt><dd>${number(totals.views)}</dd></div>
      <div><dt>${t.downloads}</dt><dd>${number(totals.downloads)}</dd></div>
      <div><dt>${t.visitors}</dt><dd>${number(totals.unique_visitors)}</dd></div>
      <div><dt>${t.bytes}</dt><dd>${bytes(totals.bytes)}</dd></div>
    </dl>
    ${visited ? html`<${Days} days=${by_day} />` : html`<p class="hint">${t.noVisits}</p>`}
    ${visited &&
    html`<${Names} title=${t.sources} counts=${report.value.by_source} words=${t.sourceNames} />
      <${Names} title=${t.devices} counts=${report.value.by_device} words=${t.deviceNames} />
      <${Names} title=${t.countries} counts=${report.value.by_country} />
      <${Names} title=${t.referrers} counts=${report.value.by_referrer} />`}
    ${bots > 0 && html`<p class="hint">${t.bots(bots)}</p>`}
  </section>`;
}

/** @param {{ days: Report["by_day"] }} props */
function Days({ days }) {
  const most = Math.max(1, ...days.map((day) => day.views + day.downloads));
  const step = WIDTH / days.length;
  const heightOf = (/** @type {number} */ count) => (count / most) * HEIGHT;
  const csv = [
    ["date", "views", "downloads"],
    ...days.map((day) => [day.date, day.views, day.downloads]),
  ];
  return html`<svg class="bars" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      ${days.map(
        (day, at) =>
          html`<g key=${day.date}>
            <title>${t.ofDay(day.date, day.views, day.downloads)}</title>
            <rect class="bar-views" x=${at * step + 1} width=${step - 2}
              y=${HEIGHT - heightOf(day.views)} height=${heightOf(day.views)} />
            <rect class="bar-downloads" x=${at * step + 1} width=${step - 2}
              y=${HEIGHT - heightOf(day.views + day.downloads)} height=${heightOf(day.downloads)} />
          </g>`,
      )}
    </svg>
    <details class="fold">
      <summary>${t.days}</summary>
      <table class="days">
        <thead><tr><th>${t.day}</th><th>${t.views}</th><th>${t.downloads}</th></tr></thead>
        <tbody>
          ${days
            .filter((day) => day.views + day.downloads > 0)
            .map(
              (day) =>
                html`<tr key=${day.date}><td>${day.date}</td><td>${number(day.views)}</td><td>${number(day.downloads)}</td></tr>`,
            )}
        </tbody>
      </table>
      <a class="button small" download="figures.csv" href=${`data:text/csv,${encodeURIComponent(csv.join("\n"))}`}>
        ${t.csv}
      </a>
    </details>`;
}

/**
 * @param {{ title: string, counts: Record<string, number>, words?: Record<string, string> }} props
 *   `words`: what people call them, where the API's names are its own.
 */
function Names({ title, counts, words = {} }) {
  const named = Object.entries(counts).sort(([, one], [, other]) => other - one);
  if (named.length === 0) return null;
  return html`<p class="names">
    <span class="hint">${title}:</span>${" "}
    ${named.slice(0, NAMED).map(([name, count]) => `${words[name] ?? name} ${number(count)}`).join(", ")}
  </p>`;
}
