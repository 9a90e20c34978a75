/**
 * The shapes of the API's answers on screens and what they play.
 *
 * @typedef {object} Device
 * @property {string} id
 * @property {string} name
 * @property {string | null} board
 * @property {number | null} memory_bytes
 * @property {string} time_zone
 * @property {string[]} groups
 * @property {string[]} playlist_ids
 * @property {string | null} last_seen_at
 * @property {string | null} silent_since
 * @property {string | null} playing
 * @property {string | null} agent_version
 * @property {string | null} anthias_version
 * @property {number | null} free_bytes
 * @property {string[]} errors
 * @property {{ asset_id: string, reason: "pending" | "unplayable" }[]} [left_out]
 * @property {string} created_at
 *
 * @typedef {{ name: string, playlist_ids: string[], rollout_id: string | null,
 *   last_rollout_id: string | null }} Group
 *
 * @typedef {object} Rollout
 * @property {string} id
 * @property {string} group
 * @property {"canary" | "complete" | "rolled_back"} status
 * @property {string[]} devices
 * @property {string[]} playlist_ids
 * @property {"errors" | "silence" | null} reason
 * @property {string | null} failed_device_id
 * @property {string | null} error
 * @property {import("./types.js").Person} created_by
 * @property {string} begun_at
 * @property {string} ends_at
 * @property {string | null} ended_at
 *
 * @typedef {{ tag?: string, category?: string, collection_id?: string, newest?: number }} Rule
 *
 * @typedef {object} PlaylistItem
 * @property {string} [asset_id]
 * @property {Rule} [rule]
 * @property {number} [duration_seconds]
 * @property {string} [start_at]
 * @property {string} [end_at]
 * @property {number[]} [play_days] 1 for Monday.
 * @property {string} [play_time_from]
 * @property {string} [play_time_to]
 *
 * @typedef {object} Playlist
 * @property {string} id
 * @property {string} name
 * @property {PlaylistItem[]} items
 * @property {number} priority
 * @property {import("./types.js").Person} created_by
 *
 * @typedef {object} Day
 * @property {string} date
 * @property {string} time_zone
 * @property {string} from_at
 * @property {string} until_at
 * @property {string} told_until_at
 * @property {{ asset_id: string, version: number, playlist_id: string, rule: Rule | null,
 *   duration_seconds: number }[]} items
 * @property {{ from_at: string, until_at: string, items: number[] }[]} spans
 *
 * @typedef {object} Concerned
 * @property {number | null} published_version
 * @property {number} playlist_count
 * @property {{ id: string, name: string }[]} playlists
 * @property {number} device_count
 * @property {{ id: string, name: string, is_playing: boolean }[]} devices
 *
 * @typedef {object} OnScreen
 * @property {string} device_id
 * @property {string | null} device_name
 * @property {number} version
 * @property {string | null} approved_at
 * @property {string | null} fetched_at
 * @property {string | null} first_played_at
 * @property {boolean} is_published
 */

export {};
