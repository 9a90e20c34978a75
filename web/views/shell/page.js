/** The page as a whole. */

import { isFiltered, openId, place } from "../../address.js";
import { mayUpload } from "../../data/me.js";
import { order, state } from "../../data/library.js";
import { email } from "../../session.js";
import { html } from "../../vendor/preact.js";
import { Collection } from "../collections/collection.js";
import { Collections } from "../collections/collections.js";
import { Descriptions } from "../library/descriptions.js";
import { Detail } from "../asset/detail.js";
import { Device } from "../screens/device.js";
import { Drop } from "../uploads/drop.js";
import { Flags } from "../moderation/flags.js";
import { Groups } from "../screens/groups.js";
import { Header } from "./header.js";
import { Inbox } from "../inbox/inbox.js";
import { Library } from "../library/library.js";
import { OpenSearch } from "../library/open_search.js";
import { Playlist } from "../playlists/playlist.js";
import { Playlists } from "../playlists/playlists.js";
import { Preferences } from "../settings/preferences.js";
import { Review } from "../review/review.js";
import { Rollout } from "../screens/rollout.js";
import { Rule } from "../moderation/rule.js";
import { Rules } from "../moderation/rules.js";
import { Screens } from "../screens/screens.js";
import { Shares } from "../shares/shares.js";
import { Template } from "../templates/template.js";
import { Templates } from "../templates/templates.js";
import { Toast } from "../shared/toast.js";
import { SignIn } from "./sign_in.js";
import { Uploads, hasUploads } from "../uploads/panel.js";

export function Page() {
  if (email.value === null) return html`<${SignIn} />`;
  return html`<${Header} />
    <${Place} />
    ${openId.value === null ? html`<${Toast} />` : html`<${Detail} id=${openId.value} />`}`;
}

function Place() {
  const { name, id } = place.value;
  switch (name) {
    case "workflow":
      return html`<${Review} key=${id} id=${id} />`;
    case "inbox":
      return html`<${Inbox} />`;
    case "shares":
      return html`<${Shares} />`;
    case "collections":
      return html`<${Collections} />`;
    case "collection":
      return html`<${Collection} key=${id} id=${id} />`;
    case "search":
      return html`<${OpenSearch} key=${id} id=${id} />`;
    case "screens":
      return html`<${Screens} />`;
    case "device":
      return html`<${Device} key=${id} id=${id} />`;
    case "groups":
      return html`<${Groups} />`;
    case "rollout":
      return html`<${Rollout} key=${id} id=${id} />`;
    case "playlists":
      return html`<${Playlists} />`;
    case "playlist":
      return html`<${Playlist} key=${id} id=${id} />`;
    case "descriptions":
      return html`<${Descriptions} />`;
    case "templates":
      return html`<${Templates} />`;
    case "template":
      return html`<${Template} key=${id} id=${id} />`;
    case "rules":
      return html`<${Rules} />`;
    case "rule":
      return html`<${Rule} key=${id} id=${id} />`;
    case "flags":
      return html`<${Flags} key=${id} status=${id} />`;
    case "preferences":
      return html`<${Preferences} />`;
    default:
      return html`<${Home} />`;
  }
}

function Home() {
  const uploading = mayUpload.value;
  const empty =
    uploading && !isFiltered.value && state.value === "ready" && order.value.length === 0;
  // Where there is no library yet, the way past the head leads to where files come in.
  const content = empty ? { id: "content", tabindex: -1 } : {};
  return html`<main class=${`main ${hasUploads.value ? "with-uploads" : ""}`} ...${content}>
    ${uploading && html`<${Drop} large=${empty} />`}
    <${Uploads} />
    ${!empty && html`<${Library} />`}
  </main>`;
}
