/**
 * The shapes of the API's answers that the page reads.
 *
 * @typedef {{ url: string, width: number, height: number }} Thumbnail
 *
 * @typedef {"uploading" | "scanning" | "processing" | "in_review" | "approved" | "quarantined"
 *   | "rejected" | "failed" | "expired" | "trashed"} Status
 *
 * @typedef {"image" | "video" | "audio" | "document" | "link" | "other"} Kind
 *
 * @typedef {object} Asset
 * @property {string} id
 * @property {string} title
 * @property {string | null} [description]
 * @property {string | null} [filename]
 * @property {string[]} [tags]
 * @property {Kind} kind
 * @property {string | null} content_type
 * @property {number | null} size_bytes
 * @property {string | null} [sha256]
 * @property {Status} status
 * @property {string | null} [status_reason]
 * @property {{ status: string, signature?: string | null, scanned_at?: string | null }} [scan]
 * @property {Record<string, unknown>} [technical]
 * @property {number | null} [current_version]
 * @property {number | null} [published_version]
 * @property {Partial<Record<"small" | "medium" | "large", Thumbnail>>} [thumbnails]
 * @property {{ id: string, email: string } | null} [uploaded_by]
 * @property {string} created_at
 * @property {string} [updated_at]
 *
 * @typedef {"pending" | "running" | "completed" | "failed"} Progress
 *
 * @typedef {object} Task
 * @property {string} job_type
 * @property {Progress} status
 * @property {{ code: string, message: string } | null} [error]
 *
 * @typedef {object} Job
 * @property {string} id
 * @property {string} asset_id
 * @property {Progress} status
 * @property {number} progress_percent
 * @property {Task[]} tasks
 *
 * @typedef {object} Reservation
 * @property {Asset} asset
 * @property {{ upload_id: string, method: "POST" | "MULTIPART", url?: string,
 *   fields?: Record<string, string>, part_size_bytes?: number, part_count?: number }} upload
 *
 * @typedef {{ id: string, email: string }} Person
 *
 * @typedef {object} Version
 * @property {number} number
 * @property {string} change_description
 * @property {string} filename
 * @property {string} content_type
 * @property {number} size_bytes
 * @property {string | null} sha256
 * @property {Status} status
 * @property {string | null} status_reason
 * @property {Person} created_by
 * @property {string} created_at
 *
 * @typedef {object} Assignment
 * @property {Person} user
 * @property {string | null} role
 * @property {"pending" | "approved" | "rejected" | "changes_requested" | "delegated"
 *   | "dropped_out" | "over"} status
 *
 * @typedef {object} Step
 * @property {string} id
 * @property {string} name
 * @property {"pending" | "active" | "escalated" | "approved" | "rejected" | "expired"} status
 * @property {string | null} due_at
 * @property {Assignment[]} assignments
 *
 * @typedef {object} HistoryEntry
 * @property {string} at
 * @property {Person} actor
 * @property {string} action
 * @property {string | null} step_id
 * @property {string} comment
 *
 * @typedef {object} Workflow
 * @property {string} id
 * @property {string} asset_id
 * @property {number} version
 * @property {string} title
 * @property {"in_progress" | "approved" | "auto_approved" | "rejected" | "changes_requested"
 *   | "expired" | "cancelled"} status
 * @property {string | null} status_reason
 * @property {string | null} current_step
 * @property {Step[]} steps
 * @property {HistoryEntry[]} history
 * @property {Person} uploaded_by
 *
 * @typedef {object} InboxEntry
 * @property {string} id
 * @property {string} kind
 * @property {string} title
 * @property {string} text
 * @property {string} comment
 * @property {string} link
 * @property {string | null} workflow_id
 * @property {string} at
 * @property {string | null} due_at
 * @property {boolean} is_open
 *
 * @typedef {object} Tenant
 * @property {string} name
 * @property {{ storage_bytes: number, storage_quota_bytes: number, assets: number }} [usage]
 *
 * @typedef {object} Config
 * @property {string} api_url
 * @property {string} authorize_url
 * @property {string} token_url
 * @property {string | null} [logout_url]
 * @property {string} client_id
 * @property {string} scopes
 */

export {};
